import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the servers' programs lie on this machine; a missing server is undefined. */
export interface ServerPrograms {
  readonly redis: string | undefined;
  readonly postgres: PostgresPrograms | undefined;
  readonly mysql: MysqlPrograms | undefined;
}

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

export type MysqlPrograms =
  { readonly kind: 'mariadb'; readonly server: string; readonly install: string } | { readonly kind: 'mysql'; readonly server: string };

// An ordinary user's PATH lacks the sbin folders, where Debian puts mariadbd and mysqld.
const MORE_FOLDERS = ['/usr/local/bin', '/usr/local/sbin', '/usr/bin', '/usr/sbin', '/usr/libexec'];

/** The first of `names` that is an executable file on the PATH or in a usual folder. */
export function findProgram(...names: string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/')), ...MORE_FOLDERS];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function findServerPrograms(): Promise<ServerPrograms> {
  return { redis: findProgram('redis-server', 'valkey-server'), postgres: findPostgres(), mysql: await findMysql() };
}

/** The newest major version in Debian's folders, else what the PATH has; `major` asks for that version alone. */
export function findPostgres(major?: string): PostgresPrograms | undefined {
  const versions = listFolder('/usr/lib/postgresql').toSorted((a, b) => Number(b) - Number(a));
  const folders = [
    ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...listFolder('/usr')
      .filter(isPgsql)
      .map((name) => `/usr/${name}/bin`),
  ];
  for (const folder of folders.filter((candidate) => major === undefined || versionOf(candidate) === major)) {
    const found = { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
    if (isExecutable(found.initdb) && isExecutable(found.postgres)) return found;
  }
  if (major !== undefined) return undefined;
  const initdb = findProgram('initdb');
  const postgres = findProgram('postgres');
  return initdb === undefined || postgres === undefined ? undefined : { initdb, postgres };
}

/** Red Hat's packages of PostgreSQL's makers live in folders such as /usr/pgsql-16. */
function isPgsql(name: string): boolean {
  return /^pgsql-\d+$/.test(name);
}

function versionOf(folder: string): string | undefined {
  return /(\d+)\/bin$/.exec(folder)?.[1];
}

async function findMysql(): Promise<MysqlPrograms | undefined> {
  const server = findProgram('mariadbd', 'mysqld');
  if (server === undefined) return undefined;
  // mysqld is Oracle's server, or another name of MariaDB's: only its version line tells.
  const { stdout } = await run(server, ['--no-defaults', '--version']);
  if (!stdout.includes('MariaDB')) return { kind: 'mysql', server };
  const install = findProgram('mariadb-install-db', 'mysql_install_db');
  return install === undefined ? undefined : { kind: 'mariadb', server, install };
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
