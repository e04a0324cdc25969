import type { RedisOptions } from 'bullmq';

/**
 * Options for a Redis connection from a URL `redis[s]://[user[:password]@]host[:port][/db]`.
 * A `worker` waits for Redis as long as it takes; a `client` fails at once while Redis is away, so that its caller can answer 503.
 */
export function redisOptions(url: string, role: 'worker' | 'client'): RedisOptions {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const db = pathname.slice(1);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(db === '' ? {} : { db: Number(db) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    connectTimeout: 5_000,
    keepAlive: 60_000,
    retryStrategy: (times: number) => Math.min(100 * times, 2_000),
    ...(role === 'worker' ? { maxRetriesPerRequest: null } : { enableOfflineQueue: false, maxRetriesPerRequest: 1 }),
  };
}
