import { SettingsReader } from '@retail-etl/config';
import { EtlError } from '@retail-etl/contracts';
import type { ServerName } from './server.js';

type Env = Readonly<Record<string, string | undefined>>;

export type GivenUrls = Readonly<Record<ServerName, string | undefined>>;

/** The servers that the user named; those without a URL are brought up. Problems go to `read`. */
export function readGivenUrls(read: SettingsReader): GivenUrls {
  return {
    redis: read.optionalUrl('REDIS_URL', ['redis:', 'rediss:'], 'redis://localhost:6379'),
    postgres: read.optionalUrl('POSTGRES_URL', ['postgres:', 'postgresql:'], 'postgres://user:password@localhost:5432/shop'),
    mysql: read.optionalUrl('MYSQL_URL', ['mysql:', 'mariadb:'], 'mysql://user:password@localhost:3306/warehouse'),
  };
}

/** Reads settings from `env` by `reader`. Throws one CONFIG_INVALID that lists every problem. */
export function readSettings<T>(env: Env, reader: (read: SettingsReader) => T): T {
  const read = new SettingsReader(env);
  const settings = reader(read);
  if (read.problems.length > 0) throw new EtlError('CONFIG_INVALID', read.problems.join('; '));
  return settings;
}

/** `host:port` of a server's URL: what may be shown of it, since the rest can hold a password. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return port === '' ? hostname : `${hostname}:${port}`;
}
