import { writeAudit } from '@retail-etl/ledger';
import type { FastifyRequest } from 'fastify';
import type { GatewayDeps } from '../deps.js';

/**
 * Adds to the audit log, in the ledger and in the process's own log. An unreachable ledger does not undo what was done: the line
 * in the log remains.
 */
export async function audit(
  deps: Pick<GatewayDeps, 'database' | 'log'>,
  request: FastifyRequest,
  action: string,
  detail: Readonly<Record<string, unknown>> = {},
  actor: string = request.user?.username ?? 'nobody',
): Promise<void> {
  const entry = { actor, address: request.ip, action, detail };
  deps.log.info({ audit: entry }, action);
  try {
    await writeAudit(deps.database, entry);
  } catch (error) {
    deps.log.warn({ reason: String(error), audit: entry }, 'the audit log is not reachable');
  }
}
