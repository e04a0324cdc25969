import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { openRedis } from './servers.mjs';

/** More than so much load per processor before the start makes the figures worthless, and the report says so. */
const BUSY_LOAD = 0.3;

/**
 * What the figures were measured on.
 * @param {import('./servers.mjs').Urls} urls
 */
export async function describeMachine(urls) {
  const [load] = loadavg();
  const processors = availableParallelism();
  return {
    processors,
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    postgres: await postgresVersion(urls.postgres),
    mysql: await mysqlVersion(urls.mysql),
    redis: await redisVersion(urls.redis),
    duckdb: packageVersion('@duckdb/node-api').split('-')[0],
    loadBefore: load ?? 0,
    wasBusy: (load ?? 0) / processors > BUSY_LOAD,
    at: new Date().toISOString(),
  };
}

/** @typedef {Awaited<ReturnType<typeof describeMachine>>} Machine */

/** @param {Machine} machine */
export function machineLine(machine) {
  const { processors, model, memoryBytes, system, node, duckdb, postgres, mysql: target, redis } = machine;
  const servers = `PostgreSQL ${postgres}, ${target}, Redis ${redis}`;
  return `${processors} × ${model}, ${Math.round(memoryBytes / 2 ** 30)} GB, ${system}; Node ${node}, DuckDB ${duckdb}; ${servers}`;
}

/** @param {string} name */
function packageVersion(name) {
  return JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

/** @param {string} url */
async function postgresVersion(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('SHOW server_version');
  await client.end();
  return String(rows[0].server_version).split(' ')[0];
}

/** @param {string} url */
async function mysqlVersion(url) {
  const connection = await mysql.createConnection(url);
  const [[row]] = /** @type {any} */ (await connection.query('SELECT VERSION() AS version'));
  await connection.end();
  const version = String(row.version);
  return `${/mariadb/i.test(version) ? 'MariaDB' : 'MySQL'} ${version.split('-')[0]}`;
}

/** @param {string} url */
async function redisVersion(url) {
  const redis = openRedis(url);
  const info = await redis.info('server');
  redis.disconnect();
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown';
}
