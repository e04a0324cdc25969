import type { ReadingProgress } from './reading-progress.js';
import { EtlError, shownName, shownText } from '@retail-etl/contracts';
import { columnKey, type SourceDefinition } from '@retail-etl/sales';
import type { SourceRead } from '@retail-etl/staging';
import { matchColumns, stagedFields } from '../../codec/csv/dialect.js';
import { headerInvalid } from '../../codec/csv/find-header.js';
import { RAW_BYTES_MAX } from '../../codec/csv/record-reader.js';
import type { SheetRow } from '../../codec/xlsx/sheet-rows.js';
import type { RecordWriter } from '../source.js';
import { CarryingRows } from './carrying-rows.js';
import { keptNames } from './header-names.js';
import { numberCell } from './number-cell.js';
import { amountColumns, carriedColumns, watchedColumns } from './watched-columns.js';

/** The row of a sheet that names the columns. */
export interface SheetHeader {
  readonly row: SheetRow;
  readonly names: readonly string[];
  /** Of the staged columns, in their order. */
  readonly fields: readonly number[];
}

const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

/** Whether a row names the columns, if none before it does. */
export function isHeaderRow({ row, cells }: SheetRow, { csv }: SourceDefinition): boolean {
  return row > csv.skipLines && !isBlank(cells);
}

/** `name`: of the file. Throws HEADER_INVALID. */
export function matchHeader(row: SheetRow, name: string, { inputs }: SourceDefinition): SheetHeader {
  const names = row.cells.map(columnKey);
  const { fields, problems } = matchColumns(names, inputs, { suggests: true });
  if (problems.length > 0) throw headerInvalid(shownName(name), problems.join(', '), { text: row.cells.join(', '), line: row.row });
  return { row, names, fields: stagedFields(inputs, fields) };
}

/** Where the rows of a sheet come from, and where they go. */
export interface SheetReading {
  /** Of the file. */
  readonly name: string;
  readonly definition: SourceDefinition;
  readonly writer: RecordWriter;
}

/**
 * Hands the rows of a sheet to a writer: a row below the header is a record, and rows without any text are none. `progress` is told whether
 * records have been handed over. Null if no row names columns. Throws HEADER_INVALID, HEADER_CHANGED.
 */
export async function readSheetRecords(
  batches: AsyncIterable<readonly SheetRow[]>,
  { name, definition, writer }: SheetReading,
  progress: ReadingProgress,
): Promise<SheetRecords | null> {
  const carried = carriedColumns(definition);
  const rows = carried === null ? writer.rows : new CarryingRows(writer.rows, carried);
  let sheet: SheetRecords | null = null;
  writer.startSegment(name, 1);
  for await (const batch of batches) {
    // A throw in the middle leaves the records before it.
    progress.hasWritten = true;
    for (const row of batch) {
      if (sheet !== null) sheet.add(row);
      else if (isHeaderRow(row, definition))
        sheet = new SheetRecords(matchHeader(row, name, definition), definition, shownName(name), { writer, rows });
    }
    const records = sheet?.records ?? 0;
    progress.hasWritten = records > 0;
    rows.limitRowGroup();
    if (!writer.isDue) continue;
    await writer.advance(records + 1);
    if (rows instanceof CarryingRows) rows.mark();
  }
  return sheet;
}

/** Hands over the rows after a header. */
class SheetRecords {
  records = 0;
  #malformed = 0;
  #repeatedHeaders = 0;
  #footers = 0;
  readonly #header: SheetHeader;
  readonly #definition: SourceDefinition;
  readonly #file: string;
  readonly #sink: { readonly writer: RecordWriter; readonly rows: RecordWriter['rows'] };
  readonly #footer: RegExp | null;
  readonly #numberColumns: readonly number[];
  readonly #amountColumns: readonly number[];

  constructor(
    header: SheetHeader,
    definition: SourceDefinition,
    file: string,
    sink: { readonly writer: RecordWriter; readonly rows: RecordWriter['rows'] },
  ) {
    this.#header = header;
    this.#definition = definition;
    this.#file = file;
    this.#sink = sink;
    const watched = watchedColumns(definition, [], true);
    this.#footer = watched.footer;
    this.#numberColumns = watched.numberColumns;
    this.#amountColumns = amountColumns(definition);
  }

  get figures(): Pick<SourceRead, 'malformed' | 'header' | 'repeatedHeaders' | 'footerLines'> {
    return {
      malformed: this.#malformed,
      header: keptNames(this.#header.row.cells),
      ...(this.#repeatedHeaders === 0 ? {} : { repeatedHeaders: this.#repeatedHeaders }),
      ...(this.#footers === 0 ? {} : { footerLines: this.#footers }),
    };
  }

  add(sheetRow: SheetRow): void {
    const { row, cells } = sheetRow;
    if (isBlank(cells)) return;
    if (this.#footer?.test(cells.join(this.#definition.csv.delimiter ?? ',')) === true) {
      this.#footers += 1;
      return;
    }
    const { names, fields } = this.#header;
    const values = fields.map((field, column) => {
      const text = cells[field] ?? '';
      if (!sheetRow.isNumber(field)) return text;
      return numberCell(text, this.#definition.numbers, {
        isNumber: this.#numberColumns.includes(column),
        isAmount: this.#amountColumns.includes(column),
      });
    });
    if (this.#isHeader(values, row, cells)) {
      this.#repeatedHeaders += 1;
      return;
    }
    this.records += 1;
    const { writer, rows } = this.#sink;
    const isMalformed =
      cells.slice(names.length).some((cell) => cell !== '') || values.some((value) => value.includes('\0') || !value.isWellFormed());
    if (isMalformed) {
      this.#malformed += 1;
      writer.malformed(this.records, Buffer.from(cells.join('\t')).subarray(0, RAW_BYTES_MAX), 1);
      return;
    }
    for (const [index, value] of values.entries()) rows.columns[index]!.appendText(value);
    rows.endRow();
  }

  /** Throws HEADER_CHANGED for a header in another order: a row without a number that holds two of the names. */
  #isHeader(values: readonly string[], row: number, cells: readonly string[]): boolean {
    const own = this.#header.fields.map((field) => this.#header.names[field]!);
    const keys = values.map(columnKey);
    if (keys.every((key, index) => key === own[index])) return true;
    const lacksNumber = this.#numberColumns.length === 0 || this.#numberColumns.some((column) => /^\s*\p{L}/u.test(values[column]!));
    if (!lacksNumber || cells.map(columnKey).filter((key) => own.includes(key)).length < 2) return false;
    throw new EtlError(
      'HEADER_CHANGED',
      `${this.#file}: row ${row} holds a second header, "${shownText(cells.join(', '))}", which differs from the one in row ${this.#header.row.row}, "${shownText(this.#header.row.cells.join(', '))}"`,
    );
  }
}
