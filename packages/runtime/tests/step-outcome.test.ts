import { EtlError } from '@retail-etl/contracts';
import type { Run } from '@retail-etl/ledger';
import { openDatabase } from '@retail-etl/mysql';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ENDED, LedgerRuns } from '../../ledger/tests/ledger-runs.js';
import type { StepContext, StepHandler } from '../src/index.js';
import { metricsRegistry } from '../src/metrics.js';
import { StepDelivery } from './step-delivery.js';

let runs: LedgerRuns;
let run: Run;
beforeAll(async () => {
  runs = await LedgerRuns.open();
});
beforeEach(async () => {
  await runs.empty();
  run = await runs.addHolder({ state: 'loading', epoch: 2 });
});
afterAll(() => runs.drop());

const dataOf = ({ runId, epoch }: Run) => ({ runId, epoch });
const RUN_ENDED = { kind: 'done', result: { rows: 0, note: 'the run has ended', skipped: true } };
const TRANSIENT = new EtlError('MYSQL_UNAVAILABLE', 'the server is down');
const TERMINAL = new EtlError('SOURCE_EMPTY', 'a.csv is empty');

/** How many loads have ended in this way, by the metrics of this process. */
async function counted(outcome: string): Promise<number> {
  return metric(`retail_etl_step_duration_seconds_count{step="load",outcome="${outcome}"}`);
}

/** The value of a metric, 0 if it has none yet. */
async function metric(name: string): Promise<number> {
  const lines = (await metricsRegistry.metrics()).split('\n');
  return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length) ?? 0);
}

describe('a job that is none of the queue', () => {
  const handler = vi.fn<StepHandler<'load'>>(async () => ({ rows: 1 }));
  beforeEach(() => handler.mockClear());

  test.each(['merge', 'plan', 'start-run', 'toString', '', '__proto__'])('is refused by its name: "%s"', async (name) => {
    const outcome = await new StepDelivery({ name, data: dataOf(run) }).run(runs.database, handler);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'JOB_INVALID', message: `this queue has no job named "${name}"` } });
    expect(handler).not.toHaveBeenCalled();
    expect(await runs.find(run)).toEqual(run);
  });

  test('is refused with at most sixty letters of its name', async () => {
    const outcome = await new StepDelivery({ name: 'x'.repeat(61), data: {} }).run(runs.database, handler);
    expect(outcome).toMatchObject({ error: { message: `this queue has no job named "${'x'.repeat(60)}"` } });
  });

  test.each([
    ['no run', { epoch: 2 }],
    ['no epoch', { runId: '20260101T000000-abcdef' }],
    ['an epoch of 0', { runId: '20260101T000000-abcdef', epoch: 0 }],
    ['a run that leads out of its folder', { runId: '../20260101T000000-abcdef', epoch: 1 }],
    ['more than its step takes', { runId: '20260101T000000-abcdef', epoch: 1, chunk: 'a-00000000-00001' }],
    ['nothing', undefined],
  ])('is refused for its data: %s', async (_what, data) => {
    const outcome = await new StepDelivery({ data }).run(runs.database, handler);
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'JOB_INVALID', message: expect.stringContaining('job job-7') as string },
    });
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('a job of a run that does not work any more', () => {
  const handler = vi.fn<StepHandler<'load'>>(async () => ({ rows: 1 }));
  beforeEach(() => handler.mockClear());

  test.each(ENDED)('has nothing to do: %s', async (state) => {
    const ended = await runs.add({ state });
    expect(await new StepDelivery({ data: dataOf(ended) }).run(runs.database, handler)).toEqual(RUN_ENDED);
    expect(handler).not.toHaveBeenCalled();
    expect(await runs.find(ended)).toEqual(ended);
  });

  test('nor has one of another epoch or of a run that the ledger does not know', async () => {
    const others = [
      { runId: run.runId, epoch: 1 },
      { runId: run.runId, epoch: 3 },
      { runId: '20260101T000000-abcdef', epoch: 1 },
    ];
    for (const data of others) expect(await new StepDelivery({ data }).run(runs.database, handler)).toEqual(RUN_ENDED);
    expect(handler).not.toHaveBeenCalled();
    expect(await runs.find(run)).toEqual(run);
  });
});

