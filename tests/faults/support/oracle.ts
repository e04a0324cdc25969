import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunReport } from '@retail-etl/sales';
import { expect } from 'vitest';
import type { FaultStack } from './fault-stack.js';

/** Says to the readers what they may see of the run from now on. Call it before the run can publish, with its sources in place. */
export async function announce(stack: FaultStack, runId: string): Promise<void> {
  const [rows] = await stack.mysql.query('SELECT seq FROM etl_runs WHERE run_id = ?', [runId]);
  stack.reader.expect(Number((rows as { seq: string }[])[0]?.seq), await stack.source.expected());
}

/** Says to the readers that every run of the ledger reads the sources as they now are: for runs that a schedule or a crowd made. */
export async function announceAll(stack: FaultStack): Promise<void> {
  const lines = await stack.source.expected();
  const [rows] = await stack.mysql.query('SELECT seq FROM etl_runs');
  for (const { seq } of rows as { seq: string }[]) stack.reader.expect(Number(seq), lines);
}

/** The run was published: the table, the CSV file and PostgreSQL's own sums are the same, and no reader saw anything else. */
export async function expectPublished(stack: FaultStack, report: RunReport): Promise<void> {
  expect(report.error, stack.logs()).toBeNull();
  expect(report.state, stack.logs()).toBe('published');
  const expected = await stack.source.expected();
  stack.reader.expect(report.seq, expected);
  expect(await readTarget(stack)).toEqual(expected);
  expect(await publishedSeq(stack)).toBe(report.seq);
  expect(await readCsv(stack)).toBe(['product_id,total_quantity,total_sale_amount', ...expected, ''].join('\n'));
  expect(stack.reader.problems()).toEqual([]);
}

export async function readTarget(stack: FaultStack): Promise<string[]> {
  const [rows] = await stack.mysql.query(
    "SELECT CONCAT_WS(',', product_id, total_quantity, total_sale_amount) AS line FROM sales_summary ORDER BY product_id",
  );
  return (rows as { line: string }[]).map(({ line }) => line);
}

export async function readCsv(stack: FaultStack): Promise<string> {
  return readFile(join(stack.dataDir, 'output', 'sales_summary.csv'), 'utf8');
}

export async function publishedSeq(stack: FaultStack): Promise<number> {
  const [rows] = await stack.mysql.query('SELECT seq FROM etl_published WHERE id = 1');
  return Number((rows as { seq: string }[])[0]?.seq);
}

/** Staged files of ended runs are swept once a minute, scaled; on a busy machine everything may take longer. */
const SWEPT_MS = 60_000;
const MARGIN_MS = 40_000;

/** Nothing of any run is left: no lock, job at work, staging folder, temporary file, slot or open transaction. `keep`: runs whose staging may stay. */
export async function expectNothingLeft(stack: FaultStack, keep: readonly string[] = []): Promise<void> {
  const deadline = Date.now() + SWEPT_MS * stack.timeScale * 1.2 + MARGIN_MS;
  const redis = stack.redisClient();
  try {
    for (;;) {
      const left = [...(await leftInRedis(redis)), ...(await leftOnDisk(stack, keep)), ...(await leftInMysql(stack))];
      if (left.length === 0) break;
      if (Date.now() > deadline) {
        expect(left, stack.logs()).toEqual([]);
        break;
      }
      await sleep(200);
    }
  } finally {
    redis.disconnect();
  }
  expect(stack.reader.problems()).toEqual([]);
  expect(stack.reader.looks()).toBeGreaterThan(0);
}

async function leftInRedis(redis: ReturnType<FaultStack['redisClient']>): Promise<string[]> {
  const left: string[] = [];
  for (const queue of ['runs', 'extract', 'transform', 'load']) {
    const key = (kind: string): string => `{retail-etl}:${queue}:${kind}`;
    for (const list of ['active', 'wait', 'paused']) {
      const jobs = (await redis.lrange(key(list), 0, 5)).filter((job) => !job.startsWith('0:'));
      left.push(...jobs.map((job) => `${queue}: ${job} is in ${list}`));
    }
    for (const set of ['delayed', 'waiting-children', 'prioritized']) {
      const jobs = (await redis.zrange(key(set), 0, '5')).filter((job) => !job.startsWith('repeat:'));
      left.push(...jobs.map((job) => `${queue}: ${job} is in ${set}`));
    }
  }
  return [...left, ...(await redis.keys('{retail-etl}:*:lock'))];
}

async function leftOnDisk(stack: FaultStack, keep: readonly string[]): Promise<string[]> {
  const files = async (folder: string): Promise<string[]> =>
    (await readdir(join(stack.dataDir, folder), { recursive: true, encoding: 'utf8' })).map((path) => `${folder}/${path}`);
  const staging = (await readdir(join(stack.dataDir, 'staging'))).filter((name) => name !== '.spill' && !keep.includes(name));
  const temporary = [...(await files('runs')), ...(await files('output'))].filter((path) => path.endsWith('.tmp'));
  return [...staging.map((run) => `staging/${run}`), ...temporary];
}

async function leftInMysql(stack: FaultStack): Promise<string[]> {
  const [slot] = await stack.mysql.query('SELECT seq FROM etl_slot WHERE seq IS NOT NULL');
  const [open] = await stack.mysql.query(
    `SELECT p.ID AS id, p.INFO AS info FROM information_schema.PROCESSLIST p
     JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID WHERE p.DB = ? AND t.trx_rows_locked > 0 AND p.TIME > 0`,
    [stack.database],
  );
  return [
    ...(slot as { seq: string }[]).map(({ seq }) => `the slot is held by run ${seq}`),
    ...(open as { id: number }[]).map(({ id }) => `session ${id} holds locks`),
  ];
}
