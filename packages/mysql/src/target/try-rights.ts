import { SALES_SUMMARY, SUMMARY_COLUMNS } from '@retail-etl/sales';
import { type Connection, execute, select } from '../database.js';
import { summaryTableSql } from './summary-table.js';

const { name: TARGET, quantity, amount } = SALES_SUMMARY;
const COLUMNS = SUMMARY_COLUMNS.map(({ name }) => name).join(', ');
const PROBE = 'target_rights';

/** Finds out whether this user may do what a publication does, by doing each of it to no row. Throws MYSQL_RIGHTS, naming what is missing. */
export async function tryTargetRights(connection: Connection): Promise<void> {
  const action = 'trying the rights on the target';
  await select(connection, action, `SELECT ${COLUMNS} FROM ${TARGET} WHERE FALSE`);
  for (const statement of [
    `DELETE FROM ${TARGET} WHERE FALSE`,
    `UPDATE ${TARGET} SET ${quantity.name} = 0, ${amount.name} = 0 WHERE FALSE`,
    `INSERT INTO ${TARGET} (${COLUMNS}) SELECT 0, 0, 0 FROM DUAL WHERE FALSE`,
    summaryTableSql('CREATE TEMPORARY TABLE', PROBE),
    `DROP TEMPORARY TABLE ${PROBE}`,
  ])
    await execute(connection, action, statement);
}
