import { BYTES, quoteOf, SPACE, TAB } from './byte-classes.js';
import { passReturns } from './line-ends.js';
import type { RecordShape } from './record-reader.js';

/** Returns where the next line begins if the one at `start` holds no record, else `start`. */
export function passBlankLine(data: Uint8Array, start: number, shape: RecordShape, textEnd: number, bytesMax: number): number {
  const { at: end, hasDelimiter } = passBlanks(data, start, shape);
  const at = passReturns(data, end);
  const isBlank = data[at] === BYTES.NEWLINE && at !== textEnd && (end === start || hasDelimiter) && isWithin(bytesMax, start, end, at);
  return isBlank ? at + 1 : start;
}

/** Whether a record is within its limit. Of returns at its end, two more are allowed: as many as the carry holds while no newline has come. */
export function isWithin(bytesMax: number, start: number, end: number, newline: number): boolean {
  return end - start <= bytesMax && newline - start <= bytesMax + 2;
}

/** Where the spaces, tabs, delimiters and empty quoted fields at `start` end, and whether a delimiter is among them. */
function passBlanks(data: Uint8Array, start: number, shape: RecordShape): { readonly at: number; readonly hasDelimiter: boolean } {
  const { delimiter } = shape;
  const quote = quoteOf(shape);
  let hasDelimiter = false;
  let beginsField = true;
  for (let at = start; ; at += 1) {
    const byte = data[at];
    if (byte === delimiter) {
      hasDelimiter = true;
      beginsField = true;
    } else if (byte === quote && beginsField && data[at + 1] === quote && endsField(data[at + 2], delimiter)) {
      at += 1;
      beginsField = false;
    } else if (byte === SPACE || byte === TAB) beginsField = false;
    else return { at, hasDelimiter };
  }
}

function endsField(byte: number | undefined, delimiter: number): boolean {
  return byte === delimiter || byte === BYTES.NEWLINE || byte === BYTES.RETURN;
}
