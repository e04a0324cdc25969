import { quoteText } from '@retail-etl/duckdb';
import type { NumberOptions } from '@retail-etl/sales';

/**
 * A rule turns a column's text into a value, or NULL if it is not of the rule's form. `cast` is made once for all rows, as `<column>_cast`:
 * what DuckDB's lenient cast makes of a text, which is taken where that text cannot be one of those that the cast reads too kindly. That
 * is for the ordinary case and only saves time. Null: the rule needs none.
 */
export interface ValueRule {
  readonly cast: string | null;
  readonly value: string;
}

/** Whole numbers of BIGINT, with zeros after the point not counted: `[+-]?[0-9]+(\.0*)?`. `isOrdinary`: SQL of when the cast is right. */
export function integerRule(column: string, isOrdinary: string): ValueRule {
  return {
    cast: `TRY_CAST(${column} AS BIGINT)`,
    value: `
  CASE WHEN ${isOrdinary}
         THEN ${column}_cast
       WHEN regexp_full_match(${column}, ' *[+-]?[0-9]+(\\.0*)? *')
         THEN TRY_CAST(regexp_extract(${column}, '-?[0-9]+') AS BIGINT)
  END`,
  };
}

/**
 * Ids of products and quantities repeat, ids of sales do not. A pattern over a column of few distinct values is judged once per value;
 * elsewhere the way back is cheaper, which only a text in canonical form survives.
 */
export const hasOnlyDigits = (column: string): string => `NOT ${column} GLOB '*[!0-9]*'`;
export const isCanonical = (column: string): string => `CAST(${column}_cast AS VARCHAR) = ${column}`;

/** A quantity with so many decimals at most: BIGINT, or DECIMAL(18, n). */
export function quantityRule(column: string, format: NumberOptions, decimals: number): ValueRule {
  if (decimals > 0) return decimalRule(column, { ...format, decimals });
  if (isPlain(format)) return integerRule(column, hasOnlyDigits(column));
  const whole = (spaced: Spaced): string => `trim(regexp_replace(${normalized(column, spaced)}, '\\.0*', ''), ' ')`;
  const read = spacings(format).map((spaced) => {
    const pattern = numberPattern(spaced, `(?:${digits(spaced)})(?:${point(format)}0*)?`);
    return `WHEN regexp_full_match(${column}, ${quoteText(pattern)}) THEN TRY_CAST(${whole(spaced)} AS BIGINT)`;
  });
  return {
    cast: `TRY_CAST(${column} AS BIGINT)`,
    value: `
  CASE WHEN ${hasOnlyDigits(column)}
         THEN ${column}_cast
       ${read.join('\n       ')}
  END`,
  };
}

/** So many decimals fit into 18 digits beside twelve before the point. A wider decimal is a hundred times slower to read. */
const NARROW_DECIMALS = 6;
const NARROW_DIGITS = 18;
/** Before the point, however many decimals there are. */
const WHOLE_DIGITS = 12;

/** The type of a decimal number of up to 10^12. */
export function decimalType(decimals: number): string {
  return decimals <= NARROW_DECIMALS ? `DECIMAL(${NARROW_DIGITS}, 6)` : `DECIMAL(${WHOLE_DIGITS + decimals}, ${decimals})`;
}

/** The type of what is computed from such numbers: of two narrow ones the result would be narrow, and overflow. */
export const wideType = (decimals: number): string => `DECIMAL(38, ${Math.max(NARROW_DECIMALS, decimals)})`;

