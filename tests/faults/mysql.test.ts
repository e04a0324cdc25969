import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverUrl } from '../support/test-databases.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { expectNothingLeft, expectPublished } from './support/oracle.js';
import { publishedRun } from './support/published-run.js';
import { runUntil } from './support/run-until.js';

let stack: FaultStack;

describe('MySQL', () => {
  let admin: mysql.Pool;
  beforeAll(async () => {
    admin = mysql.createPool({ uri: serverUrl('MYSQL_URL'), connectionLimit: 1 });
    stack = await startFaultStack({ timeScale: 0.1 });
  });
  afterAll(async () => {
    await admin.query('SET GLOBAL read_only = 0');
    await admin.query('SET GLOBAL innodb_lock_wait_timeout = DEFAULT');
    await admin.end();
    await stack?.stop();
  });

  test.each(['load.after-staging', 'load.after-fence', 'load.before-commit', 'load.before-rename'] as const)(
    'is cut off from the loader at %s',
    async (point) => {
      const runId = await runUntil(stack, 'loader', point);
      stack.proxies.mysql.loader.cut();
      stack.services.loader.signal('SIGCONT');
      await expectPublished(stack, await stack.waitFor(runId));
    },
  );

  test('is away from every service for a while, then back', async () => {
    const runId = await runUntil(stack, 'transformer', 'merge.after-summary-file');
    stack.network('mysql', (proxy) => proxy.refuse());
    stack.services.transformer.signal('SIGCONT');
    const startedMs = Date.now();
    const answer = await stack.request('/api/runs', { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(Date.now() - startedMs).toBeLessThan(5_000);
    await sleep(4_000);
    stack.network('mysql', (proxy) => proxy.restore());
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('does not answer for a while', async () => {
    const runId = await runUntil(stack, 'loader', 'load.before-commit');
    stack.network('mysql', (proxy) => proxy.hold());
    stack.services.loader.signal('SIGCONT');
    await sleep(2_000);
    stack.network('mysql', (proxy) => proxy.restore());
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('chooses the publication as the victim of a deadlock', async () => {
    const runId = await runUntil(stack, 'loader', 'load.after-fence');
    const other = await stack.mysql.getConnection();
    // The server gives up the one that has changed less.
    await other.query('CREATE TABLE IF NOT EXISTS ballast (n INT) ENGINE=InnoDB');
    await other.query('BEGIN');
    await other.query(`INSERT INTO ballast VALUES ${Array.from({ length: 3_000 }, (_, n) => `(${n})`).join(',')}`);
    await other.query('SELECT * FROM sales_summary FOR UPDATE');
    const waiting = other.query('SELECT * FROM etl_published FOR UPDATE').then(
      () => 'got the lock',
      (error: { code: string }) => error.code,
    );
    await sleep(300);
    stack.services.loader.signal('SIGCONT');
    expect(await waiting).toBe('got the lock');
    await other.query('ROLLBACK');
    await other.query('DROP TABLE ballast');
    other.release();
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('gives up on a lock', async () => {
    await admin.query('SET GLOBAL innodb_lock_wait_timeout = 1');
    stack.proxies.mysql.loader.cut();
    const runId = await runUntil(stack, 'loader', 'load.before-fence');
    const holder = await stack.mysql.getConnection();
    await holder.query('BEGIN');
    await holder.query('SELECT * FROM etl_published FOR UPDATE');
    stack.services.loader.signal('SIGCONT');
    await sleep(3_000);
    expect((await stack.report(runId))?.state).toBe('loading');
    await holder.query('ROLLBACK');
    holder.release();
    await expectPublished(stack, await stack.waitFor(runId));
    await admin.query('SET GLOBAL innodb_lock_wait_timeout = DEFAULT');
  });

  test('shows a reader in one long transaction one version, and that reader keeps nobody from publishing', async () => {
    await publishedRun(stack);
    const reader = await stack.mysql.getConnection();
    await reader.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await reader.query('START TRANSACTION');
    const look = async (): Promise<unknown> =>
      (await reader.query('SELECT (SELECT seq FROM etl_published) AS run, s.* FROM sales_summary s ORDER BY product_id'))[0];
    const first = await look();
    for (let run = 0; run < 3; run += 1) {
      await publishedRun(stack);
      expect(await look()).toEqual(first);
    }
    await reader.query('COMMIT');
    expect(await look()).not.toEqual(first);
    reader.destroy();
  });

  test('is read-only for a while', async () => {
    const runId = await runUntil(stack, 'loader', 'load.after-staging');
    await admin.query('SET GLOBAL read_only = 1');
    stack.services.loader.signal('SIGCONT');
    await sleep(2_000);
    expect((await stack.report(runId))?.state).toBe('loading');
    const answer = await stack.request('/api/runs', { method: 'POST', body: '{}' });
    expect(await answer.json()).toMatchObject({ status: 503, code: 'MYSQL_READONLY' });
    await admin.query('SET GLOBAL read_only = 0');
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('a loader that hangs in its transaction does not keep the next one from publishing', async () => {
    const runId = await runUntil(stack, 'loader', 'load.before-commit');
    const second = await stack.addService('loader');
    await second.ready();
    await expectPublished(stack, await stack.waitFor(runId));
    stack.services.loader.signal('SIGCONT');
    await sleep(2_000);
    await expectPublished(stack, await stack.waitFor(runId));
    await second.stop();
    await publishedRun(stack);
  });

  test('nothing is left', () => expectNothingLeft(stack));
});

describe('MySQL of its own', () => {
  beforeAll(async () => {
    stack = await startFaultStack({ timeScale: 0.1, own: ['mysql'] });
  });
  afterAll(() => stack?.stop());

  test.each([
    ['transformer', 'merge.after-summary-file'],
    ['loader', 'load.before-commit'],
    ['loader', 'load.after-commit'],
    ['loader', 'load.before-rename'],
  ] as const)('dies and comes back while the %s is at %s', async (name, point) => {
    const runId = await runUntil(stack, name, point);
    await stack.servers.mysql!.kill();
    stack.services[name].signal('SIGCONT');
    await sleep(500);
    await stack.servers.mysql!.start();
    stack.reconnect();
    await expectPublished(stack, await stack.waitFor(runId));
  });
});
