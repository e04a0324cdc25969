import { moveToEndOf, removeFiles } from '@retail-etl/store';
import { addDecimals, columnsOf, type SummaryColumn, type SummaryShape, sumsOf } from '@retail-etl/sales';
import { type DuckDbConnection, readRows, runSql, quoteText, trimMemory } from '@retail-etl/duckdb';
import { splitKeys } from './split-keys.js';
import { ACCEPTED } from './rules/judge-rows.js';
import { keyColumn } from './rules/source-texts.js';

/** The sums per product of one chunk, as `judgeChunk` writes them. */
export interface PartialFile {
  readonly path: string;
  /** How many. */
  readonly sums: number;
}

export interface MergedSummary {
  /** Which total the target cannot hold; null if it holds all of them. */
  readonly overflow: string | null;
  /** Rows of the summary. */
  readonly products: number;
  readonly quantity: string;
  /** Exact, at least six decimals. */
  readonly amount: string;
  /** The sum of the rounded totals. */
  readonly publishedAmount: string;
  /** Of returns that are summed apart. */
  readonly returned?: { readonly quantity: string; readonly amount: string; readonly publishedAmount: string };
}

/**
 * Merged at once: the process then has some 310 MiB resident, 330 with two million. Of more, one range of keys after the other; each
 * reads all partials, for which products lie scattered, so twenty million sums took a quarter longer in ten ranges than all at once.
 */
const SUMS_AT_ONCE = 1_500_000;
/** Of so many bytes each, with what DuckDB keeps beside a key. Texts take as much more as they are longer. */
const SUM_BYTES = 40;
/** Fewer are merged at once, however long their texts are. */
const SUMS_WEIGHED_MIN = 100_000;

/**
 * Sums partials by the keys of a summary and writes them as CSV sorted by them, which is the very file that is published; each amount is
 * rounded half away from zero to two decimals, here and only once. With an overflow the file is not complete. Uses a temporary table of
 * `connection`, which is to be closed afterwards. `signal` is looked at before each range; a statement is interrupted by the caller.
 */
export async function mergePartials(
  connection: DuckDbConnection,
  partials: readonly PartialFile[],
  shape: SummaryShape,
  csvPath: string,
  signal: AbortSignal,
): Promise<MergedSummary> {
  const names = [...keysOf(shape), ...exactSums(shape)].join(', ');
  const source =
    partials.length === 0
      ? `(SELECT ${names} FROM (SELECT ${[...keysOf(shape), ...exactSums(shape)].map((name) => `NULL AS ${name}`).join(', ')}) LIMIT 0)`
      : `(SELECT ${names} FROM read_parquet([${partials.map(({ path }) => quoteText(path)).join(', ')}]) WHERE outcome = ${ACCEPTED})`;
  const sums = partials.reduce((total, partial) => total + partial.sums, 0);
  const bytes = sums * SUM_BYTES + (sums < SUMS_WEIGHED_MIN ? 0 : await textBytes(connection, source, shape));
  const ranges = await splitKeys(connection, source, shape.keys, Math.ceil(bytes / (SUMS_AT_ONCE * SUM_BYTES)));
  const summaries: MergedSummary[] = [];
  // What the chunks have left comes on top of the first range, what this one leaves on top of the next one or of the next run's chunks.
  const isSplit = ranges.length > 1;
  if (isSplit) await trimMemory(connection);
  for (const [index, range] of ranges.entries()) {
    signal.throwIfAborted();
    await sumRange(connection, shape, source, range);
    summaries.push(await addUpRange(connection, shape));
    if (summaries.every(({ overflow }) => overflow === null)) await writeRange(connection, shape, csvPath, index === 0);
    if (isSplit) {
      await runSql(connection, 'dropping a range', 'DROP TABLE merged');
      await trimMemory(connection);
    }
  }
  return addUpRanges(summaries);
}

/** Of the keys of all sums in partials, twice: groups hold them, and so does the table that is made of these. */
async function textBytes(connection: DuckDbConnection, source: string, { keys }: SummaryShape): Promise<number> {
  const texts = keys.filter(({ kind }) => kind === 'text').map(({ name }) => `strlen(${keyColumn(name)})`);
  if (texts.length === 0) return 0;
  const [counted] = await readRows(connection, 'measuring keys', `SELECT 2 * sum(${texts.join(' + ')}) FROM ${source}`);
  return Number(counted?.[0] ?? 0);
}

/** The keys as partials have them. */
const keysOf = ({ keys }: SummaryShape): string[] => keys.map(({ name }) => keyColumn(name));

/** The sums in partials, in the order of `sumsOf`. */
const exactSums = ({ returned }: SummaryShape): string[] => [
  'quantity',
  'amount',
  ...(returned === null ? [] : ['returned_quantity', 'returned_amount']),
];

