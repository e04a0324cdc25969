import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const LOG_BYTES_MAX = 10 * 1024 * 1024;
const TAIL_BYTES_MAX = 64 * 1024;
const TAIL_LINES_MAX = 8;

/** Renames a log that has grown large to `<path>.1`, in place of the one before. */
export function boundLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
}

/** The last lines added to the file since byte `from`: at most 64 KiB of them. */
export function readLogLines(path: string, from = 0): string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(file);
    const start = Math.max(from, size - TAIL_BYTES_MAX);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    const read = readSync(file, buffer, 0, buffer.length, start);
    return buffer
      .toString('utf8', 0, read)
      .split('\n')
      .filter((line) => line.trim() !== '');
  } finally {
    closeSync(file);
  }
}

/** The last lines for use in a message: each on a line of its own, indented; empty if there are none. */
export function readLogTail(path: string, from = 0): string {
  return readLogLines(path, from)
    .slice(-TAIL_LINES_MAX)
    .map((line) => `\n    ${line.slice(0, 300)}`)
    .join('');
}

/** Where the file ends now: what to pass as `from` later. */
export function logPosition(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
