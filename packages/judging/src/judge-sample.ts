import { type DuckDbConnection, quoteText, readRows } from '@retail-etl/duckdb';
import { decimalText, decimalUnits, REJECT_REASONS, type RejectReason } from '@retail-etl/sales';
import { ACCEPTED, IS_REJECTED, isRejected, judgeRows, OUTSIDE, type Rules } from './rules/judge-rows.js';

/** What becomes of a row: accepted, rejected for a reason, or skipped by a rule. */
export type SampleOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: RejectReason }
  /** `says`: the rule in words. */
  | { readonly kind: 'skipped'; readonly says: string };

export interface SampleRow {
  /** Position among the rows, from 0. */
  readonly row: number;
  /** As they stand in the source. */
  readonly texts: {
    readonly sale_id: string;
    readonly product_id: string;
    readonly quantity: string;
    readonly sale_amount: string;
    readonly sale_date: string;
  };
  /** What is counted; null where the text is not of the form. */
  readonly quantity: string | null;
  readonly amount: string | null;
  readonly day: string | null;
  readonly outcome: SampleOutcome;
}

export interface JudgedSample {
  readonly counts: readonly { readonly outcome: SampleOutcome; readonly rows: number }[];
  /** Sums of the accepted rows. */
  readonly products: number;
  readonly quantity: string;
  readonly amount: string;
  /** The first and the last day of the accepted rows. */
  readonly days: { readonly first: string; readonly last: string } | null;
  /** By position: the first rows, and some of the rejected ones after them. */
  readonly rows: readonly SampleRow[];
}

export interface SampleToJudge {
  readonly rowsPath: string;
  /** The name of its file. */
  readonly file: string;
  readonly rules: Rules;
  /** So many rows are shown, of which at most `rejectsMax` are rejected ones. */
  readonly rowsMax: number;
  readonly rejectsMax: number;
}

/** Judges staged rows of one file as a run does, and shows some of them. Without a window. */
export async function judgeSample(connection: DuckDbConnection, sample: SampleToJudge): Promise<JudgedSample> {
  const { rowsPath, file, rowsMax, rejectsMax } = sample;
  const { model } = sample.rules;
  // The day is told whether or not a summary asks for it.
  const rules: Rules = { ...sample.rules, model: { ...model, hasDays: true } };
  const judged = judgeRows(`read_parquet(${quoteText(rowsPath)})`, rules, [{ file, firstRow: 0, firstRecord: 1 }]);
  const counted = await readRows(
    connection,
    'judging a sample',
    `SELECT outcome, count(*), count(DISTINCT product_id), sum(quantity)::VARCHAR, sum(amount)::VARCHAR, min(day)::VARCHAR, max(day)::VARCHAR
     FROM (${judged}) GROUP BY outcome ORDER BY outcome`,
  );
  const shown = await readRows(
    connection,
    'judging a sample',
    `WITH judged AS MATERIALIZED (
       SELECT row, sale_id_text, product_id_text, quantity_text, sale_amount_text, sale_date_text, quantity::VARCHAR AS quantity, amount::VARCHAR AS amount, day::VARCHAR AS day, outcome,
         row_number() OVER (PARTITION BY ${IS_REJECTED} ORDER BY row) AS place, ${IS_REJECTED} AS is_rejected
       FROM (${judged}))
     SELECT row, sale_id_text, product_id_text, quantity_text, sale_amount_text, sale_date_text, quantity, amount, day, outcome FROM (
       SELECT * FROM judged WHERE NOT is_rejected OR place <= ${rejectsMax} ORDER BY is_rejected DESC, row LIMIT ${rowsMax}) ORDER BY row::BIGINT`,
  );
  const accepted = counted.find(([outcome]) => Number(outcome) === ACCEPTED);
  const total = (text: string | null | undefined, decimals: number): string => decimalText(decimalUnits(text ?? '0'), decimals);
  const [first, last] = [accepted?.[5] ?? null, accepted?.[6] ?? null];
  return {
    counts: counted.map(([outcome, rows]) => ({ outcome: outcomeOf(Number(outcome), rules), rows: Number(rows) })),
    products: Number(accepted?.[2] ?? 0),
    quantity: total(accepted?.[3], model.quantityDecimals),
    amount: total(accepted?.[4], 2),
    days: first === null || last === null ? null : { first, last },
    rows: shown.map((row) => sampleRow(row, rules)),
  };
}

function sampleRow(row: readonly (string | null)[], rules: Rules): SampleRow {
  const [position, saleId, productId, quantityText, amountText, dateText, quantity = null, amount = null, day = null, outcome] = row;
  return {
    row: Number(position),
    texts: {
      sale_id: saleId ?? '',
      product_id: productId ?? '',
      quantity: quantityText ?? '',
      sale_amount: amountText ?? '',
      sale_date: dateText ?? '',
    },
    quantity,
    amount,
    day,
    outcome: outcomeOf(Number(outcome), rules),
  };
}

function outcomeOf(code: number, { source }: Rules): SampleOutcome {
  if (code === ACCEPTED) return { kind: 'accepted' };
  if (isRejected(code)) return { kind: 'rejected', reason: REJECT_REASONS[code - 1]! };
  return { kind: 'skipped', says: source.skip[code - OUTSIDE - 1]?.says ?? 'outside the window' };
}
