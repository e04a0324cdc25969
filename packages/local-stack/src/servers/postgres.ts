import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { errorCode, StackProblem } from '@retail-etl/setup';
import type { Children } from '../process/children.js';
import { findPostgres, type PostgresPrograms } from './programs.js';
import {
  createDataOnce,
  launchServer,
  prepareFolder,
  SERVER_ENV,
  writeServerFile,
  type Durability,
  type RunningServer,
  type ServerFolder,
} from './server.js';

const OWNER = 'etl_owner';
const READER = 'etl_reader';
const DATABASE = 'postgres';

export interface PostgresSpec {
  readonly programs: PostgresPrograms;
  readonly folder: string;
  readonly logPath: string;
  readonly ownerPassword: string;
  readonly readerPassword: string;
  readonly durability: Durability;
}

export interface RunningPostgres {
  readonly server: RunningServer;
  /** May do everything: for setup and tests. */
  readonly ownerUrl: string;
  /** May only SELECT: for the services. */
  readonly readerUrl: string;
}

/** Starts a private PostgreSQL that only this machine can reach, over TCP alone. */
export async function startPostgres(spec: PostgresSpec, children: Children): Promise<RunningPostgres> {
  const folder = await prepareFolder(spec.folder, spec.logPath, 'postgres');
  const dataDir = await createDataOnce(folder, (path) => initialise(spec, folder, path, children));
  const program = programFor(spec.programs, dataDir);
  const url = (user: string, password: string, port: number): string => `postgres://${user}:${password}@127.0.0.1:${port}/${DATABASE}`;
  // Every start of npm start reaches the disk; the tests' cluster is thrown away.
  const quick = spec.durability === 'durable' ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];
  const server = await launchServer(
    {
      label: 'PostgreSQL',
      command: (port) => [
        program,
        '-D',
        dataDir,
        // Without unix sockets no path can be too long for one.
        ...['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', ...quick].flatMap((setting) => ['-c', setting]),
      ],
      probe: (port) => grantReader(url(OWNER, spec.ownerPassword, port), spec.readerPassword),
      // A fast shutdown; for a cluster that is thrown away an immediate one.
      stopSignal: spec.durability === 'durable' ? 'SIGINT' : 'SIGQUIT',
    },
    folder,
    children,
  );
  return { server, ownerUrl: url(OWNER, spec.ownerPassword, server.port), readerUrl: url(READER, spec.readerPassword, server.port) };
}

async function initialise(spec: PostgresSpec, folder: ServerFolder, dataDir: string, children: Children): Promise<void> {
  const passwordPath = writeServerFile(folder, 'owner-password', `${spec.ownerPassword}\n`);
  const identity = [`--username=${OWNER}`, `--pwfile=${passwordPath}`, '--auth=scram-sha-256'];
  // Nothing is lost if the machine dies before the kernel has written the empty cluster: it holds no row yet.
  const form = ['--encoding=UTF8', '--locale=C', '--no-sync'];
  await children.run(
    {
      name: 'initdb',
      command: [spec.programs.initdb, '-D', dataDir, ...identity, ...form],
      cwd: '/',
      env: SERVER_ENV,
      logPath: folder.logPath,
      runAs: folder.runAs,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
    },
    { code: 'SERVER_CREATE', message: 'initdb could not create a PostgreSQL cluster', remedy: `Look at ${folder.logPath}.` },
  );
  rmSync(passwordPath);
}

/** A cluster can only be opened by the major version that made it. */
function programFor(programs: PostgresPrograms, dataDir: string): string {
  const major = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  const sameMajor = findPostgres(major);
  if (sameMajor !== undefined) return sameMajor.postgres;
  const newest = /\/(\d+)\/bin\//.exec(programs.postgres)?.[1];
  if (newest === undefined || newest === major) return programs.postgres;
  throw new StackProblem(
    'SERVER_VERSION',
    `the data in ${dataDir} was made by PostgreSQL ${major}, and this machine has ${newest}`,
    `Install postgresql-${major}, or remove the folder .local to begin anew.`,
  );
}

/** Also the probe: once this has gone through, the server takes connections and the services can read. */
async function grantReader(ownerUrl: string, readerPassword: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5_000 });
  // Without a listener a connection lost later would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(READER_SQL.replace('$PASSWORD', readerPassword));
  } catch (error) {
    if (errorCode(error) !== '28P01') throw error;
    throw new StackProblem(
      'SERVER_CREDENTIALS',
      'the data of the private PostgreSQL was made with other credentials',
      'Put .local/credentials.json of that time back, or remove the folder .local to begin anew.',
      { cause: error },
    );
  } finally {
    await client.end();
  }
}

/** The role that services read with: SELECT on every table of the owner, present and future, and nothing else. */
const READER_SQL = `
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${READER}') THEN
    CREATE ROLE ${READER} LOGIN;
  END IF;
END
$$;
ALTER ROLE ${READER} PASSWORD '$PASSWORD';
ALTER ROLE ${READER} SET default_transaction_read_only = on;
GRANT USAGE ON SCHEMA public TO ${READER};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${READER};
ALTER DEFAULT PRIVILEGES FOR ROLE ${OWNER} IN SCHEMA public GRANT SELECT ON TABLES TO ${READER};
`;
