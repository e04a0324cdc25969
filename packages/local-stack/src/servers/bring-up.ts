import { join } from 'node:path';
import { StackProblem, addressOf } from '@retail-etl/setup';
import type { Children } from '../process/children.js';
import type { Credentials } from './credentials.js';
import type { GivenUrls } from './given-urls.js';
import { installMissing } from './install-missing.js';
import { startMysql } from './mysql.js';
import { startPostgres } from './postgres.js';
import { findServerPrograms, type ServerPrograms } from './programs.js';
import { startRedis } from './redis.js';
import { SERVER_NAMES, type Durability, type RunningServer } from './server.js';

export interface BringUpOptions {
  readonly given: GivenUrls;
  /** Each server's files go to `<dir>/<name>`. */
  readonly dir: string;
  readonly logDir: string;
  readonly credentials: Credentials;
  readonly durability: Durability;
  readonly children: Children;
  readonly say: (line: string) => void;
}

export interface ServerUrls {
  readonly redis: string;
  /** For the services: may only read, unless the user gave the URL. */
  readonly postgres: string;
  /** For setup and tests: may create tables. */
  readonly postgresOwner: string;
  readonly mysql: string;
}

export interface Servers {
  readonly urls: ServerUrls;
  /** The servers that were started here; not those that the user gave. */
  readonly own: readonly RunningServer[];
  /** One line for people: which servers, and where. Holds no secret. */
  readonly description: string;
}

/** Starts, side by side, every server that the user gave no URL for. Throws a StackProblem. */
export async function bringUpServers(options: BringUpOptions): Promise<Servers> {
  const { given, credentials, durability, children } = options;
  const programs = await findOrInstall(options);
  const place = (name: string): { folder: string; logPath: string; durability: Durability } => ({
    folder: join(options.dir, name),
    logPath: join(options.logDir, `${name}.log`),
    durability,
  });

  const [redis, postgres, mysql] = await Promise.all([
    given.redis === undefined
      ? startRedis({ ...place('redis'), program: found(programs.redis), password: credentials.redisPassword }, children)
      : { url: given.redis, server: undefined },
    given.postgres === undefined
      ? startPostgres(
          {
            ...place('postgres'),
            programs: found(programs.postgres),
            ownerPassword: credentials.postgresOwnerPassword,
            readerPassword: credentials.postgresReaderPassword,
          },
          children,
        )
      : { ownerUrl: given.postgres, readerUrl: given.postgres, server: undefined },
    given.mysql === undefined
      ? startMysql({ ...place('mysql'), programs: found(programs.mysql), password: credentials.mysqlPassword }, children)
      : { url: given.mysql, server: undefined },
  ]);

  const described = [
    [redis.server?.label ?? 'Redis', redis.url, given.redis],
    [postgres.server?.label ?? 'PostgreSQL', postgres.ownerUrl, given.postgres],
    [mysql.server?.label ?? 'MySQL', mysql.url, given.mysql],
  ] as const;
  return {
    urls: { redis: redis.url, postgres: postgres.readerUrl, postgresOwner: postgres.ownerUrl, mysql: mysql.url },
    own: [redis.server, postgres.server, mysql.server].filter((server) => server !== undefined),
    description: described.map(([label, url, gave]) => `${label} ${addressOf(url)}${gave === undefined ? '' : ' (given)'}`).join(' · '),
  };
}

async function findOrInstall({ given, children, logDir, say }: BringUpOptions): Promise<ServerPrograms> {
  const lacking = (programs: ServerPrograms) => SERVER_NAMES.filter((name) => given[name] === undefined && programs[name] === undefined);
  const programs = await findServerPrograms();
  const missing = lacking(programs);
  if (missing.length === 0) return programs;
  await installMissing(missing, children, logDir, say);
  const after = await findServerPrograms();
  const still = lacking(after);
  if (still.length === 0) return after;
  throw new StackProblem(
    'SERVER_MISSING',
    `the programs of ${still.join(', ')} were not found even after the installation`,
    'Look at .local/logs/apt-get.log.',
  );
}

/** findOrInstall has made sure that it is there. */
function found<T>(program: T | undefined): T {
  if (program === undefined) throw new Error('a server without its program');
  return program;
}
