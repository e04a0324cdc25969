import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditList, check, Me, Overview, ScheduleList, Sources } from '@retail-etl/contracts';
import { EMPTY_FINDINGS, RunList, RunReport, type RunFindings, Summary } from '@retail-etl/sales';
import { putSchedule, recordRun } from '@retail-etl/ledger';
import { runFolders } from '@retail-etl/staging';
import type { TSchema } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytePath } from '../../../tests/support/byte-path.js';
import { createWorld, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';

let world: GatewayWorld;
let gateway: RunningGateway;
let runId: string;

const at = (second: number): string => new Date(Date.UTC(2026, 0, 2, 3, 4, second)).toISOString();

const FINDINGS: RunFindings = {
  ...EMPTY_FINDINGS,
  sources: [
    {
      source: 'online_sales',
      file: null,
      rowsRead: 10,
      rowsAccepted: 9,
      rowsRejected: 1,
      rowsSkipped: 0,
      rejectsByReason: { invalid_date: 1 },
      quantity: '20',
      amount: '30.500000',
    },
    {
      source: 'store_sales',
      file: 'same.csv',
      rowsRead: 4,
      rowsAccepted: 1,
      rowsRejected: 3,
      rowsSkipped: 0,
      rejectsByReason: { malformed_row: 3 },
      quantity: '1',
      amount: '2.000000',
    },
    {
      source: 'store_sales',
      file: 'gone.csv',
      rowsRead: 7,
      rowsAccepted: 7,
      rowsRejected: 0,
      rowsSkipped: 0,
      rejectsByReason: {},
      quantity: '7',
      amount: '7.000000',
    },
    {
      source: 'store_sales',
      file: 'changed.csv',
      rowsRead: 1,
      rowsAccepted: 1,
      rowsRejected: 0,
      rowsSkipped: 0,
      rejectsByReason: {},
      quantity: '1',
      amount: '1.000000',
    },
  ],
  totals: {
    rowsRead: 22,
    rowsAccepted: 18,
    rowsRejected: 4,
    rowsSkipped: 0,
    products: 3,
    quantity: '29',
    amount: '40.500000',
    publishedAmount: '40.50',
  },
  stages: [{ name: 'extract', startedAt: at(1), finishedAt: at(3), jobs: 4 }],
};

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
  const { run } = await recordRun(gateway.deps.database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
  ({ runId } = run);
  await world.mysql.query(
    "UPDATE etl_runs SET state = 'published', started_at = ?, finished_at = ?, committed_at = ?, report = ? WHERE run_id = ?",
    [new Date(at(0)), new Date(Date.now() - 1_000), new Date(at(5)), JSON.stringify(FINDINGS), runId],
  );
  await world.mysql.query('UPDATE etl_published SET seq = ?, run_id = ?, published_at = ?', [run.seq, runId, new Date(at(5))]);
  await world.mysql.query(
    'INSERT INTO sales_summary VALUES (7, 3, 10.35), (70, 9223372036854775807, 999999999999999999.99), (8, 4, 3.01), (-7, 1, 0.10)',
  );
});
afterAll(() => world.stop());

const json = async (path: string): Promise<unknown> => {
  const response = await gateway.api('GET', path);
  expect(response.status, path).toBe(200);
  return response.json();
};

test('what the API answers is of the schemas in its document', async () => {
  const answers: [string, TSchema][] = [
    ['/api/runs', RunList],
    [`/api/runs/${runId}`, RunReport],
    ['/api/overview', Overview],
    ['/api/summary', Summary],
    ['/api/sources', Sources],
    ['/api/schedules', ScheduleList],
    ['/api/me', Me],
    ['/api/audit', AuditList],
  ];
  for (const [path, schema] of answers) {
    const answer = await json(path);
    expect(() => check(schema, answer, path)).not.toThrow();
  }
});

