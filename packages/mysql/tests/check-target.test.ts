import { randomBytes } from 'node:crypto';
import { checkTarget, createSummaryTables, type Database, openDatabase, withConnection } from '@retail-etl/mysql';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { createSchema } from '@retail-etl/setup';
import mysql from 'mysql2/promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverUrl } from '../../../tests/support/test-databases.js';

let admin: mysql.Connection;
let database: Database;
let url: URL;
beforeEach(async () => {
  url = new URL(serverUrl('MYSQL_URL'));
  admin = await mysql.createConnection(url.toString());
  const name = `check_${randomBytes(5).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.query(`USE ${name}`);
  url.pathname = `/${name}`;
  database = openDatabase(url.toString(), { connectionsMax: 2 });
});
afterEach(async () => {
  await database.end();
  await admin.query(`DROP DATABASE ${url.pathname.slice(1)}`);
  await admin.end();
});

test('in a transaction the target that was looked at stays as it is until the end', async () => {
  await createSummaryTables(database);
  await admin.query('SET SESSION lock_wait_timeout = 1');
  const alter = async (): Promise<unknown> => admin.query('ALTER TABLE sales_summary ENGINE=MyISAM');
  await withConnection(database, 'testing', async (connection) => {
    await connection.query('START TRANSACTION');
    await checkTarget(connection, SALES_SUMMARY);
    await expect(alter()).rejects.toMatchObject({ code: 'ER_LOCK_WAIT_TIMEOUT' });
    await expect(checkTarget(connection, SALES_SUMMARY)).resolves.toBeUndefined();
    await connection.query('COMMIT');
    await alter();
    await expect(checkTarget(connection, SALES_SUMMARY)).rejects.toMatchObject({ code: 'TARGET_UNFIT' });
  });
});

test('set-up refuses a target that does not fit, after it has made everything else', async () => {
  await admin.query(
    'CREATE TABLE sales_summary (product_id INT PRIMARY KEY, total_quantity BIGINT, total_sale_amount DECIMAL(20,2)) ENGINE=MyISAM',
  );
  await expect(createSchema(url.toString())).rejects.toMatchObject({
    code: 'TARGET_UNFIT',
    message: expect.stringContaining('MyISAM') as string,
  });
  const [tables] = await admin.query({ sql: 'SHOW TABLES', rowsAsArray: true });
  expect((tables as string[][]).flat()).toEqual(expect.arrayContaining(['etl_runs', 'etl_published', 'etl_audit']));
  await admin.query('ALTER TABLE sales_summary ENGINE=InnoDB, MODIFY COLUMN product_id BIGINT NOT NULL');
  await createSchema(url.toString());
});