test('a handler gets its data and try, and its result is the outcome', async () => {
  const before = [await metric('retail_etl_step_rows_total{step="load"}'), await counted('done')];
  const seen: unknown[] = [];
  const delivery = new StepDelivery({ data: dataOf(run), attempt: 5 });
  const outcome = await delivery.run(runs.database, async (data, context: StepContext) => {
    seen.push(data, context.attempt, context.signal.aborted);
    await context.note('a line');
    await context.progress({ rows: 3 });
    return { rows: 42, note: 'well' };
  });
  expect(outcome).toEqual({ kind: 'done', result: { rows: 42, note: 'well' } });
  expect(seen).toEqual([dataOf(run), 5, false]);
  expect([delivery.notes, delivery.figures]).toEqual([['a line'], [{ rows: 3 }]]);
  const after = [await metric('retail_etl_step_rows_total{step="load"}'), await counted('done')];
  expect(after.map((value, index) => value - (before[index] ?? 0))).toEqual([42, 1]);
  expect(await runs.find(run)).toEqual(run);
});

describe('what a handler throws', () => {
  test.each([
    ['transient', TRANSIENT, 'MYSQL_UNAVAILABLE'],
    ['of a full disk', Object.assign(new Error('write'), { code: 'ENOSPC' }), 'STAGING_FULL'],
  ])('is tried again if it is %s, and the run goes on', async (_kind, thrown, code) => {
    const before = await counted('again');
    const outcome = await new StepDelivery({ data: dataOf(run) }).run(runs.database, () => Promise.reject(thrown));
    expect(outcome).toMatchObject({ kind: 'again', error: { code } });
    expect(await counted('again')).toBe(before + 1);
    expect(await runs.find(run)).toEqual(run);
  });

  test.each([
    ['transient, at the last try', TRANSIENT, true, TRANSIENT.toRecord('load')],
    ['terminal, at the first try', TERMINAL, false, TERMINAL.toRecord('load')],
    ['terminal, at the last try', TERMINAL, true, TERMINAL.toRecord('load')],
    ['a fault of the program', new TypeError('x is undefined'), false, new EtlError('INTERNAL', 'x is undefined').toRecord('load')],
    ['no error at all', 'broken', false, new EtlError('INTERNAL', 'broken').toRecord('load')],
  ])('ends the run if it is %s', async (_kind, thrown: unknown, isLastAttempt, record) => {
    const delivery = new StepDelivery({ data: dataOf(run), isLastAttempt });
    const outcome = await delivery.run(runs.database, async () => {
      throw thrown;
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: record.code, message: record.message } });
    expect(await runs.find(run)).toMatchObject({ state: 'failed', epoch: 2, findings: { error: record } });
    expect(await runs.slot()).toBeNull();
  });
});

describe('without the ledger', () => {
  test.each([
    ['again', false],
    ['failed', true],
  ] as const)('a step does not begin; the job is %s', async (kind, isLastAttempt) => {
    const url = new URL(runs.url);
    // Nobody listens there.
    url.port = '1';
    const away = openDatabase(url.toString());
    const handler = vi.fn<StepHandler<'load'>>(async () => ({ rows: 1 }));
    const outcome = await new StepDelivery({ data: dataOf(run), isLastAttempt }).run(away, handler);
    expect(outcome).toMatchObject({ kind, error: { code: 'MYSQL_UNAVAILABLE' } });
    expect(handler).not.toHaveBeenCalled();
    expect(await runs.find(run)).toEqual(run);
    await away.end();
  });

  test('a failure is left to the job, which says why', async () => {
    const going = openDatabase(runs.url);
    const outcome = await new StepDelivery({ data: dataOf(run) }).run(going, async () => {
      await going.end();
      throw TERMINAL;
    });
    expect(outcome).toEqual({ kind: 'failed', error: TERMINAL });
    expect(await runs.find(run)).toEqual(run);
  });
});
