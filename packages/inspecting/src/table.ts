import { EtlError, shownName } from '@retail-etl/contracts';
import { type FileSample, refuseOtherKinds, sampleText } from '@retail-etl/reading';
import { columnKey, type CsvEncoding } from '@retail-etl/sales';
import type { Column } from './columns/choose-columns.js';
import { NoProposal } from './no-proposal.js';
import { type GuessedDialect, guessDialect } from './text/guess-dialect.js';
import { guessEncoding } from './text/guess-encoding.js';
import { type RawRecord, splitRecords } from './text/split-records.js';

/** Most records of a file that are looked at. */
const RECORDS_MAX = 200_000;
/** The reader refuses a longer header. */
const HEADER_BYTES_MAX = 1 << 20;

/** A file taken apart. Workbooks, once they are read, give the same: `dialect` and `encoding` null, and records of cells. */
export interface Table {
  readonly name: string;
  readonly isWhole: boolean;
  readonly encoding: CsvEncoding;
  readonly hasMark: boolean;
  readonly dialect: GuessedDialect;
  /** Those after the header with as many fields as it has, and those with more or fewer. */
  readonly records: readonly RawRecord[];
}

/** Takes the beginning of a file apart. Throws FILE_NOT_TEXT, SOURCE_EMPTY, and NoProposal if no line names columns. */
export async function readTable(sample: FileSample): Promise<Table> {
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
  const records = all.filter(({ line }) => line > dialect.headerLine);
  if (records.length === 0) throw new EtlError('SOURCE_EMPTY', `${name} has a header but no records`);
  // The last record of what was read may be cut.
  return { name: sample.name, isWhole, encoding, hasMark, dialect, records: isWhole ? records : records.slice(0, -1) };
}

/** Whether a record has the fields of the header. */
export function isRegular({ fields }: RawRecord, { names, hasTrailingEmpty }: GuessedDialect, header: number): boolean {
  if (fields.length === header) return true;
  return hasTrailingEmpty && fields.length > names.length && fields.slice(names.length).every((field) => field.trim() === '');
}

/** Columns after so many are not looked at: no sale has more. */
const COLUMNS_MAX = 1_000;

/** The columns of the first table, with the values of all that have a column of that name. Names that appear twice are left out. */
export function columnsOf(tables: readonly Table[], isCounted: (record: RawRecord) => boolean): Column[] {
  const [first] = tables;
  const fields = tables.map(({ dialect }) => fieldsByKey(dialect.names));
  const counted = tables.map(({ records }) => records.filter(isCounted));
  return first!.dialect.names.slice(0, COLUMNS_MAX).flatMap((name) => {
    const key = columnKey(name);
    if (key === '' || fields[0]!.get(key) === undefined) return [];
    const values = counted.flatMap((records, index) => {
      const field = fields[index]!.get(key);
      return field === undefined ? [] : records.map((record) => record.fields[field] ?? '');
    });
    return [{ name, values }];
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
