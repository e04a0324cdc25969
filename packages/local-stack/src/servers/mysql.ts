import { openDatabase, select } from '@retail-etl/mysql';
import type { Children } from '../process/children.js';
import type { MysqlPrograms } from './programs.js';
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

const USER = 'etl';
const DATABASE = 'warehouse';

export interface MysqlSpec {
  readonly programs: MysqlPrograms;
  readonly folder: string;
  readonly logPath: string;
  readonly password: string;
  readonly durability: Durability;
  /** Of the server, after and instead of those that it gets here. */
  readonly options?: readonly string[];
}

/** Starts a private MariaDB or MySQL that only this machine can reach, over TCP alone. */
export async function startMysql(spec: MysqlSpec, children: Children): Promise<{ server: RunningServer; url: string }> {
  const folder = await prepareFolder(spec.folder, spec.logPath, 'mysql');
  const dataDir = await createDataOnce(folder, (path) => initialise(spec, folder, path, children));
  const label = spec.programs.kind === 'mariadb' ? 'MariaDB' : 'MySQL';
  const url = (port: number): string => `mysql://${USER}:${spec.password}@127.0.0.1:${port}/${DATABASE}`;
  const initFile = writeServerFile(folder, 'init.sql', initSql(spec));
  const server = await launchServer(
    {
      label,
      command: (port) => [
        spec.programs.server,
        '--no-defaults',
        `--datadir=${dataDir}`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        // Without a unix socket no path can be too long for one. Oracle's second protocol would take a second port.
        '--socket=',
        '--loose-mysqlx=OFF',
        `--pid-file=${dataDir}/server.pid`,
        `--init-file=${initFile}`,
        '--skip-name-resolve',
        '--skip-log-bin',
        '--character-set-server=utf8mb4',
        '--max-allowed-packet=64M',
        ...engineOptions(spec),
        ...(spec.options ?? []),
      ],
      probe: (port) => probe(url(port)),
      stopSignal: spec.durability === 'durable' ? 'SIGTERM' : 'SIGKILL',
    },
    folder,
    children,
  );
  return { server, url: url(server.port) };
}

async function initialise(spec: MysqlSpec, folder: ServerFolder, dataDir: string, children: Children): Promise<void> {
  const command: readonly [string, ...string[]] =
    spec.programs.kind === 'mariadb'
      ? [
          spec.programs.install,
          '--no-defaults',
          `--datadir=${dataDir}`,
          '--auth-root-authentication-method=normal',
          '--skip-test-db',
          '--skip-name-resolve',
          // Else an unresolvable host name ends it.
          '--force',
          '--skip-log-bin',
          ...QUICK_MARIADB,
        ]
      : [spec.programs.server, '--no-defaults', '--initialize-insecure', `--datadir=${dataDir}`, '--skip-log-bin', ...QUICK];
  await children.run(
    {
      name: 'mysql initialisation',
      command: [command[0], ...command.slice(1)],
      cwd: '/',
      env: SERVER_ENV,
      logPath: folder.logPath,
      runAs: folder.runAs,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
    },
    {
      code: 'SERVER_CREATE',
      message: 'the MySQL data folder could not be created',
      // Ubuntu's AppArmor profile keeps mysqld inside /var/lib/mysql; MariaDB's does not.
      remedy: `Look at ${folder.logPath}. If AppArmor confines mysqld, install mariadb-server instead, or give MYSQL_URL.`,
    },
  );
}

// Log files of 32 MB instead of 96 save most of the time that creating them takes.
const SMALL = ['--loose-innodb-log-file-size=32M'];
const QUICK = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'];
const QUICK_MARIADB = [...SMALL, ...QUICK, '--innodb-flush-method=nosync'];

function engineOptions({ programs, durability }: MysqlSpec): readonly string[] {
  // Files in SQL statements are refused; else a folder that the package's maker chose has to be there.
  const small = programs.kind === 'mariadb' ? SMALL : ['--performance-schema=OFF', '--secure-file-priv=NULL'];
  if (durability === 'durable') return small;
  return programs.kind === 'mariadb' ? QUICK_MARIADB : [...small, ...QUICK];
}

/** Executed by the server at every start, one statement a line. So even a lost credentials file does no harm. */
function initSql({ password, durability }: MysqlSpec): string {
  // The bench compares two versions side by side, in databases whose names begin alike.
  const grants =
    durability === 'durable'
      ? [`ALL PRIVILEGES ON ${DATABASE}.* TO '${USER}'@'%'`, `ALL PRIVILEGES ON \`${DATABASE}\\_%\`.* TO '${USER}'@'%'`]
      : [`ALL PRIVILEGES ON *.* TO '${USER}'@'%' WITH GRANT OPTION`];
  return [
    `CREATE DATABASE IF NOT EXISTS ${DATABASE};`,
    `CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${password}';`,
    `ALTER USER '${USER}'@'%' IDENTIFIED BY '${password}';`,
    ...grants.map((grant) => `GRANT ${grant};`),
    // Without this, everyone on the machine is root on the server.
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    '',
  ].join('\n');
}

async function probe(url: string): Promise<void> {
  const database = openDatabase(url, { connectionsMax: 1 });
  try {
    await select(database, 'looking whether the server is up', 'SELECT 1');
  } finally {
    await database.end();
  }
}
