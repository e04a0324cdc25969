import { CRASH_POINTS, type CrashPoint } from '@retail-etl/faults';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceName } from '../support/service-processes.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished, publishedSeq, readCsv, readTarget } from './support/oracle.js';

const POINTS: readonly (readonly [ServiceName, CrashPoint])[] = [
  ['gateway', 'request.after-record'],
  ['gateway', 'start.after-claim'],
  ['extractor', 'plan.after-folders'],
  ['extractor', 'plan.after-manifest'],
  ...CRASH_POINTS.loader.map((point) => ['loader', point] as const),
];

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: 0.1 });
});
afterAll(() => stack?.stop());

/** Runs what the sources now hold. Returns the run and its lines. */
async function publishSources(): Promise<{ id: string; lines: string[] }> {
  const id = await stack.trigger();
  await announce(stack, id);
  await expectPublished(stack, await stack.waitFor(id));
  return { id, lines: await stack.source.expected() };
}

async function hold(held: boolean): Promise<void> {
  const response = await stack.request('/api/hold', { method: 'PUT', body: JSON.stringify({ held }) });
  expect(response.status).toBe(200);
}

test.each(POINTS)(
  'killed (%s) at %s, an older version is published again, whole, and stays until the hold is released',
  async (name, point) => {
    const older = await publishSources();
    await stack.source.change();
    await publishSources();

    await stack.services[name].arm(point);
    const deaths = stack.services[name].deaths;
    const again = await stack.trigger({ publish: older.id });
    const [rows] = await stack.mysql.query('SELECT seq FROM etl_runs WHERE run_id = ?', [again]);
    const seq = Number((rows as { seq: string }[])[0]?.seq);
    stack.reader.expect(seq, older.lines);
    const report = await stack.waitFor(again);
    expect(report, stack.logs()).toMatchObject({ state: 'published', error: null, madeBy: { id: older.id } });
    await expect.poll(() => stack.services[name].deaths, { timeout: 10_000 }).toBe(deaths + 1);
    const expectOlder = async (): Promise<void> => {
      expect(await publishedSeq(stack)).toBe(seq);
      expect(await readTarget(stack)).toEqual(older.lines);
      expect(await readCsv(stack)).toBe(['product_id,total_quantity,total_sale_amount', ...older.lines, ''].join('\n'));
    };
    await expectOlder();

    const held = await stack.waitFor(await stack.trigger());
    expect(held, stack.logs()).toMatchObject({ state: 'previewed', held: { by: expect.any(String) } });
    await expectOlder();
    expect(stack.reader.problems()).toEqual([]);
    await hold(false);
  },
);

test('nothing is left of the killed attempts', () => expectNothingLeft(stack));
