import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, describe } from 'vitest';
import { EtlError, newRunId } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import { enforceRetention, startRun } from '@retail-etl/gateway';
import { purgeRuns } from '@retail-etl/ledger';
import { QUEUED_RUNS_MAX } from '../../../packages/ledger/dist/run-state.js';
import { createWorld, eventually, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { reaches, type StandIn, startSteps, type StandInSteps } from './support/steps.js';

let world: GatewayWorld;
let gateway: RunningGateway;
let steps: StandInSteps | undefined;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.mysql.query('DELETE FROM etl_runs');
  await world.mysql.query('UPDATE etl_slot SET seq = NULL');
});
afterEach(async () => {
  await steps?.close();
  steps = undefined;
});

interface Accepted {
  readonly id: string;
  readonly seq: number;
  readonly state: string;
  readonly url: string;
}

async function trigger(body: unknown = {}, headers: Record<string, string> = {}): Promise<Accepted> {
  const response = await gateway.api('POST', '/api/runs', body, headers);
  expect(response.status).toBe(202);
  return (await response.json()) as Accepted;
}

async function ledger(): Promise<{ run_id: string; state: string; trigger_kind: string; epoch: number }[]> {
  const [rows] = await world.mysql.query('SELECT run_id, state, trigger_kind, epoch FROM etl_runs ORDER BY seq');
  return rows as { run_id: string; state: string; trigger_kind: string; epoch: number }[];
}

test('a trigger is accepted with the address of its report, and runs through', async () => {
  steps = await startSteps(world);
  const response = await gateway.api('POST', '/api/runs', { from: '2026-01-01', to: '2026-01-31' });
  expect(response.status).toBe(202);
  const accepted = (await response.json()) as Accepted;
  expect(response.headers.get('location')).toBe(accepted.url);
  expect(accepted.url).toBe(`/api/runs/${accepted.id}`);
  const report = await reaches(gateway, accepted.id, 'published');
  expect(report).toMatchObject({ trigger: { kind: 'api', by: 'api', late: false }, params: { from: '2026-01-01', to: '2026-01-31' } });
  expect(steps.done).toEqual([`${accepted.id}.1.plan`, `${accepted.id}.1.merge`, `${accepted.id}.1.load`]);
});

test('a trigger without a body is a run of everything', async () => {
  const response = await gateway.api('POST', '/api/runs', undefined);
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as Accepted;
  expect(((await (await gateway.api('GET', `/api/runs/${id}`)).json()) as RunReport).params).toEqual({});
});

test('one key is one run, however often and at the same time', async () => {
  const key = { 'idempotency-key': 'order 66' };
  const all = await Promise.all(Array.from({ length: 8 }, () => trigger({ dryRun: true }, key)));
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(await ledger()).toHaveLength(1);
  const other = await gateway.api('POST', '/api/runs', { dryRun: false }, key);
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', status: 422 });
});

test.each([
  [{ from: '2026-02-30' }, 'from'],
  [{ from: '2026-02-02', to: '2026-02-01' }, 'after'],
  [{ from: 5 }, 'from'],
  [{ dryRun: 'yes' }, 'dryRun'],
  [{ fron: '2026-01-01' }, 'additional'],
  [[], 'object'],
])('%j is refused by name', async (body, word) => {
  const response = await gateway.api('POST', '/api/runs', body);
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as { code: string; message: string; remedy: string };
  expect(problem.code).toBe('REQUEST_INVALID');
  expect(problem.message).toContain(word);
  expect(problem.remedy).not.toBe('');
  expect(await ledger()).toEqual([]);
});

test('runs work one at a time, in the order of their triggers', async () => {
  const active: number[] = [];
  let working = 0;
  steps = await startSteps(world, async (step) => {
    if (step === 'plan') working += 1;
    active.push(working);
    if (step === 'load') working -= 1;
    return null;
  });
  const accepted: Accepted[] = [];
  for (let index = 0; index < 5; index += 1) accepted.push(await trigger());
  await reaches(gateway, (accepted.at(-1) as Accepted).id, 'published');
  expect(Math.max(...active)).toBe(1);
  expect(steps.done.filter((id) => id.endsWith('.load'))).toEqual(accepted.map(({ id }) => `${id}.1.load`));
});

