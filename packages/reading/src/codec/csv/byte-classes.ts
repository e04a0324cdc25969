import type { RecordShape } from './record-reader.js';

export const NEWLINE = 0x0a;
export const QUOTE = 0x22;
export const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

/** Classes of bytes; all others are ordinary text. */
export const ORDINARY = 0;
export const DELIMITER = 1;
export const END = 2;
export const CARRIAGE = 3;
export const NUL = 4;

/** For each byte its class. */
export function classesOfBytes({ delimiter }: RecordShape): Uint8Array {
  const classes = new Uint8Array(256);
  classes[delimiter] = DELIMITER;
  classes[NEWLINE] = END;
  classes[RETURN] = CARRIAGE;
  classes[0] = NUL;
  return classes;
}

/** For each byte 1 if a line without a record can begin with it. */
export function blankStarts({ delimiter, skipsBlankLines }: RecordShape): Uint8Array {
  const starts = new Uint8Array(256);
  for (const byte of [NEWLINE, RETURN, ...(skipsBlankLines ? [delimiter, SPACE, TAB] : [])]) starts[byte] = 1;
  return starts;
}

/** Where the spaces, tabs and delimiters at `start` end, and whether a delimiter is among them. */
export function passBlanks(data: Uint8Array, start: number, delimiter: number): { readonly at: number; readonly hasDelimiter: boolean } {
  let at = start;
  let hasDelimiter = false;
  for (; data[at] === delimiter || data[at] === SPACE || data[at] === TAB; at += 1) {
    if (data[at] === delimiter) hasDelimiter = true;
  }
  return { at, hasDelimiter };
}
