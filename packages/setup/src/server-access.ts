import { parseMysqlUrl, parsePostgresUrl } from '@retail-etl/config';
import { execute, openDatabase } from '@retail-etl/mysql';
import pg from 'pg';
import { connectPostgres, postgresError } from '@retail-etl/reading';

/**
 * Makes the role of `readerUrl`, which may SELECT from every table of the owner, present and future, and nothing else; gives it the
 * password of the URL. Throws what `connectPostgres` and `postgresError` make.
 */
export async function grantReader(ownerUrl: string, readerUrl: string): Promise<void> {
  const { user: username, password } = parsePostgresUrl(readerUrl);
  const { client } = await connectPostgres(ownerUrl, 'SETUP_POSTGRES_URL', 30_000);
  const role = pg.escapeIdentifier(username);
  try {
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [username]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${role} LOGIN`);
    await client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    await client.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    await client.query(`GRANT USAGE ON SCHEMA public TO ${role}`);
    await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
    await client.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${role}`);
  } catch (error) {
    throw postgresError(error, 'giving the reader its rights');
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Makes the database of `writerUrl` and its user, who may read and write rows there, use temporary tables, and nothing else; gives it the
 * password of the URL. Throws what `execute` throws.
 */
export async function grantWriter(rootUrl: string, writerUrl: string): Promise<void> {
  const { user: username, password, database } = parseMysqlUrl(writerUrl);
  // The database may not be there yet.
  const { database: _database, ...server } = parseMysqlUrl(rootUrl, 'SETUP_MYSQL_URL');
  const root = openDatabase(server, { connectionsMax: 1, setting: 'SETUP_MYSQL_URL' });
  const action = `setting up the user ${username}`;
  try {
    await execute(root, action, `CREATE DATABASE IF NOT EXISTS ${identifier(database)} CHARACTER SET utf8mb4`);
    await execute(root, action, "CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", [username, password]);
    await execute(root, action, "ALTER USER ?@'%' IDENTIFIED BY ?", [username, password]);
    // In a GRANT, _ and % of a database's name stand for any characters.
    const only = identifier(database.replace(/[_%\\]/g, '\\$&'));
    await execute(root, action, `GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON ${only}.* TO ?@'%'`, [username]);
  } finally {
    await root.end();
  }
}

function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
