import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultStack } from './fault-stack.js';

/** How many lines all services have logged so far. */
export async function countLogLines(stack: FaultStack): Promise<number> {
  const logs = (await readdir(stack.dir)).filter((name) => name.endsWith('.log'));
  const texts = await Promise.all(logs.map((name) => readFile(join(stack.dir, name), 'utf8')));
  return texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
}
