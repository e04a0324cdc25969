import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverUrl } from '../support/stack.js';
import { countLogLines } from './support/count-log-lines.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished, publishedSeq } from './support/oracle.js';
import { runUntil } from './support/run-until.js';

let stack: FaultStack;

async function publishedRun(): Promise<void> {
  await stack.source.change();
  const runId = await stack.trigger();
  await announce(stack, runId);
  await expectPublished(stack, await stack.waitFor(runId));
}

describe('PostgreSQL', () => {
  beforeAll(async () => {
    stack = await startFaultStack({ timeScale: 0.1, own: ['postgres'] });
  });
  afterAll(() => stack?.stop());

  test('is cut in the middle of the COPY', async () => {
    await stack.source.change();
    const cut = stack.proxies.postgres.extractor.cutAfterReceived(30_000);
    const runId = await stack.trigger();
    await announce(stack, runId);
    await cut;
    await expectPublished(stack, await stack.waitFor(runId));
  });

  /** Starts a run whose COPY waits for a lock, does something to it, and lets the lock go. */
  async function whileCopying(act: (pid: number) => Promise<unknown>): Promise<void> {
    await stack.source.change();
    const holder = await stack.postgres.connect();
    holder.on('error', () => undefined);
    let runId: string;
    try {
      await holder.query('BEGIN; LOCK TABLE online_sales IN ACCESS EXCLUSIVE MODE');
      runId = await stack.trigger();
      let pid: number | undefined;
      const look = async (): Promise<number | undefined> => {
        // Not on the holder: a transaction sees the sessions as they were at its first look.
        const { rows } = await stack.postgres.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'retail-etl' AND wait_event_type = 'Lock' LIMIT 1",
        );
        pid = rows[0]?.pid;
        return pid;
      };
      await expect.poll(look, { timeout: 30_000 }).toBeDefined();
      await act(pid!);
    } finally {
      await holder.query('ROLLBACK').catch(() => undefined);
      holder.release(true);
    }
    await announce(stack, runId);
    await expectPublished(stack, await stack.waitFor(runId));
  }

  test('cancels the COPY, as its statement timeout does', () =>
    whileCopying((pid) => stack.postgres.query('SELECT pg_cancel_backend($1)', [pid])));

  test('has a statement timeout of its own, shorter than reading takes: it does not count', async () => {
    const [role] = (await stack.postgres.query<{ name: string }>('SELECT quote_ident(current_user) AS name')).rows;
    await stack.postgres.query(`ALTER ROLE ${role!.name} SET statement_timeout = '1ms'`);
    try {
      await publishedRun();
    } finally {
      await stack.postgres.query(`ALTER ROLE ${role!.name} RESET statement_timeout`);
    }
  });

  test('ends the session', () => whileCopying((pid) => stack.postgres.query('SELECT pg_terminate_backend($1)', [pid])));

  test('is stopped in the middle of the COPY, and comes back later', () =>
    whileCopying(async () => {
      await stack.servers.postgres!.stop();
      await sleep(1_500);
      await stack.servers.postgres!.start();
      stack.reconnect();
    }));
});

