import { parseRedisUrl, tlsOptions } from '@retail-etl/config';
import type { RedisOptions } from 'bullmq';

/**
 * A connection on which a command has had no answer for so long is made anew: a server that went away without a word would otherwise be
 * waited for until the kernel gives up, a quarter of an hour. A worker's blocking command may last ten seconds.
 */
const CLIENT_ANSWER_MS = 8_000;
const WORKER_ANSWER_MS = 25_000;

/**
 * Options for a Redis connection from its URL. Throws CONFIG_INVALID.
 * A `worker` waits for Redis as long as it takes; a `client` fails at once while Redis is away, so that its caller can answer 503.
 */
export function redisOptions(url: string, role: 'worker' | 'client'): RedisOptions {
  const { host, port, user, password, database, tls } = parseRedisUrl(url);
  return {
    host,
    port,
    ...(user === '' ? {} : { username: user }),
    ...(password === '' ? {} : { password }),
    db: database,
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
    connectTimeout: 5_000,
    keepAlive: 60_000,
    socketTimeout: role === 'worker' ? WORKER_ANSWER_MS : CLIENT_ANSWER_MS,
    // A server that became a replica keeps its connections. A new one may lead to the primary, behind the same address.
    reconnectOnError: (error: Error) => /^(READONLY|MISCONF|NOREPLICAS) /.test(error.message),
    retryStrategy: (times: number) => Math.min(100 * times, 2_000),
    ...(role === 'worker' ? { maxRetriesPerRequest: null } : { enableOfflineQueue: false, maxRetriesPerRequest: 1 }),
  };
}
