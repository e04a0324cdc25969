import type { RejectList } from '@retail-etl/sales';

/** A reject as its cells, in the order of REJECT_CSV_COLUMNS. */
export type RejectCells = readonly (string | null)[];

/**
 * A spreadsheet takes a text that begins like this for a formula, also behind spaces, line ends and characters that nobody sees, and some take
 * full-width and other signs for the plain ones. A tab or line end alone may move what follows into a cell of its own.
 */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Z}\p{C}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212])/u;

/** A cell that no spreadsheet runs: text from the sources is written by strangers. */
export function spreadsheetSafe(cell: string | null): string {
  if (cell === null) return '';
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** A reject for the page. The cells are those of REJECT_CSV_COLUMNS. */
export function toReject(cells: RejectCells): RejectList['rejects'][number] {
  const [, source, file, record, reason, saleId, productId, quantity, saleAmount, saleDate, raw, lines] = cells.map((cell) =>
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
    lines: lines === undefined || lines === null ? null : Number(lines),
  };
}
