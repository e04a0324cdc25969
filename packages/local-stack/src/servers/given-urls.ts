import type { SettingsReader } from '@retail-etl/config';
import type { ServerName } from './server.js';

export type GivenUrls = Readonly<Record<ServerName, string | undefined>>;

/** The servers that the user named; those without a URL are brought up. Problems go to `read`. */
export function readGivenUrls(read: SettingsReader): GivenUrls {
  return {
    redis: read.optionalUrl('REDIS_URL', ['redis:', 'rediss:'], 'redis://localhost:6379'),
    postgres: read.optionalUrl('POSTGRES_URL', ['postgres:', 'postgresql:'], 'postgres://user:password@localhost:5432/shop'),
    mysql: read.optionalUrl('MYSQL_URL', ['mysql:', 'mariadb:'], 'mysql://user:password@localhost:3306/warehouse'),
  };
}
