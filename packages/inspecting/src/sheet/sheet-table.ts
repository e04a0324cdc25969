import type { SheetRow } from '@retail-etl/reading';
import type { ChosenSheet, Table } from '../table.js';
import type { RawRecord } from '../text/split-records.js';
import { guessSheetHeader } from './guess-sheet-header.js';

/** What a sheet lacks to be a table. */
export const SHEET_FAULTS = {
  empty: 'is empty',
  headerAlone: 'has a header but no records',
  noHeader: 'no row names columns, with values below it',
} as const;

export type SheetFault = keyof typeof SHEET_FAULTS;

/** Takes the rows of a sheet apart. */
export function sheetTable(
  name: string,
  sheet: ChosenSheet,
  { rows, isWhole }: { readonly rows: readonly SheetRow[]; readonly isWhole: boolean },
): Table | SheetFault {
  const all = rows.map(recordOf).filter(({ fields }) => fields.some((field) => field.trim() !== ''));
  if (all.length === 0) return 'empty';
  const header = guessSheetHeader(all);
  if (header === null) return 'noHeader';
  const width = header.names.length;
  const records = all.filter(({ line }) => line > header.headerLine).map((record) => padded(record, width));
  if (records.length === 0) return 'headerAlone';
  return { name, isWhole, header, text: null, sheet, width, records };
}

/** Without a declaration of delimiters, a run joins cells by commas. */
const DELIMITER = ',';

function recordOf(row: SheetRow): RawRecord {
  return { fields: row.cells, line: row.row, text: row.cells.join(DELIMITER), isNumber: (field) => row.isNumber(field) };
}

/** A sheet leaves out empty cells at the end of a row. */
function padded(record: RawRecord, width: number): RawRecord {
  const { fields } = record;
  return fields.length >= width ? record : { ...record, fields: [...fields, ...Array.from({ length: width - fields.length }, () => '')] };
}

/** The same table with cells joined by the delimiter that the source declares for its texts. */
export function joinedBy(delimiter: string, table: Table): Table {
  if (table.sheet === null || delimiter === DELIMITER) return table;
  const textOf = (fields: readonly string[]): string => fields.slice(0, fields.findLastIndex((field) => field !== '') + 1).join(delimiter);
  return { ...table, records: table.records.map((record) => ({ ...record, text: textOf(record.fields) })) };
}