/** The temporary table `merged`: the sums of the keys in a range. */
async function sumRange(connection: DuckDbConnection, shape: SummaryShape, source: string, range: string): Promise<void> {
  const keys = keysOf(shape).join(', ');
  await runSql(
    connection,
    'merging sums',
    `CREATE OR REPLACE TEMP TABLE merged AS
     SELECT ${keys}, ${exactSums(shape)
       .map((name) => `sum(${name}) AS ${name}`)
       .join(', ')}
     FROM ${source} WHERE ${range} GROUP BY ${keys}`,
  );
}

/** The sums as they are published, in the order of `sumsOf`. */
function published(shape: SummaryShape): string[] {
  return sumsOf(shape).map(({ decimals }, index) => `round(${exactSums(shape)[index]}, ${decimals})`);
}

async function addUpRange(connection: DuckDbConnection, shape: SummaryShape): Promise<MergedSummary> {
  const sums = sumsOf(shape);
  const shown = published(shape);
  const tooLarge = shown.map((sum, index) => `abs(${sum}) > ${sums[index]!.max}`).join(' OR ');
  const [totals = []] = await readRows(
    connection,
    'adding up the summary',
    `SELECT count(*), ${exactSums(shape)
      .map((name) => `sum(${name})`)
      .join(', ')}, ${shown.map((sum) => `sum(${sum})`).join(', ')}, count(*) FILTER (WHERE ${tooLarge}) FROM merged`,
  );
  const cells = totals.slice(1, 1 + 2 * sums.length);
  const exact = (index: number): string => addDecimals([cells[index] ?? '0'], index % 2 === 0 ? shape.quantity.decimals : 6);
  const rounded = (index: number): string => addDecimals([cells[sums.length + index] ?? '0'], sums[index]!.decimals);
  return {
    overflow: Number(totals.at(-1)) === 0 ? null : await describeOverflow(connection, shape, tooLarge),
    products: Number(totals[0]),
    quantity: exact(0),
    amount: exact(1),
    publishedAmount: rounded(1),
    ...(shape.returned === null ? {} : { returned: { quantity: exact(2), amount: exact(3), publishedAmount: rounded(3) } }),
  };
}

async function describeOverflow(connection: DuckDbConnection, shape: SummaryShape, tooLarge: string): Promise<string> {
  const keys = keysOf(shape);
  const [cells = []] = await readRows(
    connection,
    'checking totals',
    `SELECT ${[...keys, ...exactSums(shape)].join(', ')} FROM merged WHERE ${tooLarge} ORDER BY ${keys.join(', ')} LIMIT 1`,
  );
  const row = shape.keys.map(({ name }, index) => `${name === 'product_id' ? 'product' : name} ${cells[index]}`).join(', ');
  const sums = exactSums(shape).map((name, index) => `${name.replace('_', ' ')} ${cells[keys.length + index]}`);
  return `${row}: ${sums.join(', ')} do not fit ${shape.quantity.type} and ${shape.amount.type}`;
}

function addUpRanges(ranges: readonly MergedSummary[]): MergedSummary {
  const decimals = ranges[0]?.quantity.split('.')[1]?.length ?? 0;
  const add = (value: (range: MergedSummary) => string, shown: number): string => addDecimals(ranges.map(value), shown);
  return {
    overflow: ranges.find(({ overflow }) => overflow !== null)?.overflow ?? null,
    products: ranges.reduce((total, range) => total + range.products, 0),
    quantity: add(({ quantity }) => quantity, decimals),
    amount: add(({ amount }) => amount, 6),
    publishedAmount: add(({ publishedAmount }) => publishedAmount, 2),
    ...(ranges[0]?.returned === undefined
      ? {}
      : {
          returned: {
            quantity: add(({ returned }) => returned!.quantity, decimals),
            amount: add(({ returned }) => returned!.amount, 6),
            publishedAmount: add(({ returned }) => returned!.publishedAmount, 2),
          },
        }),
  };
}

/** Appends a range to the CSV; the first makes the file. */
async function writeRange(connection: DuckDbConnection, shape: SummaryShape, csvPath: string, isFirst: boolean): Promise<void> {
  const path = isFirst ? csvPath : `${csvPath}.range`;
  const values = [...keysOf(shape), ...published(shape)];
  const columns = columnsOf(shape).map(({ name }: SummaryColumn, index) => `${values[index]} AS "${name}"`);
  await runSql(
    connection,
    'writing the summary',
    `COPY (SELECT ${columns.join(', ')} FROM merged ORDER BY ${keysOf(shape).join(', ')})
     TO ${quoteText(path)} (FORMAT csv, HEADER ${isFirst}, DELIMITER ',')`,
  ).catch(async (error: unknown) => {
    if (!isFirst) await removeFiles([path]);
    throw error;
  });
  if (!isFirst) await moveToEndOf(csvPath, path);
}
