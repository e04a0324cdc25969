import { quoteText } from '@retail-etl/duckdb';
import { REJECT_REASONS, type RejectReason, SALES_COLUMNS, type SalesModel, type SourceDefinition, TEXT_MAX } from '@retail-etl/sales';
import type { Segment } from '@retail-etl/staging';
import { dateRule } from './date-rules.js';
import {
  decimalRule,
  decimalType,
  hasOnlyDigits,
  integerRule,
  isCanonical,
  quantityRule,
  type ValueRule,
  wideType,
} from './number-rules.js';
import { amountText, dimensionColumn, dimensionText, isMissing, skippedText, sourceTexts, textColumns } from './source-texts.js';

/** Codes of a row's outcome: accepted, one for each reason in the catalogue's order (malformed_row is 1), outside the window, one for each rule of `skip`. */
export const ACCEPTED = 0;
export const OUTSIDE = REJECT_REASONS.length + 1;
export const skippedBy = (rule: number): number => OUTSIDE + 1 + rule;

export const IS_REJECTED = `outcome BETWEEN 1 AND ${REJECT_REASONS.length}`;
export const isRejected = (outcome: number): boolean => outcome >= 1 && outcome <= REJECT_REASONS.length;

const code = (reason: RejectReason): number => REJECT_REASONS.indexOf(reason) + 1;

/** What the rows of a chunk are judged by. */
export interface Rules {
  readonly model: SalesModel;
  readonly source: Pick<SourceDefinition, 'columns' | 'numbers' | 'dates' | 'missing' | 'skip' | 'returns'>;
  /** Inclusive days, checked before they come here; absent means open. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** strptime patterns tried when a date is not ISO 8601: those of CSV_DATE_FORMATS, where the source takes them. */
  readonly dateFormats: readonly string[];
  /** True if rows come from cells of workbooks, in which dates are ISO 8601. */
  readonly hasCells?: boolean;
}

const MIN_DAY = "DATE '0001-01-01'";
const MAX_DAY = "DATE '9999-12-31'";

/**
 * SELECT that judges staged rows: `row` (position in the file), `product_id`, `quantity`, `amount`, `day`, the model's dimensions, the five
 * columns' texts as `<column>_text`, `outcome`. Rows are skipped first, then judged; only acceptable rows outside the window are skipped then.
 */
export function judgeRows(staged: string, rules: Rules, segments: readonly Segment[]): string {
  const { model, source } = rules;
  const { texts } = textColumns(source);
  const values = valueRules(rules);
  const casts = [...values].flatMap(([column, { cast }]) => (cast === null ? [] : [`${cast} AS ${column}_cast`]));
  const columns = [...values].map(([column, { value }]) => `${value} AS ${column}_value`);
  const dimensions = model.dimensions.map((name) => `${textValue(dimensionText(name))} AS ${dimensionColumn(name)}`);
  const day = dateRule('sale_date', source.dates, rules.dateFormats, rules.hasCells === true);
  const shown = SALES_COLUMNS.map(
    (column) => `${column === 'sale_amount' ? amountText(source.columns.saleAmount) : column} AS ${column}_text`,
  );
  // The last branches look at the texts again, but only for rows that are not accepted.
  return `
    SELECT row, product_id_value AS product_id, quantity_value AS quantity, amount, ${model.hasDays ? 'CAST(day AS DATE) AS day, ' : ''}${model.dimensions.map((name) => `${dimensionColumn(name)}, `).join('')}${SALES_COLUMNS.map((column) => `${column}_text`).join(', ')},
      ${outcomeCode(rules)}::UTINYINT AS outcome
    FROM (
      SELECT *, ${amountValue(rules)} AS amount
      FROM (
        SELECT file_row_number AS row, ${[...columns, ...dimensions].join(', ')}, ${day} AS day, ${[...texts.keys()].join(', ')}, ${shown.join(', ')}
        FROM (SELECT *${casts.map((cast) => `, ${cast}`).join('')} FROM (${sourceTexts(staged, source, segments)}))
      )
    )`;
}

/** The rules of the values that stand in columns of their own, by the names of their texts. */
function valueRules({ model, source }: Rules): Map<string, ValueRule> {
  const { numbers, columns } = source;
  const rules = new Map<string, ValueRule>();
  if (columns.saleId !== null)
    rules.set('sale_id', model.ids.sale === 'integer' ? integerRule('sale_id', isCanonical('sale_id')) : presenceRule('sale_id'));
  rules.set(
    'product_id',
    model.ids.product === 'integer' ? integerRule('product_id', hasOnlyDigits('product_id')) : textRule('product_id'),
  );
  rules.set('quantity', quantityRule('quantity', numbers, model.quantityDecimals));
  for (const part of ['sale_amount', 'price', 'gross', 'less'])
    if (textColumns(source).texts.has(part)) rules.set(part, decimalRule(part, numbers));
  return rules;
}

/*
 * Of texts, the first branch is for the ordinary case and only saves time: one that begins with a visible character is not empty. Bytes are counted
 * faster than characters, of which there are at most as many.
 */

/** SQL of a text within what a key holds, without the spaces around it; NULL if nothing is left, or more. */
function textValue(column: string): string {
  const text = `trim(${column}, ' ')`;
  return `CASE WHEN ${column} >= '!' AND strlen(${column}) <= ${TEXT_MAX} AND NOT ends_with(${column}, ' ') THEN ${column}
       WHEN length(${text}) <= ${TEXT_MAX} THEN NULLIF(${text}, '') END`;
}

const textRule = (column: string): ValueRule => ({ cast: null, value: textValue(column) });

