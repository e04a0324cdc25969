import type { RejectList } from '@retail-etl/sales';

/** A reject as its cells, in the order of REJECT_CSV_COLUMNS. */
export type RejectCells = readonly (string | null)[];

/** A spreadsheet takes a text that begins like this for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A cell that no spreadsheet runs: text from the sources is written by strangers. */
export function spreadsheetSafe(cell: string | null): string {
  if (cell === null) return '';
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** A reject for the page. The cells are those of REJECT_CSV_COLUMNS. */
export function toReject(cells: RejectCells): RejectList['rejects'][number] {
  const [, source, file, record, reason, saleId, productId, quantity, saleAmount, saleDate, raw] = cells.map((cell) =>
    cell === '' ? null : cell,
  );
  return {
    source: source ?? '',
    file: file ?? null,
    record: record ?? null,
    reason: reason ?? '',
    saleId: saleId ?? null,
    productId: productId ?? null,
    quantity: quantity ?? null,
    saleAmount: saleAmount ?? null,
    saleDate: saleDate ?? null,
    raw: raw ?? null,
  };
}
