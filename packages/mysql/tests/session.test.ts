import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { type Database, execute, openDatabase, select } from '../src/index.js';
import { mysqlError } from '../src/mysql-error.js';

const name = `session_${randomBytes(5).toString('hex')}`;
let admin: mysql.Connection;
let database: Database;

/** A user of its own without rights over the server: init_connect is not run for others. */
const userUrl = (): string => {
  const url = new URL(serverUrl('MYSQL_URL'));
  url.username = name;
  url.password = 'p';
  url.pathname = `/${name}`;
  return url.toString();
};

beforeEach(async () => {
  admin = await mysql.createConnection({ uri: serverUrl('MYSQL_URL'), multipleStatements: true });
  await admin.query(`CREATE DATABASE ${name}; CREATE USER '${name}'@'%' IDENTIFIED BY 'p'; GRANT ALL ON ${name}.* TO '${name}'@'%';
    CREATE TABLE ${name}.t (id INT PRIMARY KEY, v INT); INSERT INTO ${name}.t VALUES (1, 1), (2, 2), (3, 3)`);
  database = openDatabase(userUrl());
});
afterEach(async () => {
  await database.end();
  await admin.query(`SET GLOBAL init_connect = ''; DROP DATABASE ${name}; DROP USER '${name}'@'%'`);
  await admin.end();
});

test.each([
  'SET autocommit = 0',
  'SET autocommit = 0; START TRANSACTION READ ONLY; SELECT 1',
  'SET sql_safe_updates = 1',
  'SET max_join_size = 1, sql_big_selects = 0',
  'SET sql_select_limit = 1',
  "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'",
  'SET foreign_key_checks = 0, unique_checks = 0',
])('init_connect "%s" changes nothing for the services', async (statement) => {
  await admin.query('SET GLOBAL init_connect = ?', [statement]);
  const changed = await execute(database, 'changing', 'UPDATE t SET v = v + 1 WHERE v > 0', [], 'table');
  expect(changed.affectedRows).toBe(3);
  const rows = await select<{ total: string }>(database, 'joining', 'SELECT count(*) AS total FROM t a, t b, t c');
  expect(Number(rows[0]?.total)).toBe(27);
  expect(await select(database, 'listing', 'SELECT id FROM t')).toHaveLength(3);
  // Another session sees it: it is committed.
  const [seen] = await admin.query(`SELECT sum(v) AS v FROM ${name}.t`);
  expect(Number((seen as { v: string }[])[0]?.v)).toBe(9);
  await expect(execute(database, 'too long', "INSERT INTO t VALUES (4, 'x')")).rejects.toMatchObject({ code: 'MYSQL_REFUSED' });
});

test.each([
  ['SELECT * FROM nowhere', 'MYSQL_MISSING'],
  ['SELECT nothing FROM t', 'MYSQL_MISSING'],
  ['SELECT * FROM mysql.user', 'MYSQL_RIGHTS'],
  ['SET GLOBAL max_connections = 10', 'MYSQL_RIGHTS'],
  ['CREATE DATABASE another_one_of_mine', 'MYSQL_RIGHTS'],
  ['INSERT INTO t VALUES (1, 1)', 'MYSQL_REFUSED'],
])('%s is refused as %s', async (statement, code) => {
  await expect(execute(database, 'trying', statement)).rejects.toMatchObject({ code });
});

test('a process that stops leaves what it can no longer do to others', async () => {
  const closed = openDatabase(userUrl());
  await closed.end();
  await expect(execute(closed, 'trying', 'SELECT 1')).rejects.toMatchObject({ code: 'MYSQL_UNAVAILABLE' });
});

test('a wrong password and a database that is not there have remedies of their own', async () => {
  const wrong = new URL(userUrl());
  wrong.password = 'wrong';
  const absent = new URL(serverUrl('MYSQL_URL'));
  absent.pathname = '/nowhere';
  for (const [url, code] of [
    [wrong, 'MYSQL_ACCESS'],
    [absent, 'MYSQL_MISSING'],
  ] as const) {
    const other = openDatabase(url.toString());
    await expect(select(other, 'connecting', 'SELECT 1')).rejects.toMatchObject({ code });
    await other.end();
  }
});

test('numbers of MySQL and MariaDB are told apart by their numbers, not by their names', () => {
  expect(mysqlError({ errno: 1665, code: 'ER_X', sqlMessage: 'm' }, 'a').code).toBe('MYSQL_SETTINGS');
  expect(mysqlError({ errno: 3118, code: 'ER_X', sqlMessage: 'm' }, 'a').code).toBe('MYSQL_ACCESS');
});
