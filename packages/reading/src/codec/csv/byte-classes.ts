import type { RecordShape } from './record-reader.js';

export const BYTES = { NEWLINE: 0x0a, QUOTE: 0x22, RETURN: 0x0d } as const;

/** All bytes but a few are ordinary text. */
export const CLASSES = { ORDINARY: 0, DELIMITER: 1, END: 2, CARRIAGE: 3, NUL: 4 } as const;

export const SPACE = 0x20;
export const TAB = 0x09;

/** For each byte its class. */
export function classesOfBytes({ delimiter }: RecordShape): Uint8Array {
  const classes = new Uint8Array(256);
  classes[delimiter] = CLASSES.DELIMITER;
  classes[BYTES.NEWLINE] = CLASSES.END;
  classes[BYTES.RETURN] = CLASSES.CARRIAGE;
  classes[0] = CLASSES.NUL;
  return classes;
}

/** The byte that quotes a field, or -1. */
export function quoteOf({ quote = BYTES.QUOTE }: RecordShape): number {
  return quote;
}

/** For each byte 1 if a line without a record can begin with it. */
export function blankStarts(shape: RecordShape): Uint8Array {
  const starts = new Uint8Array(256);
  const quote = quoteOf(shape);
  const blanks = [shape.delimiter, SPACE, TAB, ...(quote === -1 ? [] : [quote])];
  for (const byte of [BYTES.NEWLINE, BYTES.RETURN, ...(shape.skipsBlankLines ? blanks : [])]) starts[byte] = 1;
  return starts;
}
