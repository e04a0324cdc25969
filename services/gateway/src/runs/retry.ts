import { needsPlan, type RetryFacts, readPublished, retryRun, type Run, toReport } from '@retail-etl/ledger';
import { crashPoint } from '@retail-etl/faults';
import type { RunReport } from '@retail-etl/sales';
import { hasPlan } from '@retail-etl/staging';
import type { FastifyRequest } from 'fastify';
import { audit } from '../audit/audit.js';
import type { GatewayDeps } from '../deps.js';
import { requireRun } from './require-run.js';

type Deps = Pick<GatewayDeps, 'config' | 'database'>;

async function factsOf({ config }: Deps, run: Run, publishedSeq: number): Promise<RetryFacts> {
  return { publishedSeq, hasPlan: needsPlan(run) && (await hasPlan(config.dataDir, run.runId)) };
}

/** The reports of these runs, each with whether it can be retried. */
export async function reportsOf(deps: Deps, runs: readonly Run[]): Promise<RunReport[]> {
  const { seq } = await readPublished(deps.database);
  return Promise.all(runs.map(async (run) => toReport(run, await factsOf(deps, run, seq))));
}

export async function reportOf(deps: Deps, run: Run): Promise<RunReport> {
  const [report] = await reportsOf(deps, [run]);
  return report as RunReport;
}

/** Retries a run for whoever asks, and records it. Throws NOT_FOUND, RUN_STATE if it cannot be retried, or QUEUE_FULL. */
export async function retryFor(request: FastifyRequest, runId: string, deps: GatewayDeps): Promise<Run> {
  const run = requireRun(await retryRun(deps.database, runId, () => hasPlan(deps.config.dataDir, runId)), runId);
  crashPoint('retry.after-state');
  await audit(deps, request, 'run.retry', { run: run.runId, epoch: run.epoch });
  await deps.startNextRun().catch(() => undefined);
  return run;
}
