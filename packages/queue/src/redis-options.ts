import type { RedisOptions } from 'bullmq';

/**
 * A connection on which a command has had no answer for so long is made anew: a server that went away without a word would otherwise be
 * waited for until the kernel gives up, a quarter of an hour. A worker's blocking command may last ten seconds.
 */
const CLIENT_ANSWER_MS = 8_000;
const WORKER_ANSWER_MS = 25_000;

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
    socketTimeout: role === 'worker' ? WORKER_ANSWER_MS : CLIENT_ANSWER_MS,
    retryStrategy: (times: number) => Math.min(100 * times, 2_000),
    ...(role === 'worker' ? { maxRetriesPerRequest: null } : { enableOfflineQueue: false, maxRetriesPerRequest: 1 }),
  };
}
