import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GatewayDeps } from '../deps.js';
import { audit } from '../audit/audit.js';
import { AddressCounts } from './address-counts.js';

/** Lines that one address can make in a window without being signed in; what comes above would only fill the ledger's disk. */
const LINES_MAX = 500;
const WINDOW_MS = 15 * 60_000;

export type AuditRefusal = (
  request: FastifyRequest,
  action: string,
  detail?: Readonly<Record<string, unknown>>,
  actor?: string,
) => Promise<void>;

/** An audit of what was refused: the same as `audit`, up to 500 lines an address in 15 minutes. The last of them says so. */
export function openRefusalAudit(deps: GatewayDeps): AuditRefusal {
  const lines = new AddressCounts(WINDOW_MS);
  return async (request, action, detail = {}, actor) => {
    const { count } = lines.add(request.ip);
    if (count > LINES_MAX) return;
    const more = count === LINES_MAX ? { last: 'further refusals of this address are not written for up to 15 minutes' } : {};
    await audit(deps, request, action, { ...detail, ...more }, actor);
  };
}

/** Writes every 403 to the audit log before it is answered, whichever part of the gateway refused. */
export function auditForbidden(app: FastifyInstance, auditRefusal: AuditRefusal): void {
  app.addHook('onSend', async (request, reply) => {
    if (reply.statusCode !== 403) return;
    const { origin, 'sec-fetch-site': site } = request.headers;
    await auditRefusal(request, 'access.refused', {
      method: request.method,
      path: request.url.split('?')[0]?.slice(0, 300),
      ...(origin === undefined ? {} : { origin: origin.slice(0, 200) }),
      ...(typeof site === 'string' ? { site: site.slice(0, 40) } : {}),
    });
  });
}
