import { join } from 'node:path';
import { type ErrorCode, EtlError } from '@retail-etl/contracts';
import type { Engine } from '@retail-etl/duckdb';
import { type JudgedSample, judgeSample, type SampleRow } from '@retail-etl/judging';
import { hasSheets, readSample, type Sample, type SampleRead } from '@retail-etl/reading';
import type { CsvEncoding, SalesDefinition, SourceDefinition } from '@retail-etl/sales';
import { StagedSample } from './staged-sample.js';

/** A record with what becomes of it. */
export interface TriedRow {
  readonly record: number;
  /** Null if it could not be read: then `raw` is its text. */
  readonly judged: SampleRow | null;
  readonly raw: string | null;
}

/** What a run would make of the beginning of a file. */
export interface FileTrial {
  readonly file: string;
  /** Whether all of the file was read. */
  readonly isWhole: boolean;
  /** Why the file cannot be read; then nothing else is known. */
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly remedy: string } | null;
  readonly read: SampleRead | null;
  readonly malformed: number;
  readonly judged: JudgedSample | null;
  /** By record. */
  readonly rows: readonly TriedRow[];
}

export interface TryOptions {
  readonly engine: Engine;
  /** A folder for staged rows, which are removed again. */
  readonly folder: string;
  /** So many rows are shown, of which at most `rejectsMax` are rejects. */
  readonly rowsMax: number;
  readonly rejectsMax: number;
  /** Of files that the source gives no encoding for. */
  readonly encoding?: CsvEncoding;
  /** Patterns of dates for sources that take others besides ISO 8601. */
  readonly dateFormats?: readonly string[];
}

/** Reads and judges the beginning of a file as a run reads and judges all of it. */
export async function trySource(
  sample: Sample,
  definition: SalesDefinition,
  source: SourceDefinition,
  options: TryOptions,
): Promise<FileTrial> {
  const columns = source.inputs.filter(({ isStaged }) => isStaged).map(({ name }) => name);
  const staged = await StagedSample.create(options.folder, 'sample.parquet', columns);
  const { name: file } = sample;
  try {
    const read = await readSample(sample, { definition: source, isDeclared: definition.digest !== null }, staged, options.encoding);
    const { isWhole } = read;
    const judged = await judge(sample, definition, source, options);
    return { file, isWhole, error: null, read, malformed: staged.malformedRecords.length, judged, rows: rowsOf(staged, judged, options) };
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    const { code, message, remedy } = error;
    const isWhole = !hasSheets(sample) && sample.isWhole;
    return { file, isWhole, error: { code, message, remedy }, read: null, malformed: 0, judged: null, rows: [] };
  } finally {
    await staged.discard();
  }
}

async function judge(sample: Sample, definition: SalesDefinition, source: SourceDefinition, options: TryOptions): Promise<JudgedSample> {
  const connection = await options.engine.connect();
  try {
    return await judgeSample(connection, {
      rowsPath: join(options.folder, 'sample.parquet'),
      file: sample.name,
      rules: {
        model: definition.model,
        source,
        hasCells: hasSheets(sample),
        dateFormats: source.dates.takesOthers ? (options.dateFormats ?? []) : [],
      },
      rowsMax: options.rowsMax,
      rejectsMax: options.rejectsMax,
    });
  } finally {
    connection.closeSync();
  }
}

/** Rejects first, so that they are not lost among the others, then all by their record. */
function rowsOf(staged: StagedSample, judged: JudgedSample, { rowsMax, rejectsMax }: TryOptions): TriedRow[] {
  const malformed = staged.malformedRecords.slice(0, rejectsMax).map(({ record, raw }) => ({ record, judged: null, raw }));
  const wellFormed = judged.rows.map((row) => ({ record: staged.recordOf(row.row), judged: row, raw: null }));
  const isReject = ({ judged: row }: TriedRow): boolean => row?.outcome.kind === 'rejected' || row === null;
  const all: TriedRow[] = [...malformed, ...wellFormed];
  const rejects = all
    .filter(isReject)
    .toSorted((a, b) => a.record - b.record)
    .slice(0, rejectsMax);
  const others = all.filter((row) => !isReject(row)).slice(0, rowsMax - rejects.length);
  return [...rejects, ...others].toSorted((a, b) => a.record - b.record);
}
