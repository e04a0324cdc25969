export * from './database.js';
export { insertRows } from './insert-rows.js';
export { mysqlError } from './mysql-error.js';
export * from './summary-page.js';
export * from './summary-table.js';
