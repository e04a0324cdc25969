import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@retail-etl/duckdb';
import { type ChunkToJudge, judgeChunk } from '@retail-etl/judging';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { builtInRules } from './built-in-rules.js';

type Judged = Awaited<ReturnType<typeof judgeChunk>>;
type Row = readonly unknown[];

/** What became of a chunk. */
interface Outcome extends Judged {
  /** Rows of a SELECT on the file that is named `partial`, or on the one named `rejects`. */
  readonly select: (sql: string) => Promise<Row[]>;
}

/** A malformed row as extract stages it, all of it text. */
interface Malformed {
  readonly segment: number;
  readonly rowsBefore: number;
  readonly record: number;
  /** Default 1. */
  readonly lines?: number;
  readonly raw: string;
}

/** A well-formed row of several lines: its position in the chunk, and how many. */
type MultiLine = readonly [row: number, lines: number];

/**
 * Stages rows, each the texts of the five columns or all by a SELECT of these, and `malformed` ones as Parquet, has them judged, and lends
 * what came of it. By default a chunk of one store file, read from its first record on.
 */
export async function withJudged(
  rows: readonly (readonly (string | null)[])[] | string,
  options: Partial<ChunkToJudge> & { readonly malformed?: readonly Malformed[]; readonly multiLine?: readonly MultiLine[] },
  look: (outcome: Outcome) => Promise<void>,
): Promise<void> {
  const { malformed = [], multiLine = [], ...chunk } = options;
  const dir = await mkdtemp(join(tmpdir(), 'retail-etl-judged-'));
  const engine = await openEngine(dir);
  const connection = await engine.connect();
  const stage = async (path: string, select: string): Promise<unknown> => connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  try {
    const paths = { rowsPath: join(dir, 'rows'), partialPath: join(dir, 'partial.parquet'), rejectsPath: join(dir, 'rejects.parquet') };
    await stage(paths.rowsPath, typeof rows === 'string' ? rows : selectTexts(SALES_COLUMNS, rows));
    const malformedPath = malformed.length === 0 ? null : join(dir, 'malformed');
    const texts = malformed.map(({ segment, rowsBefore, record, lines = 1, raw }) => [segment, rowsBefore, record, lines, raw].map(String));
    if (malformedPath !== null) await stage(malformedPath, selectTexts(['segment', 'rows_before', 'record', 'lines', 'raw'], texts));
    const linesPath = multiLine.length === 0 ? null : join(dir, 'lines');
    const places = multiLine.map((place) => place.map(String));
    if (linesPath !== null) await stage(linesPath, selectTexts(['row', 'lines'], places));
    const judged = await judgeChunk(connection, {
      source: 'store_sales',
      segments: [{ file: 'a.csv', firstRow: 0, firstRecord: 1 }],
      rules: builtInRules(),
      carryTexts: true,
      ...paths,
      malformedPath,
      linesPath,
      ...chunk,
    });
    const select = async (sql: string): Promise<Row[]> => {
      const named = sql.replace(/\b(?:partial|rejects)\b/, (file) => `'${join(dir, file)}.parquet'`);
      return (await connection.runAndReadAll(named)).getRowsJson();
    };
    await look({ ...judged, select });
  } finally {
    connection.closeSync();
    engine.close();
    await rm(dir, { recursive: true, force: true });
  }
}

const literal = (text: string | null): string => (text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`);

function selectTexts(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  // Without rows the columns are of text, too.
  const values = [columns.map(() => ''), ...rows].map((row, index) => `(${[String(index), ...row.map(literal)].join(', ')})`);
  return `SELECT * EXCLUDE n FROM (VALUES ${values.join(', ')}) AS v(n, ${columns.join(', ')}) WHERE n > 0 ORDER BY n`;
}
