import { otherServer, parseRedisUrl } from '@retail-etl/config';
import { Redis } from 'ioredis';
import { redisOptions } from './redis-options.js';

/**
 * A plain Redis connection for what is not a queue (sessions, login limits, locks). Every call fails at once while Redis is away. `onError`
 * is also told WRONG_SERVER if the URL leads to a server of another kind, which the client itself cannot tell from an outage.
 */
export function openRedis(redisUrl: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(redisOptions(redisUrl, 'client'));
  redis.on('error', onError);
  const { host, port } = parseRedisUrl(redisUrl);
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const found = await otherServer({ host, port, expected: 'Redis', setting: 'REDIS_URL' });
    isLooking = false;
    if (found !== undefined && redis.status !== 'ready') onError(found);
  };
  const lookUnlessReady = (): void => void look();
  // A server that has answered once is the right one: later it is away, and needs nobody who looks at it.
  redis.on('close', lookUnlessReady);
  redis.once('ready', () => redis.off('close', lookUnlessReady));
  return redis;
}

export type { Redis };
