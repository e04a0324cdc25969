import { EtlError } from '@retail-etl/contracts';
import { type Connection, execute } from '@retail-etl/mysql';
import { SALES_SUMMARY, SUMMARY_COLUMNS } from '@retail-etl/sales';
import { STAGED_TABLE } from './stage-rows.js';

const { name: TARGET, key, quantity, amount } = SALES_SUMMARY;
const COLUMNS = SUMMARY_COLUMNS.map(({ name }) => name);

/** The staged row `s` and the target's row `t` of the same product. */
export const SAME_PRODUCT = `s.${key.name} = t.${key.name}`;

/** True for two rows whose sums differ; NULL, which a table made by others may hold, differs from every number. */
export const SUMS_DIFFER = `NOT (t.${quantity.name} <=> s.${quantity.name} AND t.${amount.name} <=> s.${amount.name})`;

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
export async function mergeRows(connection: Connection): Promise<void> {
  const change = (action: string, sql: string) => execute(connection, action, sql, [], 'table').catch(tellDemand);
  await change('removing products', `DELETE t FROM ${TARGET} t LEFT JOIN ${STAGED_TABLE} s ON ${SAME_PRODUCT} WHERE s.${key.name} IS NULL`);
  await change(
    'changing products',
    `UPDATE ${TARGET} t JOIN ${STAGED_TABLE} s ON ${SAME_PRODUCT}
     SET ${[quantity, amount].map(({ name }) => `t.${name} = s.${name}`).join(', ')} WHERE ${SUMS_DIFFER}`,
  );
  await change(
    'adding products',
    `INSERT INTO ${TARGET} (${COLUMNS.join(', ')})
     SELECT ${COLUMNS.map((name) => `s.${name}`).join(', ')}
     FROM ${STAGED_TABLE} s LEFT JOIN ${TARGET} t ON ${SAME_PRODUCT} WHERE t.${key.name} IS NULL`,
  );
}

function tellDemand(error: unknown): never {
  const { cause } = error as { cause?: { errno?: number } };
  throw error instanceof EtlError && DEMANDS.has(cause?.errno ?? 0)
    ? new EtlError('TARGET_CONSTRAINT', error.message, { cause: error })
    : error;
}
