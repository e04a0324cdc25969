import { createHash, randomBytes } from 'node:crypto';
import { readRedisTime, type Redis, redisError } from '@retail-etl/queue';
import type { User, Users } from '../auth/users.js';

/** Where a session was started. */
export interface SessionOrigin {
  readonly address: string;
  /** What the browser calls itself. */
  readonly client: string;
}

/** A session as people look at it. Knowing its id lets nobody in. */
export interface Session extends User, SessionOrigin {
  readonly id: string;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
}

/** Sessions live in Redis, so any gateway knows them. Redis holds only a hash of the token that the browser holds. */
export interface Sessions {
  /** Starts a session and returns its token. */
  start(user: User, origin: SessionOrigin): Promise<string>;
  /** Whose session this is; undefined when it ended, or the user's password or role changed since. */
  find(token: string): Promise<User | undefined>;
  /** The id under which `list` shows the session of this token. */
  idOf(token: string): string;
  /** The sessions that still hold, newest first, at most 500. */
  list(): Promise<Session[]>;
  /** Ends the session of this id; false if there is none. */
  end(id: string): Promise<boolean>;
}

/** A session ends this long after it was last used. */
const SESSION_IDLE_SECONDS = 12 * 3_600;
/** And this long after it began, used or not. */
const SESSION_AGE_MAX_SECONDS = 7 * 86_400;

const LISTED_MAX = 500;
const CLIENT_LENGTH_MAX = 200;

const TOKEN_PATTERN = /^[A-Za-z0-9_-]{43}$/;

interface StoredSession extends Partial<SessionOrigin> {
  readonly username: string;
  readonly fingerprint: string;
  readonly startedAt: number;
}

/** Ids of sessions by the time they began. A member whose session is gone is removed when the sessions are listed or it is too old. */
const INDEX = 'retail-etl:sessions';

const idOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
const keyOf = (id: string): string => `retail-etl:session:${id}`;

function parse(text: string | null | undefined): StoredSession | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return JSON.parse(text) as StoredSession;
  } catch {
    return undefined;
  }
}

async function inRedis<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw redisError(cause, action);
  }
}

/** Times are by Redis's clock, which all gateways share. Calls throw REDIS_UNAVAILABLE while Redis is away. */
export function openSessions(redis: Redis, users: Users): Sessions {
  return new RedisSessions(redis, users);
}

class RedisSessions implements Sessions {
  readonly #redis: Redis;
  readonly #users: Users;
  readonly idOf = idOf;

  constructor(redis: Redis, users: Users) {
    this.#redis = redis;
    this.#users = users;
  }

  async start(user: User, { address, client }: SessionOrigin): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const startedAt = await readRedisTime(this.#redis);
    const session: StoredSession = {
      username: user.username,
      fingerprint: (await this.#users.fingerprint(user.username)) ?? '',
      startedAt,
      address,
      client: client.slice(0, CLIENT_LENGTH_MAX),
    };
    const id = idOf(token);
    await inRedis('starting a session', () =>
      this.#redis
        .multi()
        .set(keyOf(id), JSON.stringify(session), 'EX', SESSION_IDLE_SECONDS)
        .zadd(INDEX, startedAt, id)
        .zremrangebyscore(INDEX, '-inf', startedAt - SESSION_AGE_MAX_SECONDS * 1_000)
        .exec(),
    );
    return token;
  }

  async find(token: string): Promise<User | undefined> {
    if (!TOKEN_PATTERN.test(token)) return undefined;
    const key = keyOf(idOf(token));
    const [replies, now] = await Promise.all([
      inRedis('reading a session', () => this.#redis.multi().get(key).expire(key, SESSION_IDLE_SECONDS).exec()),
      readRedisTime(this.#redis),
    ]);
    return this.#userOf(parse(replies?.[0]?.[1] as string | null | undefined), now);
  }

  async list(): Promise<Session[]> {
    const ids = await inRedis('listing sessions', () => this.#redis.zrevrange(INDEX, 0, LISTED_MAX - 1));
    const read = this.#redis.pipeline();
    for (const id of ids) read.get(keyOf(id)).ttl(keyOf(id));
    const replies = (await inRedis('listing sessions', () => read.exec())) ?? [];
    const now = await readRedisTime(this.#redis);
    const sessions: Session[] = [];
    const gone: string[] = [];
    for (const [index, id] of ids.entries()) {
      const stored = parse(replies[2 * index]?.[1] as string | null | undefined);
      const user = await this.#userOf(stored, now);
      if (stored === undefined || user === undefined) {
        gone.push(id);
        continue;
      }
      // Each use sets the time to live anew.
      const idleSeconds = SESSION_IDLE_SECONDS - Number(replies[2 * index + 1]?.[1] ?? SESSION_IDLE_SECONDS);
      sessions.push({
        id,
        ...user,
        address: stored.address ?? '',
        client: stored.client ?? '',
        startedAt: new Date(stored.startedAt),
        lastUsedAt: new Date(now - Math.max(0, idleSeconds) * 1_000),
      });
    }
    if (gone.length > 0) await inRedis('listing sessions', () => this.#redis.zrem(INDEX, ...gone));
    return sessions;
  }

  async end(id: string): Promise<boolean> {
    const replies = await inRedis('ending a session', () => this.#redis.multi().del(keyOf(id)).zrem(INDEX, id).exec());
    return Number(replies?.[0]?.[1] ?? 0) === 1;
  }

  /** The user of a session that still holds. */
  async #userOf(session: StoredSession | undefined, now: number): Promise<User | undefined> {
    if (session === undefined || now - session.startedAt > SESSION_AGE_MAX_SECONDS * 1_000) return undefined;
    if (session.fingerprint !== (await this.#users.fingerprint(session.username))) return undefined;
    return this.#users.find(session.username);
  }
}
