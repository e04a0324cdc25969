import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HoldState, RunComparison, RunReport, Version, VersionList } from '@retail-etl/sales';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { COLUMNS, declare, emptyInput, putAt, rowsOf } from '../support/declared-sources.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(() => declare(stack, SALES));
afterEach(async () => {
  await emptyInput(stack);
  await hold(false);
});

const SALES = `
product: text
summaries:
  sales_daily: [sale_date, store, product_id]
sources:
  - name: shops
    files: '*.csv'
    ${COLUMNS.replace(' }', ", store: { file: '^([a-z]+)_' } }")}
`;

const csv = (...rows: string[]): string => ['sku,qty,total,day', ...rows, ''].join('\n');
const read = async <T>(path: string, status = 200): Promise<T> => {
  const response = await stack.request(path);
  expect(response.status, path).toBe(status);
  return (await response.json()) as T;
};
const publish = (id: string): Promise<RunReport> => stack.run({ publish: id });
const refusal = async (body: object): Promise<unknown> => {
  const response = await stack.request('/api/runs', { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as object) };
};
const hold = async (held: boolean): Promise<HoldState> => {
  const response = await stack.request('/api/hold', { method: 'PUT', body: JSON.stringify({ held }) });
  expect(response.status).toBe(200);
  return (await response.json()) as HoldState;
};

/** What people see: the tables, and the bytes of the files. */
async function shown(): Promise<Record<string, unknown>> {
  const names = ['sales_summary', 'sales_daily'];
  const tables = await Promise.all(names.map((name) => rowsOf(stack, name)));
  const files = await Promise.all(names.map((name) => readFile(join(stack.dataDir, 'output', `${name}.csv`), 'utf8')));
  return { tables, files };
}

/** Two runs: the second has a file more, a file less, and another amount in the third. */
async function twoVersions(): Promise<{ first: RunReport; second: RunReport; firstShown: unknown; secondShown: unknown }> {
  await putAt(stack, 'oslo_1.csv', csv('A,2,10.50,2026-02-01', 'B,1,1.00,2026-02-02', ',1,1.00,2026-02-02'));
  await putAt(stack, 'bergen_1.csv', csv('A,1,5.00,2026-02-01', 'C,4,4.00,2026-02-01'));
  const first = await stack.run();
  expect(first).toMatchObject({ state: 'published', error: null });
  const firstShown = await shown();
  await rm(join(stack.dataDir, 'input', 'bergen_1.csv'));
  await putAt(stack, 'oslo_1.csv', csv('A,2,10.75,2026-02-01', 'B,1,1.00,2026-02-02', ',1,1.00,2026-02-02'));
  await putAt(stack, 'tromso_1.csv', csv('D,3,100.00,2026-02-03'));
  const second = await stack.run();
  expect(second).toMatchObject({ state: 'published', error: null });
  return { first, second, firstShown, secondShown: await shown() };
}

test('an older version is published again to the byte, and runs are held back until that is released', async () => {
  const { first, second, firstShown, secondShown } = await twoVersions();
  expect(secondShown).not.toEqual(firstShown);

  const again = await publish(first.id);
  expect(again).toMatchObject({
    state: 'published',
    error: null,
    params: { publish: first.id },
    madeBy: { id: first.id, seq: first.seq },
    totals: first.totals,
    sources: first.sources,
    summaries: first.summaries,
    definition: first.definition,
    changes: { added: 1, changed: 1, removed: 1, unchanged: 1 },
  });
  expect(again.seq).toBeGreaterThan(second.seq);
  expect(await shown()).toEqual(firstShown);
  expect(await read(`/api/runs/${again.id}/rejects`)).toEqual(await read(`/api/runs/${first.id}/rejects`));

  const { hold: held } = await read<HoldState>('/api/hold');
  expect(held).toEqual({ by: expect.any(String), at: expect.any(String) });
  expect(await (await stack.request('/metrics')).text()).toMatch(/^retail_etl_publications_held\{service="gateway"\} 1$/m);
  const previewed = await stack.run();
  expect(previewed).toMatchObject({ state: 'previewed', error: null, held, published: null, totals: second.totals });
  expect(await shown()).toEqual(firstShown);

  // What was held can be published by hand, as approval; it is the newest, and the hold stays until somebody ends it.
  const approved = await publish(previewed.id);
  expect(approved).toMatchObject({ state: 'published', madeBy: { id: previewed.id } });
  expect(await shown()).toEqual(secondShown);
  expect(await read('/api/hold')).toEqual({ hold: held });
  expect(await hold(false)).toEqual({ hold: null });
  expect(await stack.run()).toMatchObject({ state: 'published', changes: { added: 0, changed: 0, removed: 0, unchanged: 3 } });
  const { entries } = await read<{ entries: { action: string; detail: object }[] }>('/api/audit?limit=50');
  expect(entries.map(({ action }) => action)).toEqual(expect.arrayContaining(['run.start', 'hold.set', 'hold.release']));
});

