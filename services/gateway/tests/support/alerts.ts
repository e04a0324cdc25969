import { putSchedule, recordRun } from '@retail-etl/ledger';
import { EMPTY_FINDINGS, type RunFindings, type RunReport } from '@retail-etl/sales';
import { eventually, type GatewayWorld, type RunningGateway } from '../../../../tests/support/gateway-harness.js';
import type { HttpSink, MailSink } from './sinks.js';

/** Settings of a gateway that tells of alerts by this webhook. */
export const withHook = (hook: HttpSink): object => ({ alertWebhookUrl: hook.url, alertAllowPrivate: true });
/** Settings of a gateway that tells of alerts by email to this server. */
export const withMail = (mail: MailSink): object => ({
  smtpUrl: mail.url,
  alertEmailFrom: 'etl@shop.example',
  alertEmailTo: 'ops@shop.example, boss@shop.example',
});

/** A run that ended just now, as the ledger has it. */
export async function endedRun(
  world: GatewayWorld,
  gateway: RunningGateway,
  state: 'failed' | 'published',
  findings: Partial<RunFindings>,
): Promise<string> {
  const { run } = await recordRun(gateway.deps.database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
  await world.mysql.query('UPDATE etl_runs SET state = ?, finished_at = UTC_TIMESTAMP(3), report = ? WHERE run_id = ?', [
    state,
    JSON.stringify({ ...EMPTY_FINDINGS, ...findings }),
    run.runId,
  ]);
  return run.runId;
}

/** What a failed run failed with. */
export const ERROR = { code: 'SOURCE_MISSING', message: 'there is no store file in input', remedy: 'Put one there.', stage: 'extract' };

/** The alerts that the report of the run shows, once there are so many. */
export async function alertsOf(gateway: RunningGateway, runId: string, count: number): Promise<string[]> {
  return eventually(async () => {
    const { alerts } = (await (await gateway.api('GET', `/api/runs/${runId}`)).json()) as RunReport;
    if (alerts.length < count) throw new Error(`${alerts.length} of ${count} alerts`);
    return alerts;
  });
}

/** Schedules at six, in the ledger since `made`. */
export async function schedulesAtSix(world: GatewayWorld, gateway: RunningGateway, made: string, ...ids: string[]): Promise<void> {
  for (const id of ids)
    await putSchedule(gateway.deps.database, { id, cron: '0 6 * * *', tz: 'UTC', params: {}, paused: id === 'paused', origin: 'api' });
  await world.mysql.query('UPDATE etl_schedules SET updated_at = ?', [new Date(made)]);
}
