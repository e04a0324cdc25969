/**
 * Characters that take no room, and the no-break spaces: spreadsheets and web pages leave them in and around names, where nobody sees
 * them. The byte order mark is one of them.
 */
const UNSEEN = /[\p{Cf}\u00a0\u2007\u202f]/gu;

/** A text without the characters that do not count in a column's name. */
export function withoutUnseen(text: string): string {
  return text.replaceAll(UNSEEN, '');
}

/** A column's name as names are compared: without what is not seen, without white space around it, in lower case. */
export function columnKey(name: string): string {
  return withoutUnseen(name).trim().toLowerCase();
}
