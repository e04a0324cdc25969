import { createHash } from 'node:crypto';
import { EtlError } from '@retail-etl/contracts';
import { type Redis, redisError } from '@retail-etl/queue';

/** Failed log-ins allowed in a window. An address may be a whole office behind one router, so it gets more. */
export const LOGIN_LIMITS = { account: 10, address: 30, windowSeconds: 15 * 60 } as const;

export interface LoginLimits {
  /**
   * Counts an attempt before its password is looked at, so that a burst cannot slip through. Throws RATE_LIMITED, with
   * `retryAfterSeconds`, when the account or the address has used up its attempts.
   */
  begin(username: string, address: string): Promise<void>;
  /** Forgets this account's and address's attempts after a log-in that was right. */
  succeeded(username: string, address: string): Promise<void>;
}

export class LoginLimited extends EtlError {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super('RATE_LIMITED', 'too many log-ins have failed for this account or from this address');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What people type may be long or secret (a password in the wrong field), so the key holds only a hash. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
const keysOf = (username: string, address: string): [string, string] => [
  `retail-etl:login:account:${digest(username)}`,
  `retail-etl:login:address:${digest(address)}`,
];

/** The counts are in Redis, so several gateways share them. */
export function openLoginLimits(redis: Redis): LoginLimits {
  return {
    async begin(username, address) {
      const [account, from] = keysOf(username, address);
      let counts: number[];
      try {
        const multi = redis.multi();
        for (const key of [account, from]) multi.set(key, 0, 'EX', LOGIN_LIMITS.windowSeconds, 'NX').incr(key).ttl(key);
        const replies = (await multi.exec()) ?? [];
        counts = replies.map((reply) => Number(reply[1]));
      } catch (cause) {
        throw redisError(cause, 'counting log-ins');
      }
      const [, ofAccount = 0, accountTtl = 0, , ofAddress = 0, addressTtl = 0] = counts;
      if (ofAccount > LOGIN_LIMITS.account) throw new LoginLimited(Math.max(accountTtl, 1));
      if (ofAddress > LOGIN_LIMITS.address) throw new LoginLimited(Math.max(addressTtl, 1));
    },
    async succeeded(username, address) {
      try {
        await redis.del(...keysOf(username, address));
      } catch (cause) {
        throw redisError(cause, 'counting log-ins');
      }
    },
  };
}