test('a dry run of a publication says what it would change, and holds nothing', async () => {
  const { first, secondShown } = await twoVersions();
  const dry = await stack.run({ publish: first.id, dryRun: true });
  expect(dry).toMatchObject({ state: 'previewed', changes: { added: 1, changed: 1, removed: 1, unchanged: 1 }, madeBy: { id: first.id } });
  expect(dry.held).toBeUndefined();
  expect(await read('/api/hold')).toEqual({ hold: null });
  expect(await shown()).toEqual(secondShown);
});

test('versions are listed with their figures, and with why one cannot be published', async () => {
  const { first, second } = await twoVersions();
  const failed = await stack.run({ from: '2031-01-01' });
  expect(failed.state).toBe('failed');
  const again = await publish(first.id);
  const { versions, retentionDays } = await read<VersionList>('/api/versions?limit=3');
  expect(retentionDays).toBe(30);
  expect(versions.map(({ id }) => id)).toEqual([again.id, second.id, first.id]);
  const [newest, middle, oldest] = versions as [Version, Version, Version];
  expect(newest).toMatchObject({ isPublished: true, keptUntil: null, madeBy: { id: first.id }, refusal: null });
  expect(middle).toMatchObject({ isPublished: false, madeBy: null, files: 2, products: 3, quantity: '6', amount: '111.75', refusal: null });
  const size = async (id: string): Promise<number> =>
    (await Promise.all(['sales_summary', 'sales_daily'].map((name) => readFile(join(stack.dataDir, 'runs', id, `${name}.csv`))))).join('')
      .length;
  expect(oldest.bytes).toBe(await size(first.id));
  expect(Date.parse(oldest.keptUntil!) - Date.parse(oldest.finishedAt!)).toBe(30 * 86_400_000);
  const { versions: older, next } = await read<VersionList>(`/api/versions?limit=1&before=${second.seq}`);
  expect({ ids: older.map(({ id }) => id), next }).toEqual({ ids: [first.id], next: first.seq });

  expect(await refusal({ publish: failed.id })).toMatchObject({ status: 409, code: 'VERSION_UNFIT' });
  expect(await refusal({ publish: first.id, from: '2026-01-01' })).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  expect(await refusal({ publish: '20200101T000000-000000' })).toMatchObject({ status: 404 });
  expect(await refusal({ publish: '../../x' })).toMatchObject({ status: 400 });
});

test('a version with other summaries than those that are published is refused until they are as they were', async () => {
  const { first } = await twoVersions();
  await declare(stack, SALES.replace('sale_date, store, product_id', 'store, product_id'));
  expect(await stack.run()).toMatchObject({ state: 'published' });
  expect(await refusal({ publish: first.id })).toMatchObject({
    status: 409,
    code: 'VERSION_UNFIT',
    message: expect.stringContaining('other names, keys or types'),
  });
  const { versions } = await read<VersionList>('/api/versions');
  expect(versions.find(({ id }) => id === first.id)?.refusal).toContain('other names, keys or types');
});

test('a kept version that is damaged or gone is never published', async () => {
  const { first, second, secondShown } = await twoVersions();
  const kept = join(stack.dataDir, 'runs', first.id, 'sales_daily.csv');
  await writeFile(kept, (await readFile(kept, 'utf8')).replace('10.50', '10.51'));
  expect(await publish(first.id)).toMatchObject({
    state: 'failed',
    error: { code: 'VERSION_UNFIT', message: expect.stringContaining(`version of run ${first.id}`) as string },
  });
  expect(await shown()).toEqual(secondShown);
  await hold(false);
  await writeFile(join(stack.dataDir, 'runs', first.id, 'version.json'), '{');
  expect(await refusal({ publish: first.id })).toMatchObject({ status: 409, code: 'VERSION_UNFIT' });
  expect((await read<VersionList>('/api/versions')).versions.find(({ id }) => id === first.id)).toMatchObject({
    bytes: null,
    refusal: expect.any(String),
  });
  // By files it can be compared all the same, and what is shown can be published.
  expect(await read(`/api/runs/${first.id}/compare/${second.id}`, 409)).toMatchObject({ code: 'VERSION_UNFIT' });
  expect((await read<RunComparison>(`/api/runs/${first.id}/compare/${second.id}?by=file`)).counts.changed).toBe(1);
  expect(await publish(second.id)).toMatchObject({ state: 'published' });
});

