/*
 * A line ends in a newline (LF), and the returns right before it belong to it. `textEnd` is the offset where the text itself ends, if it
 * ends in returns: a newline there was added, so those returns are text. Else it is -1.
 */

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Where the returns at `start` end. */
export function passReturns(data: Uint8Array, start: number): number {
  let at = start;
  while (data[at] === RETURN) at += 1;
  return at;
}

/** Whether the return at `at`, with those that follow it, belongs to a newline. */
export function endsLine(data: Uint8Array, at: number, textEnd: number): boolean {
  const after = passReturns(data, at);
  return data[after] === NEWLINE && after !== textEnd;
}

/** Where the line that `newline` ends has its end. */
export function lineEnd(data: Uint8Array, newline: number, textEnd: number): number {
  let at = newline;
  if (newline !== textEnd) while (data[at - 1] === RETURN) at -= 1;
  return at;
}
