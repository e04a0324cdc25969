import { sqlName } from '../sql-name.js';
import { columnsOf, type SummaryShape } from '@retail-etl/sales';

/** `create` (such as `CREATE TEMPORARY TABLE`), the name and the columns of a table that holds a summary. */
export function summaryTableSql(create: string, table: string, shape: SummaryShape): string {
  const columns = columnsOf(shape).map(({ name, type }) => `${sqlName(name)} ${type} NOT NULL`);
  return `${create} ${sqlName(table)} (${columns.join(', ')}, PRIMARY KEY (${keyNames(shape)})) ENGINE=InnoDB`;
}

/** The keys of a summary, as statements list them. */
export function keyNames({ keys }: SummaryShape): string {
  return keys.map(({ name }) => sqlName(name)).join(', ');
}
