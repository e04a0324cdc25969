import { createHash, randomBytes } from 'node:crypto';
import { type Redis, redisError } from '@retail-etl/queue';
import type { User, Users } from './users.js';

/** Sessions live in Redis, so any gateway knows them. Redis holds only a hash of the token that the browser holds. */
export interface Sessions {
  /** Starts a session and returns its token. */
  start(user: User): Promise<string>;
  /** Whose session this is; undefined when it ended, or the user's password or role changed since. */
  find(token: string): Promise<User | undefined>;
  end(token: string): Promise<void>;
}

/** A session ends this long after it was last used. */
export const SESSION_IDLE_SECONDS = 12 * 3_600;
/** And this long after it began, used or not. */
export const SESSION_AGE_MAX_SECONDS = 7 * 86_400;

const TOKEN_PATTERN = /^[A-Za-z0-9_-]{43}$/;

interface StoredSession {
  readonly username: string;
  readonly fingerprint: string;
  readonly startedAt: number;
}

const keyOf = (token: string): string => `retail-etl:session:${createHash('sha256').update(token).digest('base64url')}`;

/** Calls throw REDIS_UNAVAILABLE while Redis is away. */
export function openSessions(redis: Redis, users: Users): Sessions {
  return {
    async start(user) {
      const token = randomBytes(32).toString('base64url');
      const session: StoredSession = {
        username: user.username,
        fingerprint: (await users.fingerprint(user.username)) ?? '',
        startedAt: Date.now(),
      };
      try {
        await redis.set(keyOf(token), JSON.stringify(session), 'EX', SESSION_IDLE_SECONDS);
      } catch (cause) {
        throw redisError(cause, 'starting a session');
      }
      return token;
    },

    async find(token) {
      if (!TOKEN_PATTERN.test(token)) return undefined;
      const key = keyOf(token);
      let stored: string | null;
      try {
        const replies = await redis.multi().get(key).expire(key, SESSION_IDLE_SECONDS).exec();
        stored = (replies?.[0]?.[1] as string | null | undefined) ?? null;
      } catch (cause) {
        throw redisError(cause, 'reading a session');
      }
      if (stored === null) return undefined;
      const session = JSON.parse(stored) as StoredSession;
      if (Date.now() - session.startedAt > SESSION_AGE_MAX_SECONDS * 1_000) return undefined;
      if (session.fingerprint !== (await users.fingerprint(session.username))) return undefined;
      return users.find(session.username);
    },

    async end(token) {
      try {
        await redis.del(keyOf(token));
      } catch (cause) {
        throw redisError(cause, 'ending a session');
      }
    },
  };
}
