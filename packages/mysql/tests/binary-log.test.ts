import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Children } from '@retail-etl/local-stack';
import { startMysql } from '@retail-etl/local-stack/servers/mysql';
import { findServerPrograms } from '@retail-etl/local-stack/servers/programs';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { execute, openDatabase, withConnection } from '../src/index.js';

const children = new Children();
let folder: string;
let url: string;
let admin: mysql.Connection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binary-log-'));
  const { mysql: programs } = await findServerPrograms();
  if (programs === undefined) throw new Error('neither MariaDB nor MySQL is on this machine');
  const place = { folder, logPath: join(folder, 'log'), password: 'pw', durability: 'disposable' } as const;
  const options = ['--log-bin=binary-log', '--server-id=1', '--binlog-format=ROW'];
  ({ url } = await startMysql({ ...place, programs, options }, children));
  admin = await mysql.createConnection(url);
  await admin.query('CREATE TABLE t (id INT PRIMARY KEY, v INT)');
});
afterAll(async () => {
  await admin.end();
  await children.stopAll();
  await rm(folder, { recursive: true });
});

test.each([['ROW'], ['MIXED']])('a binary log of format %s is written to', async (format) => {
  await admin.query(`SET GLOBAL binlog_format = ${format}`);
  const database = openDatabase(url);
  const written = execute(database, 'trying', 'INSERT INTO t VALUES (1, 1) ON DUPLICATE KEY UPDATE v = v + 1');
  await expect(written).resolves.toMatchObject({ affectedRows: expect.any(Number) as number });
  await database.end();
});

test('one of format STATEMENT is refused by name, and what the message says to set helps', async () => {
  await admin.query('SET GLOBAL binlog_format = STATEMENT');
  const refused = openDatabase(url);
  await expect(withConnection(refused, 'trying', async () => 'ready')).rejects.toMatchObject({
    code: 'MYSQL_SETTINGS',
    message: expect.stringContaining(
      'binlog_format is STATEMENT, which cannot log changes at READ COMMITTED; set it to ROW or MIXED',
    ) as string,
  });
  await refused.end();
  await admin.query('SET GLOBAL binlog_format = ROW');
  const database = openDatabase(url);
  await execute(database, 'trying', 'UPDATE t SET v = v + 1');
  await database.end();
});
