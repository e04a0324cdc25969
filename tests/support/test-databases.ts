import { randomBytes } from 'node:crypto';
import { createSchema } from '@retail-etl/setup';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { leaseRedisDatabase } from './redis-database.js';

/** Empty databases on the servers of the test run, for one stack alone; MySQL's has the ledger and the target. */
export interface TestDatabases {
  /** As services read them. */
  readonly urls: { readonly POSTGRES_URL: string; readonly MYSQL_URL: string; readonly REDIS_URL: string };
  drop(): Promise<void>;
}

/** A server of the test run, as `npm test` names it in the environment. */
export function serverUrl(name: 'REDIS_URL' | 'POSTGRES_URL' | 'MYSQL_URL'): string {
  const url = process.env[name];
  if (url === undefined || url === '') throw new Error(`${name} is not set: run the tests with npm test`);
  return url;
}

export async function createTestDatabases(): Promise<TestDatabases> {
  const name = `t_${randomBytes(5).toString('hex')}`;
  const postgres = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 });
  const target = mysql.createPool(serverUrl('MYSQL_URL'));
  await postgres.query(`CREATE DATABASE ${name}`);
  await target.query(`CREATE DATABASE ${name}`);
  const redis = await leaseRedisDatabase(serverUrl('REDIS_URL'));
  const urls = {
    POSTGRES_URL: withDatabase(serverUrl('POSTGRES_URL'), name),
    MYSQL_URL: withDatabase(serverUrl('MYSQL_URL'), name),
    REDIS_URL: redis.url,
  };
  await createSchema(urls.MYSQL_URL);
  return {
    urls,
    async drop() {
      await postgres.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await target.query(`DROP DATABASE IF EXISTS ${name}`);
      await postgres.end();
      await target.end();
      await redis.release();
    },
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}