test('a job added by hand is a run of the dashboard; one with bad data fails and says why', async () => {
  steps = await startSteps(world);
  const good = await gateway.deps.queues.runs.add('anything I like', { dryRun: true });
  await eventually(async () => {
    const found = await gateway.deps.queues.runs.getJob(good.id as string);
    if (!((await found?.isCompleted()) ?? false)) throw new Error('not completed');
  });
  const rows = await ledger();
  expect(rows).toMatchObject([{ trigger_kind: 'dashboard' }]);
  const done = await gateway.deps.queues.runs.getJob(good.id as string);
  expect(done?.returnvalue).toMatchObject({ runId: rows[0]?.run_id });
  await reaches(gateway, rows[0]?.run_id as string, 'previewed');

  const bad = await gateway.deps.queues.runs.add('x', { from: 'yesterday', colour: 'red' });
  const failed = await eventually(async () => {
    const found = await gateway.deps.queues.runs.getJob(bad.id as string);
    if (found?.finishedOn === undefined) throw new Error('not ended');
    return found;
  });
  expect(failed?.failedReason).toMatch(/^\[JOB_INVALID\] .*(from|additional)/);
  expect(failed?.attemptsMade).toBe(1);
  expect(await ledger()).toHaveLength(1);
});

test('cancelling a waiting or a working run frees the way for the next', async () => {
  const first = await trigger();
  const second = await trigger();
  const third = await trigger();
  await reaches(gateway, first.id, 'extracting');
  expect((await gateway.api('POST', `/api/runs/${second.id}/cancel`)).status).toBe(200);
  expect((await gateway.api('POST', `/api/runs/${first.id}/cancel`)).status).toBe(200);
  await reaches(gateway, third.id, 'extracting');
  expect((await ledger()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'extracting']);
  await eventually(async () => {
    if ((await gateway.deps.queues.load.getJob(`${first.id}.1.load`)) !== undefined) throw new Error('the flow is still there');
  });
  const again = await gateway.api('POST', `/api/runs/${first.id}/cancel`);
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ code: 'RUN_STATE' });
});

test('a failed run is retried under the next epoch', async () => {
  let fails = true;
  const standIn: StandIn = async (step) => (fails && step === 'merge' ? new EtlError('SUMMARY_EMPTY', 'nothing was accepted') : null);
  steps = await startSteps(world, standIn);
  const { id } = await trigger();
  const failed = await reaches(gateway, id, 'failed');
  expect(failed.error).toMatchObject({ code: 'SUMMARY_EMPTY', message: 'nothing was accepted' });
  fails = false;
  expect((await gateway.api('POST', `/api/runs/${id}/retry`)).status).toBe(202);
  const report = await reaches(gateway, id, 'published');
  expect(report).toMatchObject({ epoch: 2, error: null });
  expect((await gateway.api('POST', `/api/runs/${id}/retry`)).status).toBe(409);
});

test('a failure that no worker wrote down is read from the failed job', async () => {
  steps = await startSteps(
    world,
    async (step) => (step === 'plan' ? new EtlError('HEADER_INVALID', 'store.csv: quantity is missing') : null),
    false,
  );
  const { id } = await trigger();
  const report = await reaches(gateway, id, 'failed');
  expect(report.error).toEqual({
    code: 'HEADER_INVALID',
    message: 'store.csv: quantity is missing',
    remedy: new EtlError('HEADER_INVALID', '').remedy,
    stage: 'extract',
  });
});

test('a wiped Redis loses no run: the jobs come back under the same epoch', async () => {
  const first = await trigger();
  const second = await trigger();
  await reaches(gateway, first.id, 'extracting');
  await world.redis.flushdb();
  steps = await startSteps(world);
  await reaches(gateway, first.id, 'published');
  await reaches(gateway, second.id, 'published');
  expect(steps.done.filter((id) => id.endsWith('.load'))).toEqual([`${first.id}.1.load`, `${second.id}.1.load`]);
});

test('progress comes as events until the end', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  steps = await startSteps(world, async (step) => {
    if (step === 'merge') await gate;
    return null;
  });
  const { id } = await trigger();
  const response = await gateway.api('GET', `/api/runs/${id}/events`);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    // merge waits until this listener has been told of the state before it.
    if (text.includes('"state":"transforming"')) open();
  }
  const progress = [...text.matchAll(/event: progress\ndata: (.*)\n\n/g)].map(
    (match) => JSON.parse(match[1] as string) as { state: string; stages: unknown },
  );
  expect(progress.some(({ state }) => state === 'transforming')).toBe(true);
  expect(progress.at(-1)).toMatchObject({
    state: 'published',
    stages: [{ name: 'extract', done: 1, total: 1 }, { name: 'transform' }, { name: 'load', done: 1, total: 1, rows: 4 }],
  });
  expect(text.endsWith('event: end\ndata: {"state":"published"}\n\n')).toBe(true);
  expect((await gateway.api('GET', '/api/runs/20200101T000000-000000/events')).status).toBe(404);
});

