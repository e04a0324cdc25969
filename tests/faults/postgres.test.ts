import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectPublished } from './support/oracle.js';
import { publishedRun } from './support/published-run.js';

let stack: FaultStack;

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
      await publishedRun(stack);
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
