import type { RejectReason } from '@retail-etl/sales';
import { countHeaders, type OracleOptions, readRecords, shownRaw } from './oracle-csv.js';
import { decimalText, isOutside, judge, type Texts, toHundredths, type Window } from './oracle-values.js';

/** What a run has to publish, count and reject, computed from the texts of its sources alone. */

export interface OracleFile {
  readonly name: string;
  /** UTF-8 without a mark and without the header. */
  readonly body: Uint8Array;
  readonly delimiter: string;
  /** For each field the column that it fills, or -1. */
  readonly columnOfField: readonly number[];
  /** The names in its header, in lower case. */
  readonly header: readonly string[];
}

export interface OracleInput {
  readonly table: readonly Texts[];
  readonly files: readonly OracleFile[];
  readonly window: Window;
}

/** Cells of the rejects CSV behind `run_id`, before anything is done for spreadsheets. */
export type RejectCells = readonly string[];

export interface OracleBooks {
  readonly source: string;
  readonly file: string | null;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly rowsSkipped: number;
  readonly rejectsByReason: Partial<Record<RejectReason, number>>;
  readonly repeatedHeaders?: number;
  readonly quantity: string;
  readonly amount: string;
  readonly longestRecordLines?: number;
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

interface SourceRecord {
  /** Null if the record is malformed. */
  readonly texts: Texts | null;
  readonly record: string;
  readonly raw: string;
  /** Lines of the file; 0 for a row of the table, which has none. */
  readonly lines: number;
}

export function expectedOutcome({ table, files, window }: OracleInput): OracleOutcome {
  const run = new Tally(window);
  run.book(
    'online_sales',
    null,
    table.map((texts) => ({ texts, record: '', raw: '', lines: 0 })),
  );
  for (const file of files) run.book('store_sales', file.name, recordsOf(file), countHeaders(file.body, optionsOf(file)));
  const { sources, rejects, all } = run;
  const sorted = [...run.products].sort(([a], [b]) => (a < b ? -1 : 1));
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

function optionsOf({ delimiter, header }: OracleFile): OracleOptions {
  return { delimiter, fieldCount: header.length, skipsBlankLines: true, header };
}

function recordsOf(file: OracleFile): SourceRecord[] {
  return readRecords(file.body, optionsOf(file)).map(({ number, fields, raw }) => ({
    texts: fields === null ? null : [0, 1, 2, 3, 4].map((column) => fields[file.columnOfField.indexOf(column)]!),
    record: String(number),
    raw: fields === null ? shownRaw(raw) : '',
    lines: raw.toString('latin1').split('\n').length,
  }));
}

/** What a run has seen so far. */
class Tally {
  readonly products = new Map<bigint, Sum>();
  readonly rejects: RejectCells[] = [];
  readonly all: Sum = { quantity: 0n, amount: 0n };
  readonly sources: OracleBooks[] = [];
  readonly #window: Window;

  constructor(window: Window) {
    this.#window = window;
  }

  /** Judges every row of the table or of one file. */
  book(source: string, file: string | null, rows: readonly SourceRecord[], repeatedHeaders = 0): void {
    const counts = { rowsRead: rows.length, rowsAccepted: 0, rowsRejected: 0, rowsSkipped: 0 };
    const rejectsByReason: OracleBooks['rejectsByReason'] = {};
    const own: Sum = { quantity: 0n, amount: 0n };
    for (const { texts, record, raw, lines } of rows) {
      const sale = texts === null ? 'malformed_row' : judge(texts);
      if (typeof sale === 'string') {
        counts.rowsRejected += 1;
        rejectsByReason[sale] = (rejectsByReason[sale] ?? 0) + 1;
        this.rejects.push([
          source,
          file ?? '',
          record,
          sale,
          ...(texts ?? ['', '', '', '', '']).map((text) => text ?? ''),
          raw,
          lines === 0 ? '' : String(lines),
        ]);
      } else if (isOutside(sale, this.#window)) counts.rowsSkipped += 1;
      else {
        counts.rowsAccepted += 1;
        for (const sum of [own, this.all, this.#productSum(sale.productId)]) {
          sum.quantity += sale.quantity;
          sum.amount += sale.amount;
        }
      }
    }
    const longest = rows.reduce((most, { lines }) => Math.max(most, lines), 1);
    const sums = { quantity: String(own.quantity), amount: decimalText(own.amount, 6) };
    const repeated = repeatedHeaders === 0 ? {} : { repeatedHeaders };
    this.sources.push({
      source,
      file,
      ...counts,
      ...repeated,
      rejectsByReason,
      ...sums,
      ...(longest === 1 ? {} : { longestRecordLines: longest }),
    });
  }

  #productSum(product: bigint): Sum {
    const sum = this.products.get(product) ?? { quantity: 0n, amount: 0n };
    this.products.set(product, sum);
    return sum;
  }
}

/** Signs that begin a formula, with their full-width and small forms and the minus sign, which some spreadsheets take for the plain ones. */
const FORMULA_SIGNS = new Set(['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−']);

/** A cell as a spreadsheet may open it: what begins a formula, be it after characters that nobody sees, has a `'` before it. */
export function spreadsheetCell(cell: string): string {
  const seen = Array.from(cell).find((character) => !/^[\s\p{Separator}\p{Other}]$/u.test(character));
  return /^[\t\r\n]/.test(cell) || FORMULA_SIGNS.has(seen ?? '') ? `'${cell}` : cell;
}