test('a version that no longer fits when its turn comes is refused then', async () => {
  const { first, second } = await twoVersions();
  await declare(stack, SALES.replace('sale_date, store, product_id', 'store, product_id'));
  expect(await stack.run()).toMatchObject({ state: 'published' });
  // As it was accepted before that run had ended.
  const id = second.id.replace(/......$/, 'abcdef');
  await stack.mysql.query(
    `INSERT INTO etl_runs (run_id, state, epoch, trigger_kind, triggered_by, late, params, report, created_at)
     SELECT ?, 'queued', 1, 'api', 'api', 0, ?, report, UTC_TIMESTAMP(3) FROM etl_runs WHERE run_id = ?`,
    [id, JSON.stringify({ publish: first.id }), first.id],
  );
  expect(await stack.ended(id)).toMatchObject({ state: 'failed', error: { code: 'VERSION_UNFIT' } });
});

test('two runs are compared by product, store, day and file, the largest difference first', async () => {
  const { first, second } = await twoVersions();
  const compare = (by: string, rest = ''): Promise<RunComparison> => read(`/api/runs/${first.id}/compare/${second.id}?by=${by}${rest}`);
  const rows = ({ rows: found }: RunComparison): unknown[] =>
    found.map(({ key, before, after, difference }) => [key, before?.amount ?? null, after?.amount ?? null, difference.amount]);

  const byProduct = await compare('product_id');
  expect(byProduct).toMatchObject({
    before: { id: first.id, seq: first.seq },
    after: { id: second.id, seq: second.seq },
    by: 'product_id',
    counts: { added: 1, removed: 1, changed: 1, unchanged: 1 },
    totals: {
      before: { quantity: '8', amount: '20.50' },
      after: { quantity: '6', amount: '111.75' },
      difference: { quantity: '-2', amount: '91.25' },
    },
    next: null,
  });
  expect((await compare('file')).possible).toEqual(byProduct.possible);
  expect(byProduct.possible.toSorted()).toEqual(['file', 'product_id', 'sale_date', 'store']);
  expect(rows(byProduct)).toEqual([
    ['D', null, '100.00', '100.00'],
    ['A', '15.50', '10.75', '-4.75'],
    ['C', '4.00', null, '-4.00'],
  ]);
  expect(rows(await compare('product_id', '&offset=1&limit=1'))).toEqual([['A', '15.50', '10.75', '-4.75']]);
  expect((await compare('product_id', '&limit=1')).next).toBe(1);
  expect(rows(await compare('store'))).toEqual([
    ['tromso', null, '100.00', '100.00'],
    ['bergen', '9.00', null, '-9.00'],
    ['oslo', '11.50', '11.75', '0.25'],
  ]);
  expect(rows(await compare('sale_date'))).toEqual([
    ['2026-02-03', null, '100.00', '100.00'],
    ['2026-02-01', '19.50', '10.75', '-8.75'],
  ]);
  const byFile = await compare('file');
  expect(rows(byFile)).toEqual([
    ['tromso_1.csv', null, '100.000000', '100.000000'],
    ['bergen_1.csv', '9.000000', null, '-9.000000'],
    ['oslo_1.csv', '11.500000', '11.750000', '0.250000'],
  ]);
  expect(byFile.counts).toEqual({ added: 1, removed: 1, changed: 1, unchanged: 0 });

  expect(await read(`/api/runs/${first.id}/compare/${second.id}?by=group`, 409)).toMatchObject({ code: 'VERSION_UNFIT' });
  expect(await read(`/api/runs/${first.id}/compare/${second.id}?by=x%22y`, 400)).toMatchObject({ code: 'REQUEST_INVALID' });
  expect((await read<RunComparison>(`/api/runs/${second.id}/compare/${second.id}`)).rows).toEqual([]);
});
