import { EtlError } from '@retail-etl/contracts';
import { type Connection, execute, sqlName } from '@retail-etl/mysql';
import { columnsOf, type SummaryShape, sumsOf } from '@retail-etl/sales';
import { stagedTable } from './stage-rows.js';

/** The staged row `s` and the target's row `t` of the same keys. */
export const sameKeys = ({ keys }: SummaryShape): string => keys.map(({ name }) => `s.${sqlName(name)} = t.${sqlName(name)}`).join(' AND ');

/** True for two rows whose sums differ; NULL, which a table made by others may hold, differs from every number. */
export const sumsDiffer = (shape: SummaryShape): string =>
  `NOT (${sumsOf(shape)
    .map(({ name }) => `t.${sqlName(name)} <=> s.${sqlName(name)}`)
    .join(' AND ')})`;

/** What the owner of the table demands of its rows, by the server's numbers: the names differ between MySQL and MariaDB. */
const DEMANDS: ReadonlySet<number> = new Set([
  // Foreign keys, of this table and on it.
  1216, 1217, 1451, 1452,
  // CHECK.
  3819, 4025,
  // No partition for a value, or another one.
  1526, 1748,
  // A unique key; a trigger that refuses, or touches this table.
  1062, 1586, 1442, 1644,
]);

/**
 * Makes the target's rows those of the staged table, key by key. Rows that are equal are not touched. Throws TARGET_CONSTRAINT if the
 * table's owner does not allow a row, or to remove one.
 */
export async function mergeRows(connection: Connection, shape: SummaryShape): Promise<void> {
  const [target, staged] = [sqlName(shape.name), stagedTable(shape)];
  const columns = columnsOf(shape).map(({ name }) => sqlName(name));
  const key = sqlName(shape.keys[0]!.name);
  const change = (action: string, sql: string) => execute(connection, action, sql, [], 'table').catch(tellDemand);
  await change('removing products', `DELETE t FROM ${target} t LEFT JOIN ${staged} s ON ${sameKeys(shape)} WHERE s.${key} IS NULL`);
  await change(
    'changing products',
    `UPDATE ${target} t JOIN ${staged} s ON ${sameKeys(shape)}
     SET ${sumsOf(shape)
       .map(({ name }) => `t.${name} = s.${name}`)
       .join(', ')} WHERE ${sumsDiffer(shape)}`,
  );
  await change(
    'adding products',
    `INSERT INTO ${target} (${columns.join(', ')})
     SELECT ${columns.map((name) => `s.${name}`).join(', ')}
     FROM ${staged} s LEFT JOIN ${target} t ON ${sameKeys(shape)} WHERE t.${key} IS NULL`,
  );
}

function tellDemand(error: unknown): never {
  const { cause } = error as { cause?: { errno?: number } };
  throw error instanceof EtlError && DEMANDS.has(cause?.errno ?? 0)
    ? new EtlError('TARGET_CONSTRAINT', error.message, { cause: error })
    : error;
}