test('the document names every route of the API, and its schemas', async () => {
  const document = (await json('/openapi.json')) as {
    openapi: string;
    paths: Record<string, Record<string, unknown>>;
    components: { schemas: Record<string, unknown> };
  };
  expect(document.openapi).toMatch(/^3\.1/);
  const registered = gateway.app.registeredRoutes
    .filter(({ method, url }) => url.startsWith('/api/') && method !== 'HEAD' && method !== 'OPTIONS')
    .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const inOrder = (names: Iterable<string>): string[] => [...names].sort((a, b) => a.localeCompare(b));
  expect(inOrder(documented)).toEqual(inOrder(new Set(registered)));
  for (const name of [
    'RunReport',
    'RunList',
    'RunAccepted',
    'RunProgress',
    'Problem',
    'Schedule',
    'Overview',
    'Sources',
    'Summary',
    'RejectList',
  ]) {
    expect(Object.keys(document.components.schemas)).toContain(name);
  }
});

test('the summary is searched, sorted and paged, to the last digit', async () => {
  const product = (productId: string, quantity: string, amount: string): object => ({ productId, quantity, amount });
  const [minus, seven, eight, seventy] = [
    product('-7', '1', '0.10'),
    product('7', '3', '10.35'),
    product('8', '4', '3.01'),
    product('70', '9223372036854775807', '999999999999999999.99'),
  ];
  expect(await json('/api/summary')).toEqual({ products: [minus, seven, eight, seventy], total: 4, next: null });
  expect(await json('/api/summary?q=7')).toEqual({ products: [seven, seventy], total: 2, next: null });
  expect(await json('/api/summary?sort=amount&order=desc&limit=2')).toEqual({ products: [seventy, seven], total: 4, next: 2 });
  expect(await json('/api/summary?sort=amount&order=desc&limit=2&offset=2')).toEqual({ products: [eight, minus], total: 4, next: null });
  // Not a pattern, but what an id begins with.
  expect(await json('/api/summary?q=7%25')).toEqual({ products: [], total: 0, next: null });
  expect((await gateway.api('GET', `/api/summary?q=${'7'.repeat(256)}`)).status).toBe(400);
});

test('the input folder is compared with the last run', async () => {
  const input = join(world.dataDir, 'input');
  const old = new Date('2026-01-01T00:00:00Z');
  const put = async (name: string, text: string, modified: Date = old): Promise<void> => {
    await writeFile(join(input, name), text);
    await utimes(join(input, name), modified, modified);
  };
  await put('same.csv', 'a');
  await put('changed.csv', 'bb', new Date('2026-03-01T00:00:00Z'));
  await put('new.csv', 'ccc');
  await put('copy.CSV.GZ', 'ccc');
  await put('other.csv', 'ddd');
  await put('.hidden.csv', 'x');
  await put('notes.txt', 'x');
  await mkdir(join(input, 'folder.csv'));
  await writeFile(bytePath(input, 'K\xf6ln.csv'), 'ccc');
  const { table, files, lastRun } = (await json('/api/sources')) as Sources;
  expect(table).toEqual({ name: 'online_sales', lastRows: 10 });
  expect(lastRun?.id).toBe(runId);
  expect(Object.fromEntries(files.map(({ name, status, lastRows, bytes, sameAs }) => [name, [status, lastRows, bytes, sameAs]]))).toEqual({
    'same.csv': ['unchanged', 4, 1, null],
    'changed.csv': ['changed', 1, 2, null],
    'copy.CSV.GZ': ['new', null, 3, null],
    'new.csv': ['duplicate', null, 3, 'copy.CSV.GZ'],
    'other.csv': ['new', null, 3, null],
    [String.raw`K\xf6ln.csv`]: ['refused', null, 3, null],
    'gone.csv': ['gone', 7, null, null],
  });
});

