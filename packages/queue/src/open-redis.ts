import { Redis } from 'ioredis';
import { redisOptions } from './redis-options.js';

/** A plain Redis connection for what is not a queue (sessions, login limits, locks). Every call fails at once while Redis is away. */
export function openRedis(redisUrl: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(redisOptions(redisUrl, 'client'));
  redis.on('error', onError);
  return redis;
}

export type { Redis };
