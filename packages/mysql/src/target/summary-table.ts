import { SALES_SUMMARY, SUMMARY_COLUMNS } from '@retail-etl/sales';

/** `create` (such as `CREATE TEMPORARY TABLE`), the name and the columns of a table that holds a summary. */
export function summaryTableSql(create: string, table: string): string {
  const columns = SUMMARY_COLUMNS.map(({ name, type }) => `${name} ${type} NOT NULL`);
  return `${create} ${table} (${columns.join(', ')}, PRIMARY KEY (${SALES_SUMMARY.key.name})) ENGINE=InnoDB`;
}
