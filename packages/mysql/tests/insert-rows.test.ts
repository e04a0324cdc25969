import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { type Connection, type Database, execute, insertRows, openDatabase, select } from '../src/index.js';

const name = `insert_${randomBytes(5).toString('hex')}`;
let server: Database;
let database: Database;
let connection: Connection;

beforeAll(async () => {
  const url = new URL(serverUrl('MYSQL_URL'));
  server = openDatabase(url.toString());
  await execute(server, 'testing', `CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  database = openDatabase(url.toString());
  connection = await database.getConnection();
});
afterAll(async () => {
  connection.release();
  await database.end();
  await execute(server, 'testing', `DROP DATABASE ${name}`);
  await server.end();
});
beforeEach(async () => {
  await execute(connection, 'testing', 'DROP TABLE IF EXISTS texts, numbers');
  await execute(
    connection,
    'testing',
    'CREATE TABLE texts (id INT AUTO_INCREMENT PRIMARY KEY, `first` LONGTEXT, `sec``ond` LONGTEXT) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  );
  await execute(connection, 'testing', 'CREATE TABLE numbers (n BIGINT, d DECIMAL(20,2))');
});

/** What the server holds, byte by byte: as hexadecimal, so that no character set or quoting of the way back hides a fault. */
async function stored(): Promise<string[][]> {
  const rows = await select<{ a: string; b: string }>(
    connection,
    'testing',
    'SELECT HEX(`first`) AS a, HEX(`sec``ond`) AS b FROM texts ORDER BY id',
  );
  return rows.map(({ a, b }) => [a, b].map((hex) => Buffer.from(hex, 'hex').toString('utf8')));
}

const COLUMNS = ['first', 'sec`ond'];

const HOSTILE = [
  '',
  ' ',
  "'",
  "''",
  '"',
  '\\',
  "\\'",
  "'\\",
  '\\\\',
  "\\\\'",
  'a\\',
  "'); DROP TABLE texts; --",
  "', '') /*",
  '\\n',
  '\n',
  '\r\n',
  '\t',
  '\b',
  '\0',
  'a\0b',
  '\u001a',
  '%',
  '_',
  '?',
  '??',
  ':name',
  '--',
  '#',
  'NULL',
  '0x41',
  '`',
  '\u00bf\u005c',
  '\uff07',
  '\u02bc',
  'é',
  '¥\\',
  '表\\',
  '中文',
  'עברית',
  "\u{1f600}\\\u{1f600}'",
  '\u{10ffff}',
  '\u2028',
];

describe('insertRows', () => {
  test('stores every text as it is, in either column', async () => {
    const rows = HOSTILE.flatMap((text) => [
      [text, 'plain'],
      ['plain', text],
      [text, text],
    ]);
    await insertRows(connection, 'texts', COLUMNS, rows);
    expect(await stored()).toEqual(rows);
  });

  test('stores pairs of texts that might end each other', async () => {
    const rows = HOSTILE.flatMap((first) => HOSTILE.map((second) => [first, second]));
    await insertRows(connection, 'texts', COLUMNS, rows);
    expect(await stored()).toEqual(rows);
  });

  test('stores any text as it is', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom("'", '"', '\\', '\0', '\n', '%', ')', ',', 'é', '\u{1f600}') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 30 }), async (rows) => {
        await execute(connection, 'testing', 'TRUNCATE TABLE texts');
        await insertRows(connection, 'texts', COLUMNS, rows);
        expect(await stored()).toEqual(rows);
      }),
      propertySettings('inserted texts', 100),
    );
  });

  test('stores a text of a megabyte', async () => {
    const long = "é'\\".repeat(250_000);
    await insertRows(connection, 'texts', COLUMNS, [[long, '']]);
    expect((await stored())[0]?.[0] === long).toBe(true);
  });

  test.each([
    ['2026-01-01', 'MYSQL_REFUSED'],
    ['abc', 'MYSQL_REFUSED'],
    ['', 'MYSQL_REFUSED'],
    ['9223372036854775808', 'TARGET_OVERFLOW'],
    ['1 OR 1=1', 'MYSQL_REFUSED'],
  ])('a number column refuses %s, and nothing of the statement is stored', async (text, code) => {
    const inserting = insertRows(
      connection,
      'numbers',
      ['n', 'd'],
      [
        ['1', '1.00'],
        [text, '1.00'],
      ],
    );
    await expect(inserting).rejects.toMatchObject({ code });
    expect(await select(connection, 'testing', 'SELECT * FROM numbers')).toEqual([]);
  });

  test('stores numbers to their limits', async () => {
    const rows = [
      ['9223372036854775807', '999999999999999999.99'],
      ['-9223372036854775808', '-999999999999999999.99'],
    ];
    await insertRows(connection, 'numbers', ['n', 'd'], rows);
    const found = await select<{ n: string; d: string }>(
      connection,
      'testing',
      'SELECT CAST(n AS CHAR) AS n, CAST(d AS CHAR) AS d FROM numbers',
    );
    expect(found.map(({ n, d }) => [n, d])).toEqual(rows);
  });
});
