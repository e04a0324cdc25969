import { createHash, scrypt, timingSafeEqual } from 'node:crypto';
import type { GatewayConfig } from '@retail-etl/config';
import { hashingTurns } from './hashing-turns.js';

export type Role = 'operator' | 'viewer';

export interface User {
  readonly username: string;
  readonly role: Role;
}

export interface Users {
  /**
   * The user whose name and password these are, or undefined; takes the same time either way. `isKnown`: the account has signed in from
   * this address before, so it goes first. Throws RATE_LIMITED when too many wait.
   */
  verify(username: string, password: string, isKnown: boolean): Promise<User | undefined>;
  /** The user of this name. */
  find(username: string): User | undefined;
  /** Changes with the user's password or role, so that a session made under older ones ends. Undefined if there is no such user now. */
  fingerprint(username: string): Promise<string | undefined>;
}

/** 32 MiB and about a tenth of a second for each password. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 48 * 1024 * 1024 } as const;
const HASH_BYTES = 32;
/** Passwords hashed at the same time; each takes a thread and 32 MiB. */
const HASHING_MAX = 2;
/** Log-ins that may wait for their turn. */
const WAITING_MAX = 16;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** True if two texts are the same; the time taken tells nothing about them. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(given), sha256(expected));
}

/** The salt follows from the name, so that two gateways get the same fingerprints. It is no secret; the table has two rows at most. */
function hash(username: string, password: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, sha256(`retail-etl:${username}`), HASH_BYTES, SCRYPT, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** The users that the configuration names: the operator, and a viewer if one is set. */
export function openUsers(config: GatewayConfig): Users {
  const known = new Map<string, { user: User; hash: Promise<Buffer> }>();
  const inTurn = hashingTurns(HASHING_MAX, WAITING_MAX);
  const add = (username: string, password: string, role: Role): void => {
    known.set(username, { user: { username, role }, hash: hash(username, password) });
  };
  if (config.viewerUsername !== undefined && config.viewerPassword !== undefined)
    add(config.viewerUsername, config.viewerPassword, 'viewer');
  add(config.adminUsername, config.adminPassword, 'operator');
  const nobody = Promise.resolve(Buffer.alloc(HASH_BYTES));

  return {
    async verify(username, password, isKnown) {
      const found = known.get(username);
      const rank = found === undefined ? 'stranger' : isKnown ? 'known' : 'user';
      const given = await inTurn(rank, () => hash(found === undefined ? '' : username, password));
      const matches = timingSafeEqual(given, await (found?.hash ?? nobody));
      return matches ? found?.user : undefined;
    },
    find: (username) => known.get(username)?.user,
    async fingerprint(username) {
      const found = known.get(username);
      if (found === undefined) return undefined;
      return createHash('sha256')
        .update(found.user.role)
        .update(await found.hash)
        .digest('base64url')
        .slice(0, 22);
    },
  };
}
