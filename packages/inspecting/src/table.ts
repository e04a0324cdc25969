import { EtlError, shownName } from '@retail-etl/contracts';
import { type FileSample, refuseOtherKinds, sampleText } from '@retail-etl/reading';
import { columnKey, type CsvEncoding } from '@retail-etl/sales';
import type { Column } from './columns/choose-columns.js';
import { NoProposal } from './no-proposal.js';
import { type GuessedDialect, guessDialect } from './text/guess-dialect.js';
import type { GuessedHeader } from './text/guessed-header.js';
import { guessEncoding } from './text/guess-encoding.js';
import { type RawRecord, splitRecords } from './text/split-records.js';

/** Most records of a file that are looked at. */
const RECORDS_MAX = 200_000;
/** The reader refuses a longer header. */
const HEADER_BYTES_MAX = 1 << 20;

/** A file taken apart. */
export interface Table {
  readonly name: string;
  readonly isWhole: boolean;
  readonly header: GuessedHeader;
  /** Null: a workbook. */
  readonly text: TextForm | null;
  /** Null: a text. */
  readonly sheet: ChosenSheet | null;
  /** So many fields most records have. */
  readonly width: number;
  /** Those after the header with as many fields as it has, and those with more or fewer. */
  readonly records: readonly RawRecord[];
}

/** How the text of a file is written. */
interface TextForm {
  readonly encoding: CsvEncoding;
  readonly hasMark: boolean;
  readonly dialect: GuessedDialect;
}

/** The sheet of a workbook that was taken. */
export interface ChosenSheet {
  readonly name: string;
  /** Other visible sheets, and those of them that look like sales. */
  readonly others: readonly string[];
  readonly alike: readonly string[];
}

/** Takes the beginning of a text apart. Throws FILE_NOT_TEXT, SOURCE_EMPTY, and NoProposal if no line names columns. */
export async function readTextTable(sample: FileSample): Promise<Table> {
  const { bytes, isWhole } = sample;
  const name = shownName(sample.name);
  refuseOtherKinds(bytes, name);
  const { encoding, hasMark } = guessEncoding(bytes);
  const text = await sampleText(sample, encoding);
  if (text.trim() === '') throw new EtlError('SOURCE_EMPTY', `${name} is empty`);
  if (text.length > HEADER_BYTES_MAX && text.slice(0, HEADER_BYTES_MAX).indexOf('\n') === -1)
    throw new NoProposal(`${name}: the first line has no end within 1 MiB`);
  const dialect = guessDialect(text);
  if (dialect === null) throw new NoProposal(`${name}: no line names columns, with values of as many fields below it`);
  const all = splitRecords(text, dialect, RECORDS_MAX);
  const found = all.filter(({ line }) => line > dialect.headerLine);
  if (found.length === 0) throw new EtlError('SOURCE_EMPTY', `${name} has a header but no records`);
  // The last record of what was read may be cut.
  const records = isWhole ? found : found.slice(0, -1);
  return {
    name: sample.name,
    isWhole,
    header: dialect,
    text: { encoding, hasMark, dialect },
    sheet: null,
    width: widthOf(dialect, records),
    records,
  };
}

/** The fields of a record: as most have, where empty ones at the end do not count. */
function widthOf({ names, hasTrailingEmpty }: GuessedDialect, records: readonly RawRecord[]): number {
  if (hasTrailingEmpty) return names.length;
  const fitting = records.find(
    ({ fields }) => fields.length >= names.length && fields.slice(names.length).every((field) => field.trim() === ''),
  );
  return fitting?.fields.length ?? names.length;
}

/** Which records of a table are looked at. */
export type IsCounted = (record: RawRecord, table: Table) => boolean;

/** Whether a record has the fields of the header. */
export function isRegular({ fields }: RawRecord, { header: { names }, text, width }: Table): boolean {
  if (fields.length === width) return true;
  return (
    text?.dialect.hasTrailingEmpty === true &&
    fields.length > names.length &&
    fields.slice(names.length).every((field) => field.trim() === '')
  );
}

/** Columns after so many are not looked at: no sale has more. */
const COLUMNS_MAX = 1_000;

/** The columns of the first table, with the values of all that have a column of that name. Names that appear twice are left out. */
export function columnsOf(tables: readonly Table[], isCounted: IsCounted): Column[] {
  const [first] = tables;
  const fields = tables.map(({ header }) => fieldsByKey(header.names));
  const counted = tables.map((table) => table.records.filter((record) => isCounted(record, table)));
  return first!.header.names.slice(0, COLUMNS_MAX).flatMap((name) => {
    const key = columnKey(name);
    if (key === '' || fields[0]!.get(key) === undefined) return [];
    const values = counted.flatMap((records, index) => {
      const field = fields[index]!.get(key);
      return field === undefined ? [] : records.map((record) => record.fields[field] ?? '');
    });
    return [{ name, values }];
  });
}

/** The values of the column of a name that are `isWanted`, of all tables. None if the name is empty. */
export function valuesIn(
  tables: readonly Table[],
  name: string,
  isCounted: IsCounted,
  isWanted: (record: RawRecord, field: number, table: Table) => boolean,
): string[] {
  const key = columnKey(name);
  return tables.flatMap((table) => {
    const field = fieldsByKey(table.header.names).get(key);
    if (key === '' || field === undefined) return [];
    return table.records
      .filter((record) => isCounted(record, table) && isWanted(record, field, table))
      .map((record) => record.fields[field] ?? '');
  });
}

/** Of names that appear once. */
function fieldsByKey(names: readonly string[]): Map<string, number | undefined> {
  const found = new Map<string, number | undefined>();
  for (const [index, name] of names.entries()) {
    const key = columnKey(name);
    found.set(key, found.has(key) ? undefined : index);
  }
  return found;
}
