import { columnsOf, type SummaryColumn, type SummaryShape, sumsOf } from '@retail-etl/sales';
import { type Connection, execute, select } from '../database.js';
import { sqlName } from '../sql-name.js';
import { summaryTableSql } from './summary-table.js';

const PROBE = 'target_rights';

/** Finds out whether this user may do what a publication does, by doing each of it to no row. Throws MYSQL_RIGHTS, naming what is missing. */
export async function tryTargetRights(connection: Connection, shape: SummaryShape): Promise<void> {
  const action = 'trying the rights on the target';
  const target = sqlName(shape.name);
  const columns = columnsOf(shape)
    .map(({ name }) => sqlName(name))
    .join(', ');
  await select(connection, action, `SELECT ${columns} FROM ${target} WHERE FALSE`);
  for (const statement of [
    `DELETE FROM ${target} WHERE FALSE`,
    `UPDATE ${target} SET ${sumsOf(shape)
      .map(({ name }) => `${sqlName(name)} = 0`)
      .join(', ')} WHERE FALSE`,
    `INSERT INTO ${target} (${columns}) SELECT ${columnsOf(shape).map(valueOf).join(', ')} FROM DUAL WHERE FALSE`,
    summaryTableSql('CREATE TEMPORARY TABLE', PROBE, shape),
    `DROP TEMPORARY TABLE ${PROBE}`,
  ])
    await execute(connection, action, statement);
}

/** Some value of a column's type. */
function valueOf({ kind }: SummaryColumn): string {
  if (kind === 'text') return "''";
  return kind === 'date' ? "DATE '2000-01-01'" : '0';
}
