import { escape, escapeId } from 'mysql2';
import { type Connection, execute } from './database.js';

/**
 * Inserts rows of texts by one statement. Each value is quoted, so that it reaches the server as the text that it is; the server turns it
 * into the column's type, and in strict mode refuses one that does not fit. Keep a call below a quarter of `max_allowed_packet`.
 */
export async function insertRows(
  connection: Connection,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const values = rows.map((row) => `(${row.map((cell) => escape(cell)).join(',')})`).join(',');
  const names = columns.map((name) => escapeId(name)).join(', ');
  await execute(connection, `filling ${table}`, `INSERT INTO ${escapeId(table)} (${names}) VALUES ${values}`);
}
