import { checkWindow, EtlError, type RunParams } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { recordRun, type Run } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';

export interface RunRequest {
  readonly params: RunParams;
  readonly by: string;
  /** The client's own key; the same one never makes a second run. */
  readonly idempotencyKey?: string | undefined;
  /** Writes the audit log; called for a run that is new. */
  readonly audit: (run: Run) => Promise<void>;
}

/**
 * Records a run in the ledger and adds a job to `runs`. Throws REDIS_UNAVAILABLE before anything is recorded if Redis is away; once the
 * run is recorded it will be started, so a job that cannot be added is left to the sweep.
 */
export async function requestRun(deps: GatewayDeps, request: RunRequest): Promise<{ run: Run; created: boolean }> {
  checkWindow(request.params, 'REQUEST_INVALID');
  if (deps.redis.status !== 'ready') throw new EtlError('REDIS_UNAVAILABLE', 'Redis, adding a run: not connected');
  const recorded = await recordRun(deps.database, {
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

async function askToStart(deps: GatewayDeps, run: Run): Promise<void> {
  try {
    await deps.producer.addStartRun({ ...run.params, runId: run.runId, epoch: run.epoch });
  } catch (error) {
    deps.log.warn({ run: run.runId, reason: String(error) }, 'recorded; the sweep will start it');
  }
}
