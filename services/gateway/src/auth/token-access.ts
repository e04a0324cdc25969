import type { FastifyRequest } from 'fastify';
import type { GatewayDeps } from '../deps.js';
import { audit } from '../audit/audit.js';
import { AddressCounts } from './address-counts.js';
import { Limited } from '../limited.js';
import { sameSecret, type User } from './users.js';

/** Wrong tokens that one address may send in a window. */
const WRONG_TOKENS_MAX = 30;
const WINDOW_MS = 15 * 60_000;
/** An address from which the right token came is spared so long: others who share it must not keep its programs out. */
const KNOWN_MS = 30 * 86_400_000;

/** True if the header is for us. Any other scheme (Basic, Negotiate, Digest) is between the browser and a proxy. */
export function isBearer(header: string | undefined): header is string {
  return header !== undefined && /^\s*Bearer(?:\s|$)/i.test(header);
}

/**
 * Whose bearer token it is; null if it is wrong. Wrong ones are counted per address and written to the audit log. After too many, any token
 * from that address is refused with RATE_LIMITED until the window is over, unless the right one came from there before.
 */
export function openTokenAccess(deps: GatewayDeps): (request: FastifyRequest, header: string) => Promise<User | null> {
  const wrong = new AddressCounts(WINDOW_MS);
  const known = new AddressCounts(KNOWN_MS);
  const { apiToken } = deps.config;

  return async (request, header) => {
    const { ip } = request;
    const isLimited = wrong.count(ip) >= WRONG_TOKENS_MAX;
    const token = /^\s*Bearer +([\x21-\x7e]{1,512})\s*$/i.exec(header)?.[1];
    const isRight = token !== undefined && apiToken !== undefined && sameSecret(token, apiToken);
    if (isRight && (!isLimited || known.count(ip) > 0)) {
      known.add(ip);
      return { username: 'api', role: 'operator' };
    }
    const { count, secondsLeft } = wrong.add(ip);
    const detail = { method: request.method, path: request.url.split('?')[0]?.slice(0, 300) };
    if (!isLimited) await audit(deps, request, 'token.failed', detail, 'api');
    // Once a window: who sends more must not fill the audit log.
    else if (count === WRONG_TOKENS_MAX + 1) await audit(deps, request, 'token.limited', detail, 'api');
    if (isLimited) throw new Limited('too many wrong tokens came from this address', secondsLeft);
    return null;
  };
}
