import type { GatewayWorld, RunningGateway } from '../../../../tests/support/gateway-harness.js';

/** What the log-in form sends. */
export const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Forgets all log-ins that failed, so that no test meets the limits because of another one. */
export async function forgetLogins({ redis }: GatewayWorld): Promise<void> {
  const keys = await redis.keys('retail-etl:login:*');
  if (keys.length > 0) await redis.del(...keys);
}

interface AuditLine {
  readonly actor: string;
  readonly action: string;
  readonly address: string;
  readonly detail: Record<string, unknown>;
}

/** The newest lines of the audit log, oldest first. */
export async function auditLines(gateway: RunningGateway, count: number): Promise<AuditLine[]> {
  const { entries } = (await (await gateway.api('GET', `/api/audit?limit=${count}`)).json()) as { entries: AuditLine[] };
  return entries.reverse();
}
