import { QUEUE_PREFIX } from '@retail-etl/contracts';
import { redisError } from './redis-error.js';
import { type Queues, type RunJob, readRunJobs, readStageProgress, type StageProgress } from './run-jobs.js';
import { defineOnce } from './set-aside/set-aside.js';

/** A run's jobs and how far its stages were, as they were when it ended before them. */
export interface KeptJobs {
  readonly jobs: readonly RunJob[];
  readonly stages: readonly StageProgress[];
}

/** As long as finished jobs are kept; and of so many runs, each with some hundred kilobytes at most. */
const KEPT_MS = 2 * 86_400_000;
const KEPT_RUNS_MAX = 100;

const PREFIX = `${QUEUE_PREFIX}:kept-jobs:`;
const COMMAND = 'retailKeepJobs';

/** KEYS[1] the key, KEYS[2] the index of all. ARGV: the text, time to keep in ms, number kept. What is there already stays. */
const KEEP = `
local call = redis.call
if not call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return end
local time = call('TIME')
call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), KEYS[1])
for _, old in ipairs(call('ZRANGE', KEYS[2], 0, -1 - tonumber(ARGV[3]))) do
  call('UNLINK', old)
  call('ZREM', KEYS[2], old)
end
call('PEXPIRE', KEYS[2], ARGV[2])
`;

const clientOf = (queues: Queues) => queues.load.getBackend().connection.client;
const keyOf = (runId: string, epoch: number): string => `${PREFIX}${runId}.${epoch}`;

/**
 * Jobs of a run that has ended, as people look at them: what had not ended by then has `unfinished` as its state, and, if it had begun, ended
 * with the run.
 */
export function asOfEnd(jobs: readonly RunJob[], unfinished: 'cancelled' | 'skipped', endedAt: number): RunJob[] {
  return jobs.map((job) =>
    job.state === 'completed' || job.state === 'failed'
      ? job
      : { ...job, state: unfinished, finishedAt: job.startedAt === null ? null : Math.max(job.startedAt, endedAt) },
  );
}

/** Keeps how the jobs of an ended run are, before they are removed. Does nothing if that is done, or if there are none. Throws REDIS_UNAVAILABLE. */
export async function keepJobs(
  queues: Queues,
  runId: string,
  epoch: number,
  unfinished: 'cancelled' | 'skipped',
  endedAt: number,
): Promise<void> {
  const stages = await readStageProgress(queues, runId, epoch);
  if (stages === undefined || (await readKeptJobs(queues, runId, epoch)) !== undefined) return;
  const kept: KeptJobs = { jobs: asOfEnd(await readRunJobs(queues, runId, epoch), unfinished, endedAt), stages };
  try {
    const client = await clientOf(queues);
    defineOnce(client, COMMAND, KEEP, 2);
    await client.runCommand(COMMAND, [keyOf(runId, epoch), `${PREFIX}index`, JSON.stringify(kept), KEPT_MS, KEPT_RUNS_MAX]);
  } catch (cause) {
    throw redisError(cause, 'keeping the jobs of a run');
  }
}

/** What was kept; undefined if nothing was, or no longer is. Throws REDIS_UNAVAILABLE. */
export async function readKeptJobs(queues: Queues, runId: string, epoch: number): Promise<KeptJobs | undefined> {
  let text: string | null;
  try {
    text = await (await clientOf(queues)).get(keyOf(runId, epoch));
  } catch (cause) {
    throw redisError(cause, 'reading the kept jobs of a run');
  }
  return text === null ? undefined : (JSON.parse(text) as KeptJobs);
}
