import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damageFile } from './support/damage-file.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { expectNothingLeft, expectPublished, readTarget } from './support/oracle.js';
import { runUntil } from './support/run-until.js';

let stack: FaultStack;

describe('a staged file is damaged', () => {
  beforeAll(async () => {
    stack = await startFaultStack({ timeScale: 0.1 });
  });
  afterAll(() => stack?.stop());

  test.each([
    ['a chunk is cut short', 'extractor', 'extract.after-chunk-manifest', 'chunks', '.parquet', 'truncate'],
    ['a bit of a chunk is flipped', 'extractor', 'extract.after-chunk-manifest', 'chunks', '.parquet', 'flip'],
    ['the manifest of a chunk is cut short', 'extractor', 'extract.after-chunk-manifest', 'chunks', '.json', 'truncate'],
    ['the plan is cut short', 'extractor', 'plan.after-manifest', '', 'plan.json', 'truncate'],
    ['the manifest of a partition is cut short', 'extractor', 'extract.after-manifest', '', '.json', 'truncate'],
    ['a bit of a partial is flipped', 'transformer', 'transform.after-removal', 'partials', '.parquet', 'flip'],
    [
      'a bit of a partial is flipped before its digest is made',
      'transformer',
      'transform.after-partial-file',
      'partials',
      '.parquet',
      'flip',
    ],
    ['the manifest of a partial is cut short', 'transformer', 'transform.after-removal', 'partials', '.json', 'truncate'],
    ['a bit of the summary is flipped', 'transformer', 'merge.after-manifest', '', 'summary', 'flip'],
    ['a bit of the summary is flipped before its digest is made', 'transformer', 'merge.after-summary-file', '', 'summary', 'flip'],
    ['the manifest of the summary is cut short', 'transformer', 'merge.after-manifest', '', 'summary.json', 'truncate'],
  ] as const)('%s: it is never summed, and one retry heals it', async (_name, service, point, folder, ending, how) => {
    const before = await readTarget(stack);
    const runId = await runUntil(stack, service, point);
    await (ending === 'summary' ? damageSummary(runId) : damageFile(stack, runId, folder, ending, how));
    stack.services[service].signal('SIGCONT');
    const report = await stack.waitFor(runId);
    // A step that makes the damaged part itself may have noticed and made it again.
    if (report.state === 'failed') {
      // Damage that comes between a file's last byte and its digest is found by the books, or by DuckDB.
      expect(['STAGED_CORRUPT', 'BOOKS_UNBALANCED', 'INTERNAL'], stack.logs()).toContain(report.error?.code);
      expect(await readTarget(stack)).toEqual(before);
      expect((await stack.request(`/api/runs/${runId}/retry`, { method: 'POST' })).status).toBe(202);
    }
    await expectPublished(
      stack,
      await stack.waitFor(runId, ({ state, epoch }) => state === 'published' || (epoch > 1 && state === 'failed')),
    );
  });

  test('a chunk is cut short, and its partition is complete only after that has failed the run: one retry heals it', async () => {
    stack.services.transformer.signal('SIGSTOP');
    const runId = await runUntil(stack, 'extractor', 'extract.after-manifest');
    const staging = join(stack.dataDir, 'staging', runId);
    await damageFile(stack, runId, 'chunks', '.parquet', 'truncate');
    const manifests = new Map<string, Buffer>();
    for (const name of (await readdir(staging)).filter((each) => each.startsWith('extract-')))
      manifests.set(join(staging, name), await readFile(join(staging, name)));
    expect(manifests.size).toBeGreaterThan(0);
    for (const name of ['extractor', 'transformer'] as const) stack.services[name].signal('SIGCONT');
    expect((await stack.waitFor(runId)).error?.code).toBe('STAGED_CORRUPT');
    // The transform has forgotten the partition. An extractor that ends only now would publish it as it was.
    for (const [path, bytes] of manifests) await writeFile(path, bytes);
    expect((await stack.request(`/api/runs/${runId}/retry`, { method: 'POST' })).status).toBe(202);
    await expectPublished(
      stack,
      await stack.waitFor(runId, ({ state, epoch }) => state === 'published' || (epoch > 1 && state === 'failed')),
    );
  });

  test('a partial is one of an older version: it is not summed, and one retry makes it again', async () => {
    const runId = await runUntil(stack, 'transformer', 'transform.after-removal');
    const partials = join(stack.dataDir, 'staging', runId, 'partials');
    const name = (await readdir(partials)).find((each) => each.endsWith('.json'));
    const { format, ...older } = JSON.parse(await readFile(join(partials, name!), 'utf8')) as Record<string, unknown>;
    expect(format).toBeGreaterThan(1);
    await writeFile(join(partials, name!), JSON.stringify(older));
    stack.services.transformer.signal('SIGCONT');
    expect((await stack.waitFor(runId)).error?.code).toBe('STAGED_CORRUPT');
    expect((await stack.request(`/api/runs/${runId}/retry`, { method: 'POST' })).status).toBe(202);
    await expectPublished(stack, await stack.waitFor(runId, ({ state, epoch }) => epoch > 1 && ['published', 'failed'].includes(state)));
  });

  const damageSummary = async (runId: string): Promise<void> => {
    for (const ending of ['.csv', '.parquet']) await damageFile(stack, runId, '', ending, 'flip').catch(() => undefined);
  };

  test('nothing is left', () => expectNothingLeft(stack));
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('the volume of DATA_DIR is full (only root can make one)', () => {
  let volume: string;
  beforeAll(async () => {
    volume = mkdtempSync(join(tmpdir(), 'retail-etl-volume-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', volume]);
    stack = await startFaultStack({ timeScale: 0.1, dataDir: volume });
  });
  afterAll(async () => {
    await stack?.stop();
    execFileSync('umount', ['-l', volume]);
    rmSync(volume, { recursive: true, force: true });
  });

  test.each([
    ['extractor', 'plan.after-folders'],
    ['extractor', 'plan.after-attach'],
    ['transformer', 'merge.after-rejects'],
    // The loader then needs room for its copy of the summary.
    ['transformer', 'merge.after-manifest'],
  ] as const)('while the %s is at %s: the run waits, and goes on when there is room', async (name, point) => {
    const before = await readTarget(stack);
    const runId = await runUntil(stack, name, point);
    // What the sweep still has to remove would make room again.
    const staged = async (): Promise<string[]> => (await readdir(join(volume, 'staging'))).filter((folder) => folder !== '.spill');
    await expect.poll(staged, { timeout: 30_000 }).toEqual([runId]);
    const filler = join(volume, 'filler');
    await writeFile(filler, Buffer.alloc(4 << 20)).catch(() => undefined);
    stack.services[name].signal('SIGCONT');
    await sleep(1_500);
    const report = await stack.report(runId);
    expect(report?.error).toBeNull();
    expect(await readTarget(stack)).toEqual(before);
    await rm(filler);
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('nothing is left', () => expectNothingLeft(stack));
});