/** A number with at most `format.decimals` decimals, any zeros after them not counted, below 10^12. */
export function decimalRule(column: string, format: NumberOptions): ValueRule {
  const { decimals } = format;
  const type = decimalType(decimals);
  const [many, one] = [`[0-9]{0,${decimals}}0*`, decimals === 0 ? '0+' : `[0-9]{1,${decimals}}0*`];
  const pattern = (spaced: Spaced): string =>
    quoteText(numberPattern(spaced, `(?:${digits(spaced)})(?:${point(format)}${many})?|${point(format)}${one}`));
  // Two decimals, as money has them; its way back tells whether there were others.
  const few = Math.min(2, decimals);
  const cast = (text: string): string => `TRY_CAST(${text} AS DECIMAL(${WHOLE_DIGITS + few}, ${few}))`;
  if (isPlain(format)) {
    return {
      cast: cast(column),
      value: `
  CASE WHEN ${isCanonical(column)}
         THEN ${column}_cast
       WHEN regexp_full_match(${column}, ${pattern({ ...format, spaces: ALL_SPACES })})
         THEN TRY_CAST(${column} AS ${type})
  END`,
    };
  }
  const read = spacings(format)
    .map((spaced) => `WHEN regexp_full_match(${column}, ${pattern(spaced)}) THEN TRY_CAST(${normalized(column, spaced)} AS ${type})`)
    .join('\n       ');
  if (format.decimal !== ',') return { cast: null, value: `CASE ${read} END` };
  const pointed = `replace(${column}, ',', '.')`;
  return {
    cast: cast(pointed),
    value: `
  CASE WHEN CAST(${column}_cast AS VARCHAR) = ${pointed} AND NOT contains(${column}, '.')
         THEN ${column}_cast
       ${read}
  END`,
  };
}

const isPlain = ({ decimal, group, currency, isAccounting }: NumberOptions): boolean =>
  decimal === '.' && group === null && currency === null && !isAccounting;

/** For RE2. */
const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`);

const point = ({ decimal }: NumberOptions): string => (decimal === '.' ? '\\.' : ',');

/** The spaces that people cannot tell apart. */
const ALL_SPACES: readonly string[] = [' ', '\u00a0', '\u202f'];

/** How numbers are written, with the spaces that may stand in them. */
interface Spaced extends NumberOptions {
  readonly spaces: readonly string[];
}

/** Few texts have no-break spaces, which take time to look for: those without are tried first. */
function spacings(format: NumberOptions): Spaced[] {
  const all = { ...format, spaces: ALL_SPACES };
  return format.currency === null && format.group !== ' ' ? [all] : [{ ...format, spaces: [' '] }, all];
}

const anySpace = ({ spaces }: Spaced): string => `[${spaces.join('')}]`;

/** Digits before the point, grouped by three or not at all. */
function digits(format: Spaced): string {
  const { group } = format;
  return group === null ? '[0-9]+' : `[0-9]{1,3}(?:${group === ' ' ? anySpace(format) : escape(group)}[0-9]{3})+|[0-9]+`;
}

/** The texts of a number with sign, currency and parentheses. */
function numberPattern(format: Spaced, number: string): string {
  const { currency, isAccounting } = format;
  const space = anySpace(format);
  const value = `(?:${number})`;
  const forms = [`[+-]?${value}`];
  if (currency !== null) {
    const sign = escape(currency);
    forms.push(`[+-]?${sign}${space}?${value}`, `${sign}${space}?[+-]${value}`, `[+-]?${value}${space}?${sign}`);
    if (isAccounting)
      forms.push(
        `\\(${sign}${space}?${value}\\)`,
        `${sign}${space}?\\(${value}\\)`,
        `\\(${value}${space}?${sign}\\)`,
        `\\(${value}\\)${space}?${sign}`,
      );
  }
  if (isAccounting) forms.push(`\\(${value}\\)`);
  return ` *(?:${forms.join('|')}) *`;
}

/** SQL of the number as DuckDB writes it, of a text that has the form. Nested `replace` takes half the time of a regular expression. */
function normalized(column: string, { decimal, group, currency, isAccounting, spaces }: Spaced): string {
  const without = [
    ...(currency === null ? [] : [currency, ...spaces]),
    ...(group === ' ' ? spaces : group === null ? [] : [group]),
    ...(isAccounting ? [')'] : []),
  ];
  const bare = [...new Set(without)].reduce((sql, text) => `replace(${sql}, ${quoteText(text)}, '')`, column);
  const signed = isAccounting ? `replace(${bare}, '(', '-')` : bare;
  return decimal === ',' ? `replace(${signed}, ',', '.')` : signed;
}
