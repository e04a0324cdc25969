import { checkWindow, EtlError, type RunParams } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { type NewRun, recordPublication, recordRun, type Run } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';
import { requireVersion } from '../versions/version.js';

export interface RunRequest {
  readonly params: RunParams;
  readonly by: string;
  /** The client's own key; the same one never makes a second run. */
  readonly idempotencyKey?: string | undefined;
  /** Writes the audit log; called for a run that is new. */
  readonly audit: (run: Run) => Promise<void>;
}

/**
 * Records a run in the ledger and adds a job to `runs`. One that publishes an older version again holds publications (`held`). Throws what
 * `requireVersion` does, and REDIS_UNAVAILABLE before anything is recorded if Redis is away; once the
 * run is recorded it will be started, so a job that cannot be added is left to the sweep.
 */
export async function requestRun(deps: GatewayDeps, request: RunRequest): Promise<{ run: Run; created: boolean; held: boolean }> {
  checkWindow(request.params, 'REQUEST_INVALID');
  if (deps.redis.status !== 'ready') throw new EtlError('REDIS_UNAVAILABLE', 'Redis, adding a run: not connected');
  const recorded = await record(deps, {
    params: request.params,
    triggerKind: 'api',
    triggeredBy: request.by,
    // Clients' keys and the queue's own keys share one column.
    idempotencyKey: request.idempotencyKey === undefined ? undefined : `api:${request.idempotencyKey}`,
  });
  const { run, created } = recorded;
  crashPoint('request.after-record');
  await Promise.all([created ? request.audit(run) : undefined, run.state === 'queued' ? askToStart(deps, run) : undefined]);
  return recorded;
}

async function record(deps: GatewayDeps, run: NewRun): Promise<{ run: Run; created: boolean; held: boolean }> {
  const { publish, from, to } = run.params;
  if (publish === undefined) return { ...(await recordRun(deps.database, run)), held: false };
  if (from !== undefined || to !== undefined)
    throw new EtlError('REQUEST_INVALID', 'publish: a version is published as it is, without "from" and "to"');
  const { seq, findings } = await requireVersion(deps, publish);
  return recordPublication(deps.database, run, findings.madeBy?.seq ?? seq);
}

async function askToStart(deps: GatewayDeps, run: Run): Promise<void> {
  // The job only says that a run waits; what it is to do stands in the ledger.
  const { publish: _publish, ...readParams } = run.params;
  try {
    await deps.producer.addStartRun({ ...readParams, runId: run.runId, epoch: run.epoch });
  } catch (error) {
    deps.log.warn({ run: run.runId, reason: String(error) }, 'recorded; the sweep will start it');
  }
}
