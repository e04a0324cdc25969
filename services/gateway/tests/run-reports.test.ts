import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { reaches, startSteps, type StandInSteps } from './support/steps.js';
import { forgetRuns, ledgerRuns, trigger } from './support/triggers.js';

let world: GatewayWorld;
let gateway: RunningGateway;
let steps: StandInSteps | undefined;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());
beforeEach(() => forgetRuns(world));
afterEach(async () => {
  await steps?.close();
  steps = undefined;
});

test('progress comes as events until the end', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  steps = await startSteps(world, async (step) => {
    if (step === 'merge') await gate;
    return null;
  });
  const { id } = await trigger(gateway);
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
  const { id } = await trigger(gateway);
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
  for (let index = 0; index < 5; index += 1) seqs.push((await trigger(gateway)).seq);
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
  await reaches(gateway, (await ledgerRuns(world))[0]?.run_id as string, 'extracting');
  expect((await read('state=extracting')).runs.map(({ seq }) => seq)).toEqual(seqs.slice(0, 1));
  expect((await read('state=queued,failed')).runs).toHaveLength(4);
  expect((await gateway.api('GET', '/api/runs?state=sleeping')).status).toBe(400);
  expect((await gateway.api('GET', '/api/runs?limit=0')).status).toBe(400);
  expect((await gateway.api('GET', '/api/runs?limti=5')).status).toBe(400);
});