test('the overview tells what is published and whether it is fresh', async () => {
  const read = async (): Promise<Overview> => (await json('/api/overview')) as Overview;
  expect(await read()).toMatchObject({
    published: { id: runId, at: at(5), products: 3, quantity: '29', amount: '40.50' },
    freshness: { state: 'unknown', expectedAt: null },
    next: null,
    runs: [{ id: runId, rowsRead: 22, rowsRejected: 4, rejectRatio: 4 / 22, amount: '40.50' }],
  });
  await putSchedule(gateway.deps.database, { id: 'daily', cron: '0 0 * * *', tz: 'UTC', params: {}, paused: false, origin: 'api' });
  await world.mysql.query('UPDATE etl_schedules SET updated_at = ?', [new Date('2026-01-01T12:00:00Z')]);
  expect((await read()).freshness.state).toBe('stale');
  await world.mysql.query('UPDATE etl_published SET published_at = UTC_TIMESTAMP(3)');
  const { freshness, next } = await read();
  expect(freshness.state).toBe('fresh');
  expect(next?.scheduleId).toBe('daily');
  expect(next?.at).toMatch(/T00:00:00\.000Z$/);
});

test('metrics carry the figures of the ledger and the queues', async () => {
  const text = await (await gateway.api('GET', '/metrics')).text();
  for (const line of [
    /^retail_etl_runs\{state="published",service="gateway"\} 1$/m,
    /^retail_etl_runs\{state="failed",service="gateway"\} 0$/m,
    /^retail_etl_last_run_rows\{source="online_sales",outcome="accepted",service="gateway"\} 9$/m,
    /^retail_etl_last_run_rows\{source="store_sales",outcome="accepted",service="gateway"\} 9$/m,
    /^retail_etl_last_run_rejects\{source="store_sales",reason="malformed_row",service="gateway"\} 3$/m,
    /^retail_etl_last_run_stage_duration_seconds\{stage="extract",service="gateway"\} 2$/m,
    /^retail_etl_queue_jobs\{queue="runs",state="waiting",service="gateway"\} 0$/m,
    /^retail_etl_published_age_seconds\{service="gateway"\} \d/m,
    /^process_resident_memory_bytes\{service="gateway"\} \d/m,
  ]) {
    expect(text).toMatch(line);
  }
});

test('the summary of a run is searched, sorted and paged, to the last digit, whatever is published now', async () => {
  const path = `/api/runs/${runId}/summary`;
  expect((await gateway.api('GET', path)).status).toBe(404);
  const folders = runFolders(world.dataDir, runId);
  await mkdir(folders.results, { recursive: true });
  const lines = ['-7,1,0.10', '7,5,10.35', '70,9223372036854775807,999999999999999999.99', '71,5,3.01'];
  await writeFile(folders.summaryCsv('sales_summary'), `product_id,total_quantity,total_sale_amount\n${lines.join('\n')}\n`);
  const product = (line = ''): object => {
    const [productId, quantity, amount] = line.split(',');
    return { productId, quantity, amount };
  };
  const [minus, seven, seventy, last] = lines.map(product);
  const all = await json(path);
  expect(all).toEqual({ products: [minus, seven, seventy, last], total: 4, next: null });
  expect(() => check(Summary, all, path)).not.toThrow();
  expect(await json(`${path}?q=7&sort=quantity&order=asc`)).toEqual({ products: [seven, last, seventy], total: 3, next: null });
  expect(await json(`${path}?sort=amount&order=desc&limit=2`)).toEqual({ products: [seventy, seven], total: 4, next: 2 });
  expect(await json(`${path}?sort=amount&order=desc&limit=2&offset=2`)).toEqual({ products: [last, minus], total: 4, next: null });
  expect(await json(`${path}?q=7%25`)).toEqual({ products: [], total: 0, next: null });
  // The page asks for several at once; they wait for each other instead of being refused.
  const together = await Promise.all([1, 2, 3, 4, 5].map((limit) => gateway.api('GET', `${path}?limit=${limit}&order=desc`)));
  expect(together.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
});
