import { EtlError } from '@retail-etl/contracts';
import { openRedis } from './open-redis.js';
import { redisError } from './redis-error.js';

/** Written by whoever wants to know whether Redis takes writes; it goes by itself. */
const PROBE_KEY = 'retail-etl:probe';
const PROBE_MS = 10_000;

export interface RedisProbe {
  /** Resolves if Redis takes a write, which a replica does not. Throws as `redisError`, at once while Redis is away. */
  check(): Promise<void>;
  close(): void;
}

/** A connection of its own that proves that Redis can be worked with. */
export function openRedisProbe(redisUrl: string): RedisProbe {
  let reason: Error | undefined;
  const redis = openRedis(redisUrl, (error) => {
    // What is at the other end stays what it is; what the client says of it changes.
    if (!(reason instanceof EtlError)) reason = error;
  });
  redis.on('ready', () => (reason = undefined));
  return {
    async check() {
      try {
        await redis.set(PROBE_KEY, '1', 'PX', PROBE_MS);
      } catch (cause) {
        // While there is no connection the call only says so; the event says why.
        throw redisError(redis.status === 'ready' ? cause : (reason ?? cause), 'trying to write');
      }
    },
    close: () => redis.disconnect(),
  };
}
