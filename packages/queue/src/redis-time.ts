import type { Redis } from './open-redis.js';
import { redisError } from './redis-error.js';

/** The time by Redis's clock, in ms since 1970. Throws REDIS_UNAVAILABLE while Redis is away. */
export async function readRedisTime(redis: Redis): Promise<number> {
  try {
    const [seconds, microseconds] = (await redis.time()).map(Number);
    return (seconds ?? NaN) * 1_000 + Math.floor((microseconds ?? NaN) / 1_000);
  } catch (cause) {
    throw redisError(cause, 'reading the time');
  }
}
