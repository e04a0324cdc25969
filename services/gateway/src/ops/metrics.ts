import { QUEUE_NAMES, RUN_STATES } from '@retail-etl/contracts';
import { countRunsByState, lastRunWithBooks, readDatabaseTime, readHold, readPublished, stageDurationMs } from '@retail-etl/ledger';
import { metricsRegistry } from '@retail-etl/runtime';
import { Gauge } from 'prom-client';
import type { GatewayDeps } from '../deps.js';

type MetricsDeps = Pick<GatewayDeps, 'database' | 'queues' | 'log'>;

/** Scrapes within this time share one look at the servers. */
const SHARED_MS = 2_000;

/** The gauge of this name, which is made only once. */
function gauge(name: string, help: string, labelNames: string[] = []): Gauge {
  const found = metricsRegistry.getSingleMetric(name);
  return found instanceof Gauge ? found : new Gauge({ name, help, labelNames, registers: [metricsRegistry] });
}

const QUEUE_STATES = ['waiting', 'active', 'delayed', 'waiting-children', 'failed', 'prioritized'] as const;

/**
 * The figures of runs, from the ledger and the queues, so that they are the same from every gateway and survive its restarts. What is
 * not known is left out: with a server away its figures, before the first publication those of it. The process's own remain.
 */
export function shareRunMetrics(): (deps: MetricsDeps) => Promise<string> {
  const runs = gauge('retail_etl_runs', 'Runs in the ledger by state', ['state']);
  const publishedAge = gauge('retail_etl_published_age_seconds', 'Time since the last publication');
  const publishedSeq = gauge('retail_etl_published_seq', 'Number of the run that the target shows');
  const publicationsHeld = gauge('retail_etl_publications_held', '1 while publications are held, else 0');
  const stageSeconds = gauge('retail_etl_last_run_stage_duration_seconds', 'Duration of a stage in the last run', ['stage']);
  const lastRows = gauge('retail_etl_last_run_rows', 'Rows of the last run by source and what became of them', ['source', 'outcome']);
  const lastRejects = gauge('retail_etl_last_run_rejects', 'Rejected rows of the last run by source and reason', ['source', 'reason']);
  const depth = gauge('retail_etl_queue_jobs', 'Jobs by queue and state', ['queue', 'state']);

  const fromLedger = async ({ database }: MetricsDeps): Promise<void> => {
    const [now, counts, published, hold, last] = await Promise.all([
      readDatabaseTime(database),
      countRunsByState(database),
      readPublished(database),
      readHold(database),
      lastRunWithBooks(database),
    ]);
    for (const state of RUN_STATES) runs.set({ state }, counts.get(state) ?? 0);
    publicationsHeld.set(hold === null ? 0 : 1);
    // 0 says that nothing was ever published: there is no such run, and no age to judge by.
    if (published.seq !== 0) publishedSeq.set(published.seq);
    if (published.at !== null) publishedAge.set(Math.max(0, (now.getTime() - published.at.getTime()) / 1_000));
    if (last === undefined) return;
    for (const stage of last.findings.stages) {
      const durationMs = stageDurationMs(last, stage);
      if (durationMs !== null) stageSeconds.set({ stage: stage.name }, durationMs / 1_000);
    }
    for (const book of last.findings.sources) {
      const { source } = book;
      lastRows.inc({ source, outcome: 'accepted' }, book.rowsAccepted);
      lastRows.inc({ source, outcome: 'rejected' }, book.rowsRejected);
      lastRows.inc({ source, outcome: 'skipped' }, book.rowsSkipped);
      for (const [reason, rows] of Object.entries(book.rejectsByReason)) lastRejects.inc({ source, reason }, rows ?? 0);
    }
  };
  const fromQueues = async ({ queues }: MetricsDeps): Promise<void> => {
    for (const queue of QUEUE_NAMES) {
      const counts = await queues[queue].getJobCounts(...QUEUE_STATES);
      for (const state of QUEUE_STATES) depth.set({ queue, state }, counts[state] ?? 0);
    }
  };

  let shared: Promise<string> | undefined;
  return (deps) => {
    shared ??= (async () => {
      for (const each of [runs, stageSeconds, lastRows, lastRejects, depth]) each.reset();
      // A gauge without labels is reset to 0, which for these would be a figure like any other.
      for (const each of [publishedAge, publishedSeq, publicationsHeld]) each.remove();
      for (const read of [fromLedger, fromQueues]) {
        await read(deps).catch((error: unknown) => deps.log.debug({ reason: String(error) }, 'metrics are incomplete'));
      }
      setTimeout(() => (shared = undefined), SHARED_MS).unref();
      return metricsRegistry.metrics();
    })();
    return shared;
  };
}
