import { REJECT_REASONS, type RejectReason, SALES_COLUMNS } from '@retail-etl/sales';
import { quoteText } from '@retail-etl/duckdb';
import { parseByPatterns } from './date-patterns.js';

/**
 * The rules of "What a value means", once, for both sources. Every column arrives as text; a rule turns it into a value, or NULL if
 * it is not of its form. The first branch of each rule is for the ordinary case and only saves time: it takes what DuckDB's lenient cast
 * made of a text (`_cast`, made once for all rows) where that text cannot be one of those that the cast reads too kindly.
 */

/** Spaces (U+0020, nothing else) at both ends do not count, so that nothing but spaces is no value. */
const isMissing = (column: string): string => `ltrim(${column}_text, ' ') = ''`;

/** `[+-]?[0-9]+(\.0*)?` within BIGINT. */
const integer = (column: string, isOrdinary: string): string => `
  CASE WHEN ${isOrdinary}
         THEN ${column}_cast
       WHEN regexp_full_match(${column}, ' *[+-]?[0-9]+(\\.0*)? *')
         THEN TRY_CAST(regexp_extract(${column}, '-?[0-9]+') AS BIGINT)
  END`;
const integerCast = (column: string): string => `TRY_CAST(${column} AS BIGINT) AS ${column}_cast`;

/**
 * Ids of products and quantities repeat, ids of sales do not. A pattern over a column of few distinct values is judged once per value;
 * elsewhere the way back is cheaper, which only a text in canonical form survives.
 */
const hasOnlyDigits = (column: string): string => `NOT ${column} GLOB '*[!0-9]*'`;
const isCanonical = (column: string): string => `CAST(${column}_cast AS VARCHAR) = ${column}`;

/** At most six decimals, any zeros after them not counted, below 10^12. DECIMAL(18,6) holds exactly that; a wider decimal would be a hundred times slower. */
const amount = (column: string): string => `
  CASE WHEN ${isCanonical(column)}
         THEN ${column}_cast
       WHEN regexp_full_match(${column}, ' *[+-]?([0-9]+(\\.[0-9]{0,6}0*)?|\\.[0-9]{1,6}0*) *')
         THEN TRY_CAST(${column} AS DECIMAL(18, 6))
  END`;
/** Two decimals, as money has them; its way back tells whether there were others. */
const amountCast = (column: string): string => `TRY_CAST(${column} AS DECIMAL(14, 2)) AS ${column}_cast`;

const DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?';
const ZONE = ' ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)';

/** strptime also takes white space around a date, and the words epoch and infinity for one. */
const FORMATTED = '([^[:space:]].*)?[0-9](.*[^[:space:]])?';

const ISO = ` *${DAY}([T ]${TIME}(${ZONE})?)? *`;

/** Whether a text is of ISO 8601, so that no pattern is tried with it. */
export const isIsoDate = (text: string): string => `regexp_full_match(${text}, '${ISO}')`;

/** The beginning of a day that exists, years 0001 to 9999. A time and a zone behind it are checked for their form and ignored. */
const date = (column: string, formats: readonly string[]): string => `
  CASE WHEN ${column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
         THEN try_strptime(${column}, '%Y-%m-%d')
       WHEN ${isIsoDate(column)}
         THEN try_strptime(substr(ltrim(${column}, ' '), 1, 10), '%Y-%m-%d')${
           formats.length === 0
             ? ''
             : `
       WHEN regexp_full_match(trim(${column}, ' '), '${FORMATTED}')
         THEN CAST(${parseByPatterns(`trim(${column}, ' ')`, formats)} AS DATE)`
         }
  END`;

/**
 * A row that is not rejected takes at least so many bytes of a store file: a digit for each of four numbers, a date (of ISO 8601 ten
 * characters, of other formats at least one), four delimiters and a line end.
 */
export function goodRowBytes(dateFormats: readonly string[]): number {
  return 4 + (dateFormats.length === 0 ? 10 : 1) + 4 + 1;
}

/** Codes of a row's outcome: accepted, one for each reason in the catalogue's order (malformed_row is 1), outside the window. */
export const ACCEPTED = 0;
export const SKIPPED = REJECT_REASONS.length + 1;

const code = (reason: RejectReason): number => REJECT_REASONS.indexOf(reason) + 1;

export interface RuleOptions {
  /** Inclusive days, checked before they come here; absent means open. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** strptime patterns tried when a date is not ISO 8601. */
  readonly dateFormats: readonly string[];
}

/**
 * SELECT that judges staged rows: `row` (position in the file), `product_id`, `quantity`, `amount`, each column's text as `<column>_text`,
 * `outcome`. A row is judged first; only acceptable rows outside the window are skipped.
 */
export function judgeRows(stagedRows: string, options: RuleOptions): string {
  const outside = [
    ...(options.from === undefined ? [] : [`day < DATE ${quoteText(options.from)}`]),
    ...(options.to === undefined ? [] : [`day > DATE ${quoteText(options.to)}`]),
  ];
  // The last branches look at the texts again, but only for rows that are not accepted.
  return `
    SELECT row, product_id, quantity, amount, ${SALES_COLUMNS.map((column) => `${column}_text`).join(', ')},
      CASE
        WHEN sale IS NOT NULL AND product_id IS NOT NULL AND quantity > 0 AND amount > 0 AND day BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'
          THEN ${outside.length === 0 ? ACCEPTED : `CASE WHEN ${outside.join(' OR ')} THEN ${SKIPPED} ELSE ${ACCEPTED} END`}
        WHEN ${SALES_COLUMNS.map(isMissing).join(' OR ')}
                                THEN ${code('missing_value')}
        WHEN sale IS NULL       THEN ${code('invalid_sale_id')}
        WHEN product_id IS NULL THEN ${code('invalid_product_id')}
        WHEN quantity IS NULL   THEN ${code('invalid_quantity')}
        WHEN amount IS NULL     THEN ${code('invalid_amount')}
        WHEN day IS NULL OR day NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'
                                THEN ${code('invalid_date')}
        WHEN quantity <= 0      THEN ${code('non_positive_quantity')}
        ELSE                         ${code('non_positive_amount')}
      END::UTINYINT AS outcome
    FROM (
      SELECT file_row_number AS row,
        ${integer('sale_id', isCanonical('sale_id'))} AS sale,
        ${integer('product_id', hasOnlyDigits('product_id'))} AS product_id,
        ${integer('quantity', hasOnlyDigits('quantity'))} AS quantity,
        ${amount('sale_amount')} AS amount,
        ${date('sale_date', options.dateFormats)} AS day,
        ${SALES_COLUMNS.map((column) => `${column} AS ${column}_text`).join(', ')}
      FROM (
        SELECT file_row_number, ${SALES_COLUMNS.join(', ')}, ${['sale_id', 'product_id', 'quantity'].map(integerCast).join(', ')}, ${amountCast('sale_amount')}
        FROM ${stagedRows}
      )
    )`;
}
