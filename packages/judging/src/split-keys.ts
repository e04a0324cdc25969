import { type DuckDbConnection, quoteText, readRows } from '@retail-etl/duckdb';
import type { SummaryColumn } from '@retail-etl/sales';
import { keyColumn } from './rules/source-texts.js';

/** Of a range's keys, one in so many is looked at to find where the ranges begin: some 100,000. */
const SAMPLED_ONE_IN = 16;

/** Conditions on `keys` that split the rows of `source` into so many ranges of about equally many distinct keys, in ascending order. */
export async function splitKeys(
  connection: DuckDbConnection,
  source: string,
  keys: readonly SummaryColumn[],
  count: number,
): Promise<string[]> {
  if (count <= 1) return ['TRUE'];
  const names = keys.map(({ name }) => keyColumn(name)).join(', ');
  const bounds = await readRows(
    connection,
    'splitting keys into ranges',
    `SELECT DISTINCT ${names} FROM (
       SELECT ${names}, row_number() OVER (ORDER BY ${names}) AS n, count(*) OVER () AS total
       FROM (SELECT DISTINCT ${names} FROM ${source} WHERE hash(${names}) % ${count * SAMPLED_ONE_IN} = 0)
     ) WHERE n > 1 AND (n - 1) * ${count} // total > (n - 2) * ${count} // total
     ORDER BY ${names}`,
  );
  const literals = bounds.map((bound) => bound.map((cell, index) => literal(keys[index]!, cell ?? '')));
  return Array.from({ length: literals.length + 1 }, (_, index) => {
    const [from, to] = [literals[index - 1], literals[index]];
    const conditions = [...(from === undefined ? [] : [`NOT ${isBelow(keys, from)}`]), ...(to === undefined ? [] : [isBelow(keys, to)])];
    return ['TRUE', ...conditions].join(' AND ');
  });
}

function literal({ kind }: SummaryColumn, cell: string): string {
  if (kind === 'integer') return cell;
  return kind === 'date' ? `DATE ${quoteText(cell)}` : quoteText(cell);
}

/** Whether a row's keys come before those of a bound: by the first key, and where that is the same by the next. */
function isBelow(keys: readonly SummaryColumn[], bound: readonly string[]): string {
  return keys.reduceRight((rest, { name: key }, index) => {
    const name = keyColumn(key);
    const value = bound[index]!;
    return rest === '' ? `(${name} < ${value})` : `(${name} < ${value} OR ${name} = ${value} AND ${rest})`;
  }, '');
}
