import { join } from 'node:path';
import type { Children } from '@retail-etl/local-stack';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { serverUrl } from '../../support/test-databases.js';
import type { Cleanups } from './cleanups.js';
import { type OwnServer, type OwnServerName, startOwnServer } from './own-servers.js';

export const SERVERS = ['redis', 'postgres', 'mysql'] as const;

/** Servers of the test's own, and databases of its own on those of the test run. */
export interface FaultServers {
  readonly own: Partial<Record<OwnServerName, OwnServer>>;
  readonly redis: OwnServer;
  /** For the test itself, who may do everything. A restarted server may have another port. */
  url(server: OwnServerName): string;
  /** What the services log in to MySQL with, if it is not what the URL says. */
  readonly mysqlLogin: MysqlLogin | undefined;
}

export interface MysqlLogin {
  readonly username: string;
  readonly password: string;
}

interface Options {
  /** Of the databases. */
  readonly name: string;
  readonly dir: string;
  readonly own: readonly OwnServerName[];
  readonly children: Children;
  readonly cleanups: Cleanups;
  /** Told of the port of every start of a server of the test's own. */
  readonly onPort: (server: OwnServerName, port: number) => void;
}

export async function startFaultServers({ name, dir, own, children, cleanups, onPort }: Options): Promise<FaultServers> {
  const start = (server: OwnServerName): Promise<OwnServer> =>
    startOwnServer(server, join(dir, 'servers'), children, (port) => onPort(server, port));
  const redis = await start('redis');
  const servers: Partial<Record<OwnServerName, OwnServer>> = { redis };
  for (const server of new Set(own)) servers[server] ??= await start(server);
  if (servers.postgres === undefined) await createPostgresDatabase(name, cleanups);
  const mysqlLogin = servers.mysql === undefined ? await createMysqlDatabase(name, cleanups) : undefined;
  const urls = {
    redis: () => redis.url,
    postgres: () => servers.postgres?.url ?? withPath(serverUrl('POSTGRES_URL'), name),
    mysql: () => servers.mysql?.url ?? withPath(serverUrl('MYSQL_URL'), name),
  };
  return { own: servers, redis, url: (server) => urls[server](), mysqlLogin };
}

async function createPostgresDatabase(name: string, cleanups: Cleanups): Promise<void> {
  const admin = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  cleanups.add(async function dropPostgresDatabase() {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  });
}

/** The services get no more rights than an operator would give them: a user with all of them may write to a read-only server. */
async function createMysqlDatabase(name: string, cleanups: Cleanups): Promise<MysqlLogin> {
  const admin = mysql.createPool({ uri: serverUrl('MYSQL_URL'), connectionLimit: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.query(`CREATE USER ${name}@'%' IDENTIFIED BY '${name}'`);
  await admin.query(`GRANT ALL PRIVILEGES ON ${name}.* TO ${name}@'%'`);
  cleanups.add(async function dropMysqlDatabase() {
    await admin.query(`DROP DATABASE IF EXISTS ${name}`);
    await admin.query(`DROP USER IF EXISTS ${name}@'%'`);
    await admin.end();
  });
  return { username: name, password: name };
}

function withPath(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}