test('the log and the jobs of a run can be read', async () => {
  steps = await startSteps(world);
  const { id } = await trigger();
  await reaches(gateway, id, 'published');
  const line = (step: string): object => ({ step, part: null, line: `${step} handled 4 rows of 2 files` });
  expect(await (await gateway.api('GET', `/api/runs/${id}/log`)).json()).toEqual({
    lines: [line('plan'), line('merge'), line('load')],
    total: 3,
    next: null,
  });
  expect(await (await gateway.api('GET', `/api/runs/${id}/log?offset=1&limit=1`)).json()).toEqual({
    lines: [line('merge')],
    total: 3,
    next: 2,
  });
  const { jobs } = (await (await gateway.api('GET', `/api/runs/${id}/jobs`)).json()) as { jobs: object[] };
  expect(jobs).toMatchObject(['plan', 'merge', 'load'].map((step) => ({ step, state: 'completed', rows: 4, error: null })));
});

test('runs are listed page by page and by state', async () => {
  const seqs: number[] = [];
  for (let index = 0; index < 5; index += 1) seqs.push((await trigger()).seq);
  const read = async (query: string): Promise<{ runs: { seq: number }[]; next: number | null }> =>
    (await (await gateway.api('GET', `/api/runs?${query}`)).json()) as { runs: { seq: number }[]; next: number | null };
  const seen: number[] = [];
  let before = '';
  for (let page = 0; page < 4; page += 1) {
    const { runs, next } = await read(`limit=2${before}`);
    seen.push(...runs.map(({ seq }) => seq));
    if (next === null) break;
    before = `&before=${next}`;
  }
  expect(seen).toEqual([...seqs].reverse());
  await reaches(gateway, (await ledger())[0]?.run_id as string, 'extracting');
  expect((await read('state=extracting')).runs.map(({ seq }) => seq)).toEqual(seqs.slice(0, 1));
  expect((await read('state=queued,failed')).runs).toHaveLength(4);
  expect((await gateway.api('GET', '/api/runs?state=sleeping')).status).toBe(400);
  expect((await gateway.api('GET', '/api/runs?limit=0')).status).toBe(400);
  expect((await gateway.api('GET', '/api/runs?limti=5')).status).toBe(400);
});

test('files of ended runs go in their time', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 4; index += 1) ids.push((await trigger()).id);
  const [working, failed, old, fresh] = ids as [string, string, string, string];
  await world.mysql.query("UPDATE etl_runs SET state = 'extracting' WHERE run_id = ?", [working]);
  await world.mysql.query("UPDATE etl_runs SET state = 'failed', finished_at = UTC_TIMESTAMP() WHERE run_id = ?", [failed]);
  await world.mysql.query("UPDATE etl_runs SET state = 'published', finished_at = UTC_TIMESTAMP() - INTERVAL 31 DAY WHERE run_id = ?", [
    old,
  ]);
  await world.mysql.query("UPDATE etl_runs SET state = 'cancelled', finished_at = UTC_TIMESTAMP() WHERE run_id = ?", [fresh]);
  for (const id of ids) {
    for (const kind of ['staging', 'runs']) {
      await mkdir(join(world.dataDir, kind, id, 'rejects'), { recursive: true });
      await writeFile(join(world.dataDir, kind, id, 'sales_summary.csv'), 'product_id,total_quantity,total_sale_amount\n1,2,3.00\n');
    }
  }
  // The ledger knows neither: it may have been set up anew.
  const forgotten = '20200102T030405-abcdef';
  const recent = newRunId(new Date());
  for (const kind of ['staging', 'runs']) for (const id of [forgotten, recent]) await mkdir(join(world.dataDir, kind, id));
  await mkdir(join(world.dataDir, 'staging', 'not-a-run'));
  await utimes(join(world.dataDir, 'staging', 'not-a-run'), 0, 0);
  await enforceRetention(gateway.deps);
  expect((await readdir(join(world.dataDir, 'staging'))).sort()).toEqual([failed, working, recent, 'not-a-run'].sort());
  expect((await readdir(join(world.dataDir, 'runs'))).sort()).toEqual([failed, fresh, working, recent].sort());
  const gone = await gateway.api('GET', `/api/runs/${old}/summary.csv`);
  expect(gone.status).toBe(410);
  expect(await gone.json()).toMatchObject({ code: 'GONE' });
  const there = await gateway.api('GET', `/api/runs/${fresh}/summary.csv`);
  expect(await there.text()).toBe('product_id,total_quantity,total_sale_amount\n1,2,3.00\n');
  expect((await gateway.api('GET', `/api/runs/${old}`)).status).toBe(200);
});

