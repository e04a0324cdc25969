export * from './database.js';
export { mysqlError } from './mysql-error.js';
