/** A number with signs, groups, a currency or a percent sign around it, however it is written. */
const NUMBER = /^[\s(+-]*(?:[\p{Sc}]|[A-Za-z]{1,3}\$?\.?)?[\s(+-]*(?:\d[\d.,'’\s]*|[.,]\d+)[\s)-]*(?:[\p{Sc}%]|[A-Za-z]{1,3}\.?)?[\s)]*$/u;
const DATE = /^\s*(?:\d{4}([./-])\d{1,2}\1\d{1,2}|\d{1,2}([./ -])\d{1,2}\2(?:\d{4}|\d{2}))(?:[ T,].*)?\s*$/;
const DATE_OF_WORDS = /^\s*(?:[A-Za-z]{3,9},? )?(?:\d{1,2}\.?[ /-][A-Za-z]{3,9}\.?[ /,-]+\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4})\b/;
const COMPACT_DATE = /^\s*(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*$/;

/** Texts that people and programs write where there is no value. */
const MARKERS = new Set([
  'NULL',
  'N/A',
  'NA',
  '#N/A',
  '#NV',
  '-',
  '--',
  '---',
  '?',
  'NONE',
  'NAN',
  '\\N',
  '(NULL)',
  '(BLANK)',
  'NIL',
  'K.A.',
]);

export function isMissingMarker(text: string): boolean {
  return MARKERS.has(text.trim().toUpperCase());
}

export function looksLikeNumber(text: string): boolean {
  return text.length <= 60 && NUMBER.test(text);
}

export function looksLikeWhole(text: string): boolean {
  return /^\s*[+-]?\d{1,18}\s*$/.test(text);
}

export function looksLikeDate(text: string): boolean {
  return text.length <= 60 && (DATE.test(text) || DATE_OF_WORDS.test(text));
}

/** Eight digits that may be a day. */
export function looksLikeCompactDate(text: string): boolean {
  return COMPACT_DATE.test(text);
}

/** Digits without a letter: a number, a date, a code of digits. */
export function looksLikeValue(text: string): boolean {
  return /\d/.test(text) && !/\p{L}/u.test(text);
}
