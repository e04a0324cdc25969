import type { RejectReason, SourceName } from '@retail-etl/sales';
import { readRecords, shownRaw } from './oracle-csv.js';
import { decimalText, isOutside, judge, type Texts, toHundredths, type Window } from './oracle-values.js';

/** What a run has to publish, count and reject, computed from the texts of its sources alone. */

export interface OracleFile {
  readonly name: string;
  /** UTF-8 without a mark and without the header. */
  readonly body: Uint8Array;
  readonly delimiter: string;
  /** For each field the column that it fills, or -1. */
  readonly columnOfField: readonly number[];
}

export interface OracleInput {
  readonly table: readonly Texts[];
  readonly files: readonly OracleFile[];
  readonly window: Window;
}

/** Cells of the rejects CSV behind `run_id`, before anything is done for spreadsheets. */
export type RejectCells = readonly string[];

export interface OracleBooks {
  readonly source: SourceName;
  readonly file: string | null;
  rowsRead: number;
  rowsAccepted: number;
  rowsRejected: number;
  rowsSkipped: number;
  rejectsByReason: Partial<Record<RejectReason, number>>;
  quantity: string;
  amount: string;
}

export interface OracleOutcome {
  readonly sources: readonly OracleBooks[];
  readonly rejects: readonly RejectCells[];
  /** `product_id,total_quantity,total_sale_amount` by product. */
  readonly lines: readonly string[];
  readonly quantity: string;
  readonly amount: string;
  readonly publishedAmount: string;
  readonly error: 'SUMMARY_EMPTY' | 'TARGET_OVERFLOW' | null;
}

interface Sum {
  quantity: bigint;
  amount: bigint;
}

export function expectedOutcome({ table, files, window }: OracleInput): OracleOutcome {
  const products = new Map<bigint, Sum>();
  const rejects: RejectCells[] = [];
  const all: Sum = { quantity: 0n, amount: 0n };
  const sources: OracleBooks[] = [];

  const book = (source: SourceName, file: string | null, rows: Iterable<{ texts: Texts | null; record: string; raw: string }>): void => {
    const books: OracleBooks = {
      source,
      file,
      rowsRead: 0,
      rowsAccepted: 0,
      rowsRejected: 0,
      rowsSkipped: 0,
      rejectsByReason: {},
      quantity: '',
      amount: '',
    };
    const own: Sum = { quantity: 0n, amount: 0n };
    for (const { texts, record, raw } of rows) {
      books.rowsRead += 1;
      const sale = texts === null ? 'malformed_row' : judge(texts);
      if (typeof sale === 'string') {
        books.rowsRejected += 1;
        books.rejectsByReason[sale] = (books.rejectsByReason[sale] ?? 0) + 1;
        rejects.push([source, file ?? '', record, sale, ...(texts ?? ['', '', '', '', '']).map((text) => text ?? ''), raw]);
      } else if (isOutside(sale, window)) books.rowsSkipped += 1;
      else {
        books.rowsAccepted += 1;
        const product = products.get(sale.productId) ?? { quantity: 0n, amount: 0n };
        products.set(sale.productId, product);
        for (const sum of [own, all, product]) {
          sum.quantity += sale.quantity;
          sum.amount += sale.amount;
        }
      }
    }
    books.quantity = String(own.quantity);
    books.amount = decimalText(own.amount, 6);
    sources.push(books);
  };

  book(
    'online_sales',
    null,
    table.map((texts) => ({ texts, record: '', raw: '' })),
  );
  for (const file of files) {
    const records = readRecords(file.body, { delimiter: file.delimiter, fieldCount: file.columnOfField.length });
    const rows = records.map(({ number, fields, raw }) => ({
      texts: fields === null ? null : [0, 1, 2, 3, 4].map((column) => fields[file.columnOfField.indexOf(column)]!),
      record: String(number),
      raw: fields === null ? shownRaw(raw) : '',
    }));
    book('store_sales', file.name, rows);
  }

  const sorted = [...products].sort(([a], [b]) => (a < b ? -1 : 1));
  const overflows = sorted.some(([, { quantity, amount }]) => quantity >= 2n ** 63n || toHundredths(amount) >= 10n ** 20n);
  return {
    sources,
    rejects,
    lines: sorted.map(([product, { quantity, amount }]) => `${product},${quantity},${decimalText(toHundredths(amount), 2)}`),
    quantity: String(all.quantity),
    amount: decimalText(all.amount, 6),
    publishedAmount: decimalText(
      sorted.reduce((sum, [, { amount }]) => sum + toHundredths(amount), 0n),
      2,
    ),
    error: overflows ? 'TARGET_OVERFLOW' : sorted.length === 0 ? 'SUMMARY_EMPTY' : null,
  };
}

/** A cell as a spreadsheet may open it. */
export const spreadsheetCell = (cell: string): string => (['=', '+', '-', '@', '\t', '\r'].includes(cell.slice(0, 1)) ? `'${cell}` : cell);
