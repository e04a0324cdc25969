import { createHash } from 'node:crypto';
import { type Redis, redisError } from '@retail-etl/queue';
import { Limited } from '../limited.js';

/**
 * Failed log-ins allowed in a window. An address is an IPv4 address or the first half of an IPv6 one. `pair` is for one account from
 * one address, so that a stranger uses up only his own tries. `address` is for one address and all accounts; it may be a whole office
 * behind one router, so it gets more. `account` is for one account from all addresses together: it slows down whoever has many, and
 * spares the addresses that the account is known to sign in from.
 */
const LOGIN_LIMITS = { pair: 10, address: 30, account: 100, windowSeconds: 15 * 60 } as const;

/** An account is known at an address for so long after its last log-in there. */
const KNOWN_SECONDS = 30 * 86_400;

export interface LoginLimits {
  /**
   * Counts an attempt before its password is looked at, so that a burst cannot slip through. `isKnown`: the account has signed in from
   * this address before. Throws RATE_LIMITED (a Limited) when a limit is used up, REDIS_UNAVAILABLE while Redis is away.
   */
  begin(username: string, address: string): Promise<{ isKnown: boolean }>;
  /**
   * After a log-in that was right: forgets the account's failures at this address, takes the attempt itself off the other two counts
   * and remembers that the account is known here. The address's failures stay, or one valid account would pay for tries at all others.
   */
  succeeded(username: string, address: string): Promise<void>;
}

/** What people type may be long or secret (a password in the wrong field), so the key holds only a hash. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** Whom an address stands for: one who has an IPv6 address has all 2^64 of its network. Some proxies put a port behind it. */
export function networkOf(address: string): string {
  const ipv4 = /(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  const ipv6 = /^\[([^\]]*)\]/.exec(address)?.[1] ?? address;
  if (!ipv6.includes(':')) return ipv6;
  const [head, tail] = ipv6.toLowerCase().split('::');
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'));
  const first = groups(head);
  const missing = tail === undefined ? 0 : Math.max(0, 8 - first.length - groups(tail).length);
  return [...first, ...Array.from({ length: missing }, () => '0'), ...groups(tail)].slice(0, 4).join(':');
}

/** Of account and address, of the address, of the account, and whether the account is known at the address; the scripts count on this order. */
function keysOf(username: string, address: string): string[] {
  const network = networkOf(address);
  const pair = digest(JSON.stringify([username, network]));
  return [
    `retail-etl:login:pair:${pair}`,
    `retail-etl:login:address:${digest(network)}`,
    `retail-etl:login:account:${digest(username)}`,
    `retail-etl:login:known:${pair}`,
  ];
}

/**
 * Answers 0, -1 if the account is known here, or for how many seconds to wait. An attempt that one limit refuses is not counted by the next: else a single address
 * could use up the tries of a whole account.
 */
const BEGIN = `
local function isAbove(key, limit)
  local count = redis.call('incr', key)
  if count == 1 then redis.call('expire', key, ARGV[1]) end
  return count > tonumber(limit)
end
if isAbove(KEYS[1], ARGV[2]) then return math.max(1, redis.call('ttl', KEYS[1])) end
if isAbove(KEYS[2], ARGV[3]) then return math.max(1, redis.call('ttl', KEYS[2])) end
local isKnown = redis.call('exists', KEYS[4]) == 1
if isAbove(KEYS[3], ARGV[4]) and not isKnown then return math.max(1, redis.call('ttl', KEYS[3])) end
return isKnown and -1 or 0`;

/** A count whose window has ended meanwhile is left as it is: below zero it would allow more, and for ever. */
const SUCCEEDED = `
redis.call('del', KEYS[1])
for index = 2, 3 do
  if tonumber(redis.call('get', KEYS[index]) or '0') > 0 then redis.call('decr', KEYS[index]) end
end
redis.call('set', KEYS[4], 1, 'ex', ARGV[1])`;

/** The counts are in Redis, so several gateways share them. */
export function openLoginLimits(redis: Redis): LoginLimits {
  const run = async (script: string, keys: readonly string[], ...values: number[]): Promise<number> => {
    try {
      return Number(await redis.eval(script, keys.length, ...keys, ...values));
    } catch (cause) {
      throw redisError(cause, 'counting log-ins');
    }
  };
  return {
    async begin(username, address) {
      const { pair, address: ofAddress, account, windowSeconds } = LOGIN_LIMITS;
      const answer = await run(BEGIN, keysOf(username, address), windowSeconds, pair, ofAddress, account);
      if (answer > 0) throw new Limited('too many log-ins have failed for this account or from this address', answer);
      return { isKnown: answer === -1 };
    },
    async succeeded(username, address) {
      await run(SUCCEEDED, keysOf(username, address), KNOWN_SECONDS);
    },
  };
}
