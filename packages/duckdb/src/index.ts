export { type DuckDbConnection, containerProcessors, type Engine, openEngine } from './engine.js';
export { duckDbError, readRows, runSql, streamTexts } from './run-sql.js';
export { quoteText } from './sql-text.js';
export { trimMemory } from './trim-memory.js';
export { withDuckDb } from './with-connection.js';
