import type { RunReport } from '@retail-etl/sales';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import mysql from 'mysql2/promise';
import { serverUrl } from '../support/test-databases.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished } from './support/oracle.js';
import { runUntil } from './support/run-until.js';

/** Ten minutes, and all waits of the services, are made so much shorter; 1 is the real thing, and takes an hour. */
const SCALE = Number(process.env['ETL_FAULT_OUTAGE_SCALE'] ?? 0.1);
const TEN_MINUTES_MS = 600_000 * SCALE;
/** The attempts of a job are used up within 14 minutes. */
const LONGER_MS = 900_000 * SCALE;
const timeout = 3 * LONGER_MS + 120_000;

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: SCALE });
});
afterAll(() => stack?.stop());

/** Asked past the proxies, so also while MySQL is away for the services. */
async function hasEnded(runId: string): Promise<boolean> {
  const [rows] = await stack.mysql.query('SELECT 1 FROM etl_runs WHERE run_id = ? AND finished_at IS NOT NULL', [runId]);
  return (rows as unknown[]).length > 0;
}

test.each([
  ['postgres', 'extractor', 'plan.after-attach'],
  ['mysql', 'loader', 'load.after-staging'],
  ['redis', 'transformer', 'transform.after-manifest'],
] as const)(
  '%s is away for ten minutes, from when the %s is at %s: the run waits, and is published',
  { timeout },
  async (server, service, point) => {
    const runId = await runUntil(stack, service, point);
    stack.network(server, (proxy) => proxy.refuse());
    stack.services[service].signal('SIGCONT');
    await sleep(TEN_MINUTES_MS);
    expect(await hasEnded(runId)).toBe(false);
    stack.network(server, (proxy) => proxy.restore());
    await expectPublished(stack, await stack.waitFor(runId, undefined, LONGER_MS));
  },
);

/** One retry, after which no partition and no chunk is worked at again that was complete. */
async function expectRetried(failed: RunReport): Promise<void> {
  const answer = await stack.request(`/api/runs/${failed.id}/retry`, { method: 'POST' });
  expect(answer.status).toBe(202);
  await expectPublished(stack, await stack.waitFor(failed.id));
}

async function rowsOf(runId: string, step: string): Promise<Map<string, number>> {
  const { jobs } = (await (await stack.request(`/api/runs/${runId}/jobs`)).json()) as {
    jobs: { step: string; part: string; rows: number }[];
  };
  return new Map(jobs.filter((job) => job.step === step).map(({ part, rows }) => [part, rows]));
}

test('PostgreSQL is away for longer: the run fails, and one retry reads the table and not the files again', { timeout }, async () => {
  await stack.source.change();
  stack.network('postgres', (proxy) => proxy.refuse());
  const runId = await stack.trigger();
  await announce(stack, runId);
  const failed = await stack.waitFor(runId, undefined, 2 * LONGER_MS);
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'POSTGRES_UNAVAILABLE', stage: 'extract' } });
  const before = await rowsOf(runId, 'extract');
  stack.network('postgres', (proxy) => proxy.restore());
  await expectRetried(failed);
  const after = await rowsOf(runId, 'extract');
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  for (const [part, rows] of after) expect([part, rows > 0]).toEqual([part, part === 'table']);
});

test('MySQL is away for longer: the run fails once the ledger can say so, and one retry goes on with the merge', { timeout }, async () => {
  const runId = await runUntil(stack, 'transformer', 'merge.after-summary-file');
  stack.network('mysql', (proxy) => proxy.refuse());
  stack.services.transformer.signal('SIGCONT');
  await sleep(LONGER_MS);
  stack.network('mysql', (proxy) => proxy.restore());
  const failed = await stack.waitFor(runId);
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'MYSQL_UNAVAILABLE' } });
  await expectRetried(failed);
  for (const step of ['extract', 'transform']) expect([...(await rowsOf(runId, step)).values()].every((rows) => rows === 0)).toBe(true);
});

test('MySQL is read-only for longer: the failure of the run says so once it can be written', { timeout }, async () => {
  const admin = mysql.createPool({ uri: serverUrl('MYSQL_URL'), connectionLimit: 1 });
  try {
    const runId = await runUntil(stack, 'loader', 'load.after-staging');
    await admin.query('SET GLOBAL read_only = 1');
    stack.services.loader.signal('SIGCONT');
    await sleep(LONGER_MS);
    expect(await hasEnded(runId)).toBe(false);
    await admin.query('SET GLOBAL read_only = 0');
    const failed = await stack.waitFor(runId);
    const [message, remedy] = [/--read-only/, /SET GLOBAL read_only = OFF/].map((text) => expect.stringMatching(text) as string);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'MYSQL_READONLY', message, remedy } });
    await expectRetried(failed);
  } finally {
    await admin.query('SET GLOBAL read_only = 0');
    await admin.end();
  }
});

test('nothing is left', () => expectNothingLeft(stack));
