/** Formats that need no definition in a workbook and show a date or time: ECMA-376 part 1, 18.8.30. 27 to 36 and 50 to 58 are those of East Asia. */
const BUILT_IN: readonly (readonly [first: number, last: number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];

/** True if the built-in number format shows a date or time. */
export function isBuiltInDate(id: number): boolean {
  return BUILT_IN.some(([first, last]) => id >= first && id <= last);
}

/** Text in quotes, an escaped character, one as wide as a space, one that fills the cell, and conditions, colours and locales in brackets. */
const LITERALS = /"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]/gs;
/** Elapsed hours, minutes or seconds, in brackets too. */
const ELAPSED = /\[(?:h+|m+|s+)\]/i;
/** A second's fractions are the only digits in the format of a time. */
const FRACTIONS = /s\.0+/gi;
const DATE_PART = /[ymdhs]/i;
const NUMBER_PART = /[0#?]|general/i;

/**
 * True if a number format of a workbook shows a date or time. It has up to four sections, for positive numbers, negative ones, zero and
 * text; the first one that shows the number at all decides. A section with digits is no date: `Rs 0.00` is an amount.
 */
export function isDateFormat(code: string): boolean {
  for (const section of sections(code)) {
    const shown = section.replaceAll(LITERALS, (literal) => (ELAPSED.test(literal) ? 's' : '')).replaceAll(FRACTIONS, 's');
    if (NUMBER_PART.test(shown)) return false;
    if (DATE_PART.test(shown)) return true;
  }
  return false;
}

/** Semicolons part sections, but not in quotes and behind a backslash. */
function sections(code: string): string[] {
  return code.match(/(?:"[^"]*"?|\\.|\[[^\]]*\]|[^;])+/gs) ?? [];
}