test('reports of runs go after 400 days, or when there are too many, but not the published one nor one that works', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 6; index += 1) ids.push((await trigger()).id);
  const [published, working, old, ancient, young, fresh] = ids as [string, string, string, string, string, string];
  const end = (id: string, state: string, days: number): Promise<unknown> =>
    world.mysql.query(`UPDATE etl_runs SET state = ?, finished_at = UTC_TIMESTAMP() - INTERVAL ? DAY WHERE run_id = ?`, [state, days, id]);
  await end(published, 'published', 900);
  await world.mysql.query('UPDATE etl_published SET run_id = ?, seq = (SELECT seq FROM etl_runs WHERE run_id = ?)', [published, published]);
  await world.mysql.query("UPDATE etl_runs SET state = 'extracting', created_at = '2020-01-01' WHERE run_id = ?", [working]);
  await end(old, 'failed', 401);
  await end(ancient, 'published', 2_000);
  await end(young, 'cancelled', 399);
  await end(fresh, 'published', 0);
  await enforceRetention(gateway.deps);
  const left = async (): Promise<unknown[]> => (await ledger()).map((run) => run.run_id);
  expect(new Set(await left())).toEqual(new Set([published, working, young, fresh]));
  // Numbers may be left out; only runs that are there count.
  await world.mysql.query('UPDATE etl_runs SET seq = seq + 100000 WHERE run_id = ?', [fresh]);
  await enforceRetention(gateway.deps);
  expect(new Set(await left())).toEqual(new Set([published, working, young, fresh]));
  const purge = (keptMax: number): Promise<number> => purgeRuns(gateway.deps.database, { days: 20_000, keptMax, limit: 1_000 });
  expect(await purge(4)).toBe(0);
  // Of the two oldest one is published and one works.
  expect(await purge(2)).toBe(0);
  expect(await purge(1)).toBe(1);
  expect(new Set(await left())).toEqual(new Set([published, working, fresh]));
});

describe('when as many runs wait as may', () => {
  /** Fills the queue behind a run that works; returns a failed one too. */
  async function fill(): Promise<{ failed: string }> {
    const failed = await trigger();
    await world.mysql.query("UPDATE etl_runs SET state = 'failed', finished_at = UTC_TIMESTAMP(3) WHERE run_id = ?", [failed.id]);
    await world.mysql.query('UPDATE etl_slot SET seq = NULL');
    const working = await trigger();
    await reaches(gateway, working.id, 'extracting');
    for (let index = 0; index < QUEUED_RUNS_MAX; index += 1) await trigger({ dryRun: true }, { 'idempotency-key': `key ${index}` });
    return { failed: failed.id };
  }
  const waiting = async (): Promise<number> => (await ledger()).filter(({ state }) => state === 'queued').length;

  test('one more is refused, for API, dashboard, schedule and retry alike, until there is room', async () => {
    const { failed } = await fill();
    const refused = await gateway.api('POST', '/api/runs', {});
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'QUEUE_FULL', message: expect.stringContaining(String(QUEUED_RUNS_MAX)) as string });
    // What is recorded already is still answered by its key.
    expect((await gateway.api('POST', '/api/runs', { dryRun: true }, { 'idempotency-key': 'key 7' })).status).toBe(202);
    expect((await gateway.api('POST', `/api/runs/${failed}/retry`)).status).toBe(429);
    const byHand = await gateway.deps.queues.runs.add('by hand', {});
    await eventually(async () => {
      const job = await gateway.deps.queues.runs.getJob(byHand.id as string);
      expect(job?.failedReason ?? job?.stacktrace?.[0]).toMatch(/\[QUEUE_FULL\] /);
    });
    const tick = {
      id: `repeat:nightly:${Date.now()}`,
      name: 'tick',
      data: {},
      attempt: 1,
      isLastAttempt: false,
      timestamp: Date.now(),
      lost: new AbortController().signal,
      note: async () => undefined,
      progress: async () => undefined,
    };
    expect(await startRun(tick, gateway.deps)).toMatchObject({ kind: 'again', error: { code: 'QUEUE_FULL' } });
    // A burst at the same moment does not slip through.
    const burst = await Promise.all(Array.from({ length: 50 }, () => gateway.api('POST', '/api/runs', {})));
    expect(new Set(burst.map(({ status }) => status))).toEqual(new Set([429]));
    expect(await waiting()).toBe(QUEUED_RUNS_MAX);

    const oldest = (await ledger()).find(({ state }) => state === 'queued');
    expect((await gateway.api('POST', `/api/runs/${oldest?.run_id}/cancel`)).status).toBe(200);
    // The job that was added by hand is tried again, and may be faster than this request.
    await eventually(async () => expect(await waiting()).toBe(QUEUED_RUNS_MAX));
  });
});
