import { type EtlError, isTerminal, type RunState, type StepName } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import { advanceState, endRun, failRun, findRun } from '@retail-etl/ledger';
import { type Database, openDatabase, withTransaction } from '@retail-etl/mysql';
import { type Delivery, openWorker, type Outcome, type QueueWorker } from '@retail-etl/queue';
import { eventually, type GatewayWorld, type RunningGateway } from '../../../../tests/support/gateway-harness.js';

/** What a step does in place of the real one: null lets it end well. */
export type StandIn = (step: StepName, delivery: Delivery) => Promise<EtlError | null>;

export interface StandInSteps {
  readonly database: Database;
  /** Ids of the jobs in the order in which they were done. */
  readonly done: string[];
  close(): Promise<void>;
}

/**
 * Workers on the real queues that take the place of extractor, transformer and loader: they move the run through its states as those do.
 * `recordsFailures` false leaves a failure to the gateway's sweep, as when a worker's process died.
 */
export async function startSteps(world: GatewayWorld, standIn: StandIn = async () => null, recordsFailures = true): Promise<StandInSteps> {
  const database = openDatabase(world.mysqlUrl);
  const done: string[] = [];
  const process = async (delivery: Delivery): Promise<Outcome> => {
    const step = delivery.name as StepName;
    const { runId, epoch } = delivery.data as { runId: string; epoch: number };
    const run = await findRun(database, runId);
    if (run === undefined || run.epoch !== epoch || isTerminal(run.state))
      return { kind: 'done', result: { rows: 0, note: 'the run has ended', skipped: true } };
    const error = await standIn(step, delivery);
    if (error !== null) {
      if (recordsFailures) await failRun(database, runId, epoch, error.toRecord('extract'));
      return { kind: 'failed', error };
    }
    await delivery.note(`${step} handled 4 rows of 2 files`);
    if (step === 'plan') await advanceState(database, runId, epoch, 'transforming');
    if (step === 'merge') await advanceState(database, runId, epoch, 'loading');
    if (step === 'load') {
      await withTransaction(database, 'ending a run in a test', (connection) =>
        endRun(connection, run, run.params.dryRun === true ? 'previewed' : 'published', {}),
      );
    }
    done.push(delivery.id);
    return { kind: 'done', result: { rows: 4 } };
  };
  const workers: QueueWorker[] = (['extract', 'transform', 'load'] as const).map((queue) =>
    openWorker({ redisUrl: world.redisUrl, queue, concurrency: 2, process, onError: () => undefined, lockDurationMs: 2_000 }),
  );
  await Promise.all(workers.map((worker) => worker.ready()));
  return {
    database,
    done,
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await database.end();
    },
  };
}

/** Waits until a run is in one of these states and returns its report. */
export async function reaches(gateway: RunningGateway, runId: string, ...states: RunState[]): Promise<RunReport> {
  return eventually(async () => {
    const report = (await (await gateway.api('GET', `/api/runs/${runId}`)).json()) as RunReport;
    if (!states.includes(report.state)) throw new Error(`run ${runId} is ${report.state}, not ${states.join(' or ')}`);
    return report;
  });
}
