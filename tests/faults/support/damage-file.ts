import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultStack } from './fault-stack.js';

/** Damages the first file of the run's staging whose name ends so: cuts off its end, or flips one bit in its middle. */
export async function damageFile(
  stack: FaultStack,
  runId: string,
  folder: string,
  ending: string,
  how: 'truncate' | 'flip',
): Promise<void> {
  const path = join(stack.dataDir, 'staging', runId, folder);
  const name = (await readdir(path)).filter((each) => each.endsWith(ending)).sort()[0];
  if (name === undefined) throw new Error(`no file *${ending} in staging/${runId}/${folder}`);
  const bytes = await readFile(join(path, name));
  if (how === 'truncate') {
    await truncate(join(path, name), Math.floor(bytes.length / 2));
    return;
  }
  const middle = bytes.length >> 1;
  bytes[middle] = bytes[middle]! ^ 0x10;
  await writeFile(join(path, name), bytes);
}
