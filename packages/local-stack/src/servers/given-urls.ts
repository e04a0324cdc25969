import type { SettingsReader } from '@retail-etl/config';
import type { ServerName } from './server.js';

export type GivenUrls = Readonly<Record<ServerName, string | undefined>>;

/** The servers that the user named; those without a URL are brought up. Problems go to `read`. */
export function readGivenUrls(read: SettingsReader): GivenUrls {
  return {
    redis: read.optionalServerUrl('REDIS_URL', 'redis'),
    postgres: read.optionalServerUrl('POSTGRES_URL', 'postgres'),
    mysql: read.optionalServerUrl('MYSQL_URL', 'mysql'),
  };
}