describe('goes away without a word', () => {
  beforeAll(async () => {
    stack = await startFaultStack({ timeScale: 0.1 });
  });
  afterAll(() => stack?.stop());

  test('PostgreSQL, in the middle of the COPY', { timeout: 240_000 }, async () => {
    await stack.source.change();
    const silent = stack.proxies.postgres.extractor.silentAfterReceived(30_000);
    const runId = await stack.trigger();
    await announce(stack, runId);
    await silent;
    await expectPublished(stack, await stack.waitFor(runId, undefined, 180_000));
  });

  test.each([
    ['extractor', 'extract.after-chunk-manifest'],
    ['transformer', 'merge.after-summary-file'],
    ['loader', 'load.after-fence'],
    ['loader', 'load.before-commit'],
    ['loader', 'load.before-rename'],
  ] as const)('MySQL, while the %s is at %s', async (name, point) => {
    const runId = await runUntil(stack, name, point);
    stack.network('mysql', (proxy) => proxy.vanish());
    stack.services[name].signal('SIGCONT');
    await expectPublished(stack, await stack.waitFor(runId, undefined, 180_000));
  });

  test('nothing is left', () => expectNothingLeft(stack));
});

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
    await publishedRun();
    const reader = await stack.mysql.getConnection();
    await reader.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await reader.query('START TRANSACTION');
    const look = async (): Promise<unknown> =>
      (await reader.query('SELECT (SELECT seq FROM etl_published) AS run, s.* FROM sales_summary s ORDER BY product_id'))[0];
    const first = await look();
    for (let run = 0; run < 3; run += 1) {
      await publishedRun();
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
    expect((await stack.request('/api/runs', { method: 'POST', body: '{}' })).status).toBe(503);
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
    await publishedRun();
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

describe('Redis', () => {
  beforeAll(async () => {
    stack = await startFaultStack({ timeScale: 0.1 });
  });
  afterAll(() => stack?.stop());

  test.each([3, 60])('is stopped for %i s while nothing works', async (seconds) => {
    await stack.redis.stop();
    // The loss of a connection takes a moment to be noticed.
    await expect.poll(async () => (await stack.request('/readyz')).status, { timeout: 10_000 }).toBe(503);
    for (let second = 0; second < seconds; second += 1) {
      const startedMs = Date.now();
      expect((await stack.request('/api/runs', { method: 'POST', body: '{}' })).status).toBe(503);
      expect(Date.now() - startedMs).toBeLessThan(1_500);
      await sleep(1_000);
    }
    await stack.redis.start();
    await publishedRun();
  });

  test.each([
    ['extractor', 'extract.after-chunk-file', 3],
    ['transformer', 'transform.after-manifest', 6],
    ['loader', 'load.before-fence', 60],
  ] as const)('is stopped while the %s is at %s, for %i s', async (name, point, seconds) => {
    const runId = await runUntil(stack, name, point);
    await stack.redis.stop();
    stack.services[name].signal('SIGCONT');
    await sleep(seconds * 1_000);
    await stack.redis.start();
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('does not answer for a while', async () => {
    const runId = await runUntil(stack, 'transformer', 'transform.after-partial-file');
    stack.network('redis', (proxy) => proxy.hold());
    stack.services.transformer.signal('SIGCONT');
    await sleep(4_000);
    stack.network('redis', (proxy) => proxy.restore());
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('goes away without a word: nobody waits for it as long as the kernel would', async () => {
    const runId = await runUntil(stack, 'transformer', 'transform.after-partial-file');
    stack.network('redis', (proxy) => proxy.vanish());
    stack.services.transformer.signal('SIGCONT');
    await expectPublished(stack, await stack.waitFor(runId));
    await publishedRun();
  });

  test.each([
    ['gateway', 'start.after-claim'],
    ['extractor', 'plan.after-manifest'],
    ['extractor', 'extract.after-chunk-manifest'],
    ['extractor', 'extract.after-manifest'],
    ['transformer', 'transform.after-manifest'],
    ['transformer', 'merge.after-manifest'],
    ['loader', 'load.after-commit'],
    ['loader', 'load.after-state'],
  ] as const)('is wiped while the %s is at %s: the run goes on, or fails and says why', async (name, point) => {
    const before = await publishedSeq(stack);
    const put = await stack.request('/api/schedules/nightly', { method: 'PUT', body: JSON.stringify({ cron: '0 3 * * *', tz: 'UTC' }) });
    expect(put.status).toBeLessThan(300);
    const runId = await runUntil(stack, name, point);
    const redis = stack.redisClient();
    await redis.flushall();
    stack.services[name].signal('SIGCONT');
    const report = await stack.waitFor(runId);
    await expectPublished(stack, report);
    // History is the ledger's, and the schedule comes back.
    expect(await publishedSeq(stack)).toBeGreaterThanOrEqual(before);
    await expect.poll(() => redis.zrange('{retail-etl}:runs:repeat', 0, '-1'), { timeout: 30_000 }).toContain('nightly');
    redis.disconnect();
  });

  test('is full for a while: nothing spins, and the run goes on', async () => {
    const runId = await runUntil(stack, 'transformer', 'transform.after-partial-file');
    const redis = stack.redisClient();
    await redis.config('SET', 'maxmemory', '1mb');
    const lines = await countLogLines(stack);
    stack.services.transformer.signal('SIGCONT');
    await sleep(4_000);
    // A worker that asks without pause would write thousands of lines.
    expect((await countLogLines(stack)) - lines).toBeLessThan(400);
    await redis.config('SET', 'maxmemory', '512mb');
    redis.disconnect();
    await expectPublished(stack, await stack.waitFor(runId));
    await publishedRun();
  });

  test('nothing is left', () => expectNothingLeft(stack));
});
