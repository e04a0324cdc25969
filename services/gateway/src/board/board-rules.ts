import { EtlError, QUEUES } from '@retail-etl/contracts';

/** Where the dashboard is. */
export const BOARD_PATH = '/queues';

/** What the dashboard's request is about: its route below `/queues`, and the queue if it names one. */
export interface BoardRequest {
  readonly method: string;
  readonly route: string;
  readonly queue: string | undefined;
}

/** Changes that an operator may make on any queue: they move work in time, and never make or destroy it. */
const ANYWHERE = new Set([
  '/api/queues/pause',
  '/api/queues/resume',
  '/api/queues/:queueName/pause',
  '/api/queues/:queueName/resume',
  '/api/queues/:queueName/concurrency',
  '/api/queues/:queueName/rate-limit',
  '/api/queues/:queueName/rate-limit/release',
  '/api/queues/:queueName/promote',
  '/api/queues/:queueName/:jobId/promote',
]);

/** Changes that make sense on `runs` alone. */
const ON_RUNS = new Set([
  '/api/queues/:queueName/add',
  '/api/queues/:queueName/:jobId/retry',
  '/api/queues/:queueName/retry/:queueStatus',
  '/api/queues/:queueName/clean/:queueStatus',
  '/api/queues/:queueName/:jobId/clean',
  '/api/queues/:queueName/job-schedulers/:schedulerId/run',
]);

const RETRY_ROUTE = '/api/queues/:queueName/:jobId/retry';
export const ADD_ROUTE = '/api/queues/:queueName/add';

/**
 * What becomes of a change asked for on the dashboard: `allow`, `retry-run` (a step's retry is its run's own retry), or a refusal
 * that says where to do it instead. What is not known is refused, so a new version of the dashboard opens nothing by itself.
 */
export function judgeBoardChange({ route, queue }: BoardRequest): 'allow' | 'retry-run' | EtlError {
  if (ANYWHERE.has(route)) return 'allow';
  const isRuns = queue === QUEUES.runs;
  if (isRuns && ON_RUNS.has(route)) return 'allow';
  if (!isRuns && route === RETRY_ROUTE) return 'retry-run';
  if (route.includes('job-schedulers')) {
    return new EtlError('FORBIDDEN', 'schedules are kept in the ledger: change them at /api/schedules');
  }
  if (!isRuns && route.includes('retry')) return new EtlError('FORBIDDEN', 'retry one failed job: its whole run is then retried');
  if (!isRuns && route === ADD_ROUTE)
    return new EtlError('FORBIDDEN', 'the steps of a run are added by the run itself: add a job to the queue runs');
  return new EtlError('FORBIDDEN', 'this would leave the run and its jobs out of step: cancel or retry the run instead');
}
