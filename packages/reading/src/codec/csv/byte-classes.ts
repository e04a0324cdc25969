import type { RecordShape } from './record-reader.js';

export const BYTES = { NEWLINE: 0x0a, QUOTE: 0x22, RETURN: 0x0d } as const;

/** All bytes but a few are ordinary text. */
export const CLASSES = { ORDINARY: 0, DELIMITER: 1, END: 2, CARRIAGE: 3, NUL: 4 } as const;

const SPACE = 0x20;
const TAB = 0x09;

/** For each byte its class. */
export function classesOfBytes({ delimiter }: RecordShape): Uint8Array {
  const classes = new Uint8Array(256);
  classes[delimiter] = CLASSES.DELIMITER;
  classes[BYTES.NEWLINE] = CLASSES.END;
  classes[BYTES.RETURN] = CLASSES.CARRIAGE;
  classes[0] = CLASSES.NUL;
  return classes;
}

/** For each byte 1 if a line without a record can begin with it. */
export function blankStarts({ delimiter, skipsBlankLines }: RecordShape): Uint8Array {
  const starts = new Uint8Array(256);
  for (const byte of [BYTES.NEWLINE, BYTES.RETURN, ...(skipsBlankLines ? [delimiter, SPACE, TAB] : [])]) starts[byte] = 1;
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
