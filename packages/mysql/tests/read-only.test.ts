import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Children } from '@retail-etl/local-stack';
import { startMysql } from '@retail-etl/local-stack/servers/mysql';
import { findServerPrograms } from '@retail-etl/local-stack/servers/programs';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, execute, openDatabase, select } from '../src/index.js';

const children = new Children();
let folder: string;
let admin: mysql.Connection;
let database: Database;
let isMariadb: boolean;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-only-'));
  const { mysql: programs } = await findServerPrograms();
  if (programs === undefined) throw new Error('neither MariaDB nor MySQL is on this machine');
  isMariadb = programs.kind === 'mariadb';
  const place = { folder, logPath: join(folder, 'log'), password: 'pw', durability: 'disposable' } as const;
  const { url } = await startMysql({ ...place, programs, options: [`--secure-file-priv=${folder}`] }, children);
  admin = await mysql.createConnection(url);
  await admin.query('CREATE TABLE t (id INT PRIMARY KEY, v INT)');
  // Whoever has all rights may write to a server that is read-only for others.
  await admin.query("CREATE USER writer@'%' IDENTIFIED BY 'pw'");
  await admin.query("GRANT ALL ON warehouse.* TO writer@'%'");
  const writer = new URL(url);
  writer.username = 'writer';
  database = openDatabase(writer.toString());
});
afterAll(async () => {
  await database.end();
  await admin.end();
  await children.stopAll();
  await rm(folder, { recursive: true });
});

const write = (): Promise<unknown> => execute(database, 'publishing', 'INSERT INTO t VALUES (1, 1) ON DUPLICATE KEY UPDATE v = v + 1');

test.for(['read_only', 'super_read_only'])(
  '%s = ON is waited for under a code of its own, and the remedy helps',
  async (variable, context) => {
    context.skip(variable === 'super_read_only' && isMariadb, 'MariaDB has one such variable');
    await admin.query(`SET GLOBAL ${variable} = ON`);
    await expect(write()).rejects.toMatchObject({
      code: 'MYSQL_READONLY',
      transient: true,
      message: expect.stringMatching(/^MySQL, publishing: .*--(super-)?read-only/) as string,
      remedy: expect.stringMatching(/SET GLOBAL read_only = OFF, and in MySQL super_read_only.*within ten minutes/) as string,
    });
    expect(await select(database, 'reading', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await admin.query(`SET GLOBAL ${variable} = OFF`);
    await admin.query('SET GLOBAL read_only = OFF');
    await write();
  },
);

test('a transaction that is read-only is told likewise', async () => {
  const connection = await database.getConnection();
  await connection.query('START TRANSACTION READ ONLY');
  await expect(execute(connection, 'publishing', 'UPDATE t SET v = 2')).rejects.toMatchObject({ code: 'MYSQL_READONLY' });
  connection.destroy();
});

test('another option of the server that prevents a statement is no matter of time', async () => {
  const owner = openDatabase({ host: '127.0.0.1', port: admin.config.port!, user: 'etl', password: 'pw' });
  const outside = `SELECT 1 INTO OUTFILE '${tmpdir()}/not-in-the-folder'`;
  await expect(execute(owner, 'writing', outside)).rejects.toMatchObject({
    code: 'MYSQL_SETTINGS',
    transient: false,
    message: expect.stringContaining('--secure-file-priv') as string,
  });
  await owner.end();
});
