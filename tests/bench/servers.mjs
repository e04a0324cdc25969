import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';

/** @typedef {{ redis: string, postgres: string, mysql: string }} Urls */

/** @returns {Urls} */
export function readUrls() {
  const read = (/** @type {string} */ name) => {
    const value = process.env[name];
    if (value === undefined || value === '') throw new Error(`${name} is not set: use npm run bench`);
    return value;
  };
  return { redis: read('REDIS_URL'), postgres: read('POSTGRES_URL'), mysql: read('MYSQL_URL') };
}

/** @param {string} url */
export function openRedis(url) {
  return new Redis(url, { maxRetriesPerRequest: 1 });
}

/**
 * The bench makes and drops tables. Throws unless the three databases hold nothing of ours, so that given servers with real sales
 * are never touched.
 * @param {Urls} urls
 */
export async function assertEmpty(urls) {
  const found = [...(await postgresTables(urls.postgres)), ...(await mysqlTables(urls.mysql)), ...(await redisKeys(urls.redis))];
  if (found.length === 0) return;
  throw new Error(
    `the bench needs empty databases of its own, and these hold ${found.slice(0, 5).join(', ')}. Give it other URLs, or none.`,
  );
}

/** @param {string} url */
async function postgresTables(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("SELECT to_regclass('online_sales') IS NOT NULL AS found");
  await client.end();
  return rows[0].found ? ['PostgreSQL table online_sales'] : [];
}

/** @param {string} url */
async function mysqlTables(url) {
  const connection = await mysql.createConnection(url);
  const [rows] = /** @type {any} */ (await connection.query('SHOW TABLES'));
  await connection.end();
  return rows.map((/** @type {object} */ row) => `MySQL table ${Object.values(row)[0]}`);
}

/** @param {string} url */
async function redisKeys(url) {
  const redis = openRedis(url);
  const keys = await redis.dbsize();
  redis.disconnect();
  return keys > 0 ? [`${keys} Redis keys`] : [];
}

/**
 * Leaves nothing behind on the servers, given or not.
 * @param {Urls} urls
 */
export async function dropEverything(urls) {
  const target = await mysql.createConnection(urls.mysql);
  const [rows] = /** @type {any} */ (await target.query('SHOW TABLES'));
  for (const row of rows) await target.query(`DROP TABLE \`${Object.values(row)[0]}\``);
  await target.end();
  const redis = openRedis(urls.redis);
  await redis.flushdb();
  redis.disconnect();
}
