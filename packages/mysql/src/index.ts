export * from './database.js';
export { insertRows } from './insert-rows.js';
export { mysqlError } from './mysql-error.js';
export * from './summary-page.js';
export { checkTarget } from './target/check-target.js';
export { createSummaryTables } from './target/create-target.js';
export { summaryTableSql } from './target/summary-table.js';
export { tryTargetRights } from './target/try-rights.js';
export { sqlName } from './sql-name.js';