/** TRUE for such a text: of ids of sales nothing else is asked, and they hardly repeat. */
const presenceRule = (column: string): ValueRule => ({
  cast: null,
  value: `CASE WHEN ${column} >= '!' AND strlen(${column}) <= ${TEXT_MAX} OR length(trim(${column}, ' ')) BETWEEN 1 AND ${TEXT_MAX} THEN TRUE END`,
});

/** An amount that is computed has to be as small as any that is read. */
const AMOUNT_END = '1000000000000';

/** SQL of the amount, from the values of its parts; NULL if one is not of its form, or if it is too large. */
function amountValue({ source, model }: Rules): string {
  const { saleAmount } = source.columns;
  if (saleAmount.kind === 'amount') return 'sale_amount_value';
  const less = saleAmount.less === null ? '' : ' - less_value';
  if (saleAmount.kind === 'gross') {
    const difference = `CAST(gross_value AS ${wideType(source.numbers.decimals)})${less}`;
    return `CASE WHEN abs(${difference}) < ${AMOUNT_END} THEN ${difference} END`;
  }
  // One side is wide, so that the product is: of two narrow ones it would not be, and overflow.
  const product = `CAST(quantity_value AS DECIMAL(38, ${model.quantityDecimals})) * price_value${less}`;
  const isSmall = `abs(CAST(quantity_value AS DOUBLE) * CAST(price_value AS DOUBLE)) < 10 * ${AMOUNT_END}`;
  const fits = `${isSmall} AND abs(CASE WHEN ${isSmall} THEN ${product} END) < ${AMOUNT_END}`;
  const narrow = decimalType(0);
  if (model.quantityDecimals > 0 || decimalType(source.numbers.decimals) !== narrow) return `CASE WHEN ${fits} THEN ${product} END`;
  // Ordinary numbers, whose product cannot overflow, stay narrow, which is a third of the time; so does what is as small as any amount.
  const isOrdinary = [
    'quantity_value BETWEEN -1000000 AND 1000000',
    'price_value BETWEEN -100000 AND 100000',
    ...(less === '' ? [] : ['less_value BETWEEN -100000000000 AND 100000000000']),
  ].join(' AND ');
  return `CASE WHEN ${isOrdinary} THEN CAST(quantity_value AS DECIMAL(18, 0)) * price_value${less} WHEN ${fits} THEN CAST(${product} AS ${narrow}) END`;
}

/** SQL of the outcome's code. */
function outcomeCode({ model, source, from, to }: Rules): string {
  const { needed } = textColumns(source);
  const outside = [
    ...(from === undefined ? [] : [`day < DATE ${quoteText(from)}`]),
    ...(to === undefined ? [] : [`day > DATE ${quoteText(to)}`]),
  ];
  const rejects = source.returns === 'reject';
  const mixed = source.returns === 'separate' ? '(quantity_value > 0 AND amount < 0 OR quantity_value < 0 AND amount > 0)' : null;
  const hasSale = source.columns.saleId === null ? [] : ['sale_id_value IS NOT NULL'];
  const acceptable = [
    ...hasSale,
    'product_id_value IS NOT NULL',
    ...(rejects ? ['quantity_value > 0', 'amount > 0'] : ['quantity_value IS NOT NULL', 'amount IS NOT NULL']),
    `day BETWEEN ${MIN_DAY} AND ${MAX_DAY}`,
    ...model.dimensions.map((name) => `${dimensionColumn(name)} IS NOT NULL`),
    ...(mixed === null ? [] : [`NOT ${mixed}`]),
    // Of an empty text each rule makes NULL; another text that stands for no value might be one.
    ...(source.missing.length === 0 ? [] : needed.map((column) => `NOT ${isMissing(column, source.missing)}`)),
  ];
  const within = outside.length === 0 ? `${ACCEPTED}` : `CASE WHEN ${outside.join(' OR ')} THEN ${OUTSIDE} ELSE ${ACCEPTED} END`;
  return `CASE${source.skip.map((rule, index) => `\n        WHEN ${holds(rule, source.missing)} THEN ${skippedBy(index)}`).join('')}
        WHEN ${acceptable.join(' AND ')}
          THEN ${within}
        WHEN ${['FALSE', ...needed.map((column) => isMissing(column, source.missing))].join(' OR ')}
                                THEN ${code('missing_value')}${
                                  source.columns.saleId === null
                                    ? ''
                                    : `
        WHEN sale_id_value IS NULL THEN ${code('invalid_sale_id')}`
                                }
        WHEN product_id_value IS NULL THEN ${code('invalid_product_id')}
        WHEN quantity_value IS NULL THEN ${code('invalid_quantity')}
        WHEN amount IS NULL     THEN ${code('invalid_amount')}
        WHEN day IS NULL OR day NOT BETWEEN ${MIN_DAY} AND ${MAX_DAY}
                                THEN ${code('invalid_date')}${model.dimensions
                                  .map(
                                    (name) => `
        WHEN ${dimensionColumn(name)} IS NULL THEN ${code('invalid_dimension')}`,
                                  )
                                  .join('')}${
                                  rejects
                                    ? `
        WHEN quantity_value <= 0 THEN ${code('non_positive_quantity')}
        ELSE                         ${code('non_positive_amount')}`
                                    : `
        ELSE                         ${code('mixed_signs')}`
                                }
      END`;
}

function holds({ input, test }: SourceDefinition['skip'][number], missing: readonly string[]): string {
  const text = skippedText(input);
  if (test.kind === 'empty') return test.isEmpty ? isMissing(text, missing) : `NOT (${isMissing(text, missing)})`;
  const values = test.values.map((value) => quoteText(value.trim())).join(', ');
  return `trim(${text}, ' ') ${test.kind === 'is' ? 'IN' : 'NOT IN'} (${values})`;
}
