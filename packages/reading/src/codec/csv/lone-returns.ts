const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Turns returns that end lines by themselves into newlines, in files that older programs wrote. The first line end of the text decides whether
 * it has such lines: a return that no newline follows. No byte is added or taken away, so that offsets stay. Pieces may be changed in place.
 */
export async function* endLinesByNewlines(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let areLone: boolean | null = null;
  /** A return at the end of the last piece, of which the next byte tells what it is. */
  let hasReturn = false;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    if (areLone === false) {
      yield piece;
      continue;
    }
    const data: Buffer = hasReturn ? Buffer.concat([Buffer.of(RETURN), piece]) : piece;
    areLone ??= decide(data);
    hasReturn = areLone !== false && data[data.length - 1] === RETURN;
    const end = hasReturn ? data.length - 1 : data.length;
    if (areLone === true) replaceReturns(data, end);
    if (end > 0) yield data.subarray(0, end);
  }
  if (hasReturn) yield Buffer.of(NEWLINE);
}

/** Whether the first line end is a lone return; null while none has come. */
function decide(data: Buffer): boolean | null {
  for (let at = 0; at < data.length; at += 1) {
    if (data[at] === NEWLINE) return false;
    if (data[at] !== RETURN) continue;
    let after = at;
    while (data[after] === RETURN) after += 1;
    return after === data.length ? null : data[after] !== NEWLINE;
  }
  return null;
}

/** Before `end`, beyond which one more byte may be known to be a return. */
function replaceReturns(data: Buffer, end: number): void {
  for (let at = data.indexOf(RETURN); at !== -1 && at < end; at = data.indexOf(RETURN, at + 1)) {
    if (data[at + 1] !== NEWLINE) data[at] = NEWLINE;
  }
}
