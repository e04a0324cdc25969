import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { RunReport } from '@retail-etl/sales';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COLUMNS, csvOf, declare, emptyInput, putAt, rowsOf } from '../support/declared-sources.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(async () => {
  await emptyInput(stack);
  await rm(join(stack.dataDir, 'kept'), { recursive: true, force: true });
});

const SALES = `sources: [{ name: shops, files: '**/*.csv', ${COLUMNS} }]\n`;
const csv = (...rows: string[]): string => ['sku,qty,total,day', ...rows, ''].join('\n');
/** Files younger than two seconds are not trusted. */
const age = (): Promise<void> => sleep(2_100);

const inputs = ({ inputs: found }: RunReport): unknown => found?.map(({ source: _source, ...counts }) => counts);
async function published(params: Parameters<Stack['run']>[0] = {}): Promise<RunReport> {
  const report = await stack.run(params);
  expect(report).toMatchObject({ state: 'published', error: null });
  return report;
}

test('files that are as an earlier run has read them are not read again; others are', async () => {
  await declare(stack, SALES);
  await putAt(stack, 'a.csv', csv('1,1,10.00,2026-02-01', '2,1,1.00,2026-02-01', 'x,1,1.00,2026-02-01'));
  await putAt(stack, 'b/b.csv', csv('1,2,5.50,2026-02-01'));
  await age();
  const first = await published();
  expect(inputs(first)).toEqual([{ reused: 0, read: 2, new: 2, changed: 0, gone: 0 }]);

  const second = await published();
  expect(inputs(second)).toEqual([{ reused: 2, read: 0, new: 0, changed: 0, gone: 0 }]);
  expect(second.sources).toEqual(first.sources);
  expect(second.totals).toEqual(first.totals);
  expect(second.changes).toEqual({ added: 0, changed: 0, removed: 0, unchanged: 2 });
  expect(await (await stack.request(`/api/runs/${second.id}/rejects`)).json()).toEqual(
    await (await stack.request(`/api/runs/${first.id}/rejects`)).json(),
  );
  expect(second.stages.find(({ name }) => name === 'extract')).toMatchObject({ jobs: 1 });

  await putAt(stack, 'c.csv', csv('3,1,7.00,2026-02-01'));
  const third = await published();
  expect(inputs(third)).toEqual([{ reused: 2, read: 1, new: 1, changed: 0, gone: 0 }]);
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['1|3|15.50', '2|1|1.00', '3|1|7.00']);

  await rm(join(stack.dataDir, 'input', 'b/b.csv'));
  await age();
  const fourth = await published();
  // Its companion is read again, because they shared a partition; the third was too young to be kept.
  expect(inputs(fourth)).toEqual([{ reused: 0, read: 2, new: 1, changed: 0, gone: 1 }]);
  expect(await csvOf(stack, 'sales_summary')).toEqual(['product_id,total_quantity,total_sale_amount', '1,1,10.00', '2,1,1.00', '3,1,7.00']);
});

test('a file that was changed in place to the same size, with its old time, is read again', async () => {
  await declare(stack, SALES);
  await putAt(stack, 'a.csv', csv('1,1,10.00,2026-02-01'));
  await age();
  await published();
  const path = join(stack.dataDir, 'input', 'a.csv');
  const { atime, mtime } = await stat(path);
  await writeFile(path, csv('1,1,99.00,2026-02-01'), { flag: 'r+' });
  await utimes(path, atime, mtime);
  await age();
  expect(Math.round((await stat(path)).mtimeMs)).toBe(mtime.getTime());
  expect(inputs(await published())).toEqual([{ reused: 0, read: 1, new: 0, changed: 1, gone: 0 }]);
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['1|1|99.00']);
});

test('another rule, window or name makes new partitions; a limit or a pattern that takes the same files does not', async () => {
  await declare(stack, SALES);
  await putAt(stack, 'a.csv', csv('1,1,10.00,2026-02-01', '1,1,5.00,2026-02-02'));
  await age();
  await published();
  const reused = async (params = {}): Promise<number | undefined> => (await published(params)).inputs?.[0]?.reused;
  expect(await reused()).toBe(1);
  expect(await reused({ to: '2026-02-01' })).toBe(0);
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['1|1|10.00']);
  expect(await reused({ to: '2026-02-01' })).toBe(1);
  expect(await reused()).toBe(1);
  await declare(stack, SALES.replace('files:', 'max_reject_ratio: 0.1, files:').replace('**/*.csv', '*.csv'));
  expect(await reused()).toBe(1);
  await declare(stack, SALES.replace('files:', "skip: [{ column: day, is: ['2026-02-02'] }], files:"));
  expect(await reused()).toBe(0);
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['1|1|10.00']);
  await declare(stack, SALES);
  await rename(join(stack.dataDir, 'input', 'a.csv'), join(stack.dataDir, 'input', 'z.csv'));
  await age();
  expect((await published()).inputs).toMatchObject([{ reused: 0, read: 1, new: 1, gone: 1 }]);
});

test('a fresh run reads everything, and tells of files that now have other sums', async () => {
  await declare(stack, SALES);
  await putAt(stack, 'a.csv', csv('1,1,10.00,2026-02-01'));
  await age();
  await published();
  const fresh = await published({ fresh: true });
  expect(inputs(fresh)).toEqual([{ reused: 0, read: 1, new: 0, changed: 0, gone: 0 }]);
  expect(fresh.freshDifferences).toBeUndefined();
  // As if an earlier release had read the file in another way.
  const manifest = await keptManifest();
  await reseal(manifest, (text) => text.replaceAll('10.000000', '11.000000'));
  const again = await published({ fresh: true });
  expect(again.freshDifferences).toEqual(['a.csv']);
  expect(inputs(await published())).toEqual([{ reused: 1, read: 0, new: 0, changed: 0, gone: 0 }]);
});

test('what is kept and damaged is found, and made again by a retry', async () => {
  await declare(stack, SALES);
  await putAt(stack, 'a.csv', csv('1,1,10.00,2026-02-01'));
  await age();
  await published();
  const folder = join(await keptManifest(), '..', 'partials');
  const parquet = (await readdir(folder)).find((name) => name.endsWith('.parquet'))!;
  const bytes = await readFile(join(folder, parquet));
  bytes[bytes.length >> 1]! ^= 0xff;
  await writeFile(join(folder, parquet), bytes);
  const failed = await stack.run();
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'STAGED_CORRUPT' }, retryable: true });
  const retried = await stack.request(`/api/runs/${failed.id}/retry`, { method: 'POST' });
  expect(retried.status).toBe(202);
  expect(await stack.ended(failed.id)).toMatchObject({ state: 'published', totals: { publishedAmount: '10.00' } });
  // A manifest that is no JSON any more is as if nothing were kept.
  await writeFile(await keptManifest(), '{');
  expect(inputs(await published())).toEqual([{ reused: 0, read: 1, new: 1, changed: 0, gone: 0 }]);
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['1|1|10.00']);
});

async function keptManifest(): Promise<string> {
  const partitions = join(stack.dataDir, 'kept', 'partitions');
  const [key] = await readdir(partitions);
  return join(partitions, key!, 'partition.json');
}

/** As if what is kept had been made so. */
async function reseal(path: string, change: (body: string) => string): Promise<void> {
  const body = change((JSON.parse(await readFile(path, 'utf8')) as { body: string }).body);
  await writeFile(path, JSON.stringify({ crc32: crc32(body), body }));
}
