import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { EtlError } from '@retail-etl/contracts';

const PIECE_BYTES = 1 << 16;

/** The lines of a UTF-8 text, many at a time, without their line feeds. Throws STAGED_CORRUPT unless the last line has one, too. */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  let rest = '';
  for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: PIECE_BYTES }) as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') throw new EtlError('STAGED_CORRUPT', `${basename(path)} does not end with a whole line`);
}
