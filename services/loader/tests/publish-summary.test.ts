import { EtlError } from '@retail-etl/contracts';
import { cancelRun, failRun, hasPublished, readPublished, retryRun, type Run } from '@retail-etl/ledger';
import { type Connection, type Database, execute, openDatabase, withConnection } from '@retail-etl/mysql';
import { SALES_SUMMARY } from '@retail-etl/sales';
import type { RowDataPacket } from 'mysql2';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ERROR, LedgerRuns } from '../../../packages/ledger/tests/ledger-runs.js';
import { publishSummary } from '../src/publish-summary.js';
import type { RunSummary, Target } from '../src/targets/target.js';
import { CommitProxy } from './commit-proxy.js';

let ledger: LedgerRuns;
let proxy: CommitProxy;
/** By way of the proxy. */
let database: Database;
let connection: Connection;
let run: Run;

beforeAll(async () => {
  ledger = await LedgerRuns.open();
  await ledger.sql.query('CREATE TABLE shown (target VARCHAR(20), path VARCHAR(100)) ENGINE=InnoDB');
});
beforeEach(async () => {
  await ledger.empty();
  await ledger.sql.query("DELETE FROM shown; INSERT INTO shown VALUES ('old', '/old.csv')");
  run = await ledger.addHolder({ state: 'loading' });
  proxy = await CommitProxy.open(ledger.url);
  database = openDatabase(proxy.url);
  // As the loader takes it: with its session set.
  await withConnection(database, 'connecting', () => Promise.resolve());
  connection = await database.getConnection();
});
afterEach(async () => {
  connection.destroy();
  await database.end();
  await proxy.close();
});
afterAll(() => ledger.drop());

const CHANGES = { added: 1, changed: 2, removed: 3, unchanged: 4 };
const SUMMARY: RunSummary = {
  path: '/new.csv',
  shape: SALES_SUMMARY,
  file: { name: 'summary.csv', bytes: 1, crc32: 2 },
  products: 1,
  quantity: '1',
  amount: '1.000000',
  publishedAmount: '1.00',
};

/** A target that replaces what is shown under `name`; `before` is done first. */
function tableTarget(name: string, before: () => Promise<unknown> = () => Promise.resolve()): Target {
  return {
    name,
    stage: () => Promise.resolve(),
    compare: () => Promise.resolve(null),
    async publish({ path }) {
      await before();
      await execute(connection, 'publishing', "DELETE FROM shown WHERE target = 'old'");
      await execute(connection, 'publishing', 'INSERT INTO shown VALUES (?, ?)', [name, path]);
    },
    finish: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}

const publish = async (targets: readonly Target[], epoch = 1): Promise<unknown> =>
  publishSummary(
    targets.map((target) => ({ target, summary: SUMMARY })),
    { connection, database, data: { runId: run.runId, epoch }, findings: { changes: CHANGES } },
  );

/** What readers see in the targets. */
async function shown(): Promise<unknown[]> {
  const [rows] = await ledger.sql.query<RowDataPacket[]>('SELECT target, path FROM shown ORDER BY target');
  return rows.map((row) => ({ ...row }));
}

const OLD = [{ target: 'old', path: '/old.csv' }];
const NEW = [{ target: 'one', path: '/new.csv' }];

/** Readers see what they saw, the fence is where it was, and no transaction is left open. */
async function expectNothing(published = 0): Promise<void> {
  expect(await shown()).toEqual(OLD);
  expect(await readPublished(ledger.database)).toMatchObject({ seq: published });
  // Waits for whoever still holds the fence, and would not come back.
  expect(await hasPublished(ledger.database, published)).toBe(true);
}

async function expectPublished(): Promise<void> {
  expect(await shown()).toEqual(NEW);
  expect(await readPublished(ledger.database)).toMatchObject({ seq: run.seq, runId: run.runId });
  const now = await ledger.find(run);
  expect(now).toMatchObject({ state: 'loading', finishedAt: null, findings: { changes: CHANGES } });
  expect(now.committedAt).not.toBeNull();
}

test('all targets, the fence and the run change with one commit, which ends the transaction', async () => {
  await publish([
    tableTarget('one', async () => expect(await shown()).toEqual(OLD)),
    tableTarget('two', async () => expect(await shown()).toEqual(OLD)),
  ]);
  expect(await shown()).toEqual([...NEW, { target: 'two', path: '/new.csv' }]);
  expect(await readPublished(ledger.database)).toMatchObject({ seq: run.seq, runId: run.runId });
  expect(await ledger.find(run)).toMatchObject({ state: 'loading', findings: { changes: CHANGES } });
  const [open] = await connection.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS open FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id = CONNECTION_ID()',
  );
  expect(Number(open[0]?.['open'])).toBe(0);
});

test('a session that holds the fence ends when it falls silent', async () => {
  await connection.query('SET SESSION wait_timeout = 28000');
  await publish([tableTarget('one')]);
  const [rows] = await connection.query<RowDataPacket[]>('SELECT @@SESSION.wait_timeout AS seconds');
  expect(Number(rows[0]?.['seconds'])).toBe(30);
});

test.each([1, 0])('the fence lets no run pass after one that is %i newer or itself, before any target is touched', async (newer) => {
  await ledger.publish(run.seq + newer);
  let touched = 0;
  const target = tableTarget('one', async () => {
    touched += 1;
  });
  await expect(publish([target])).rejects.toMatchObject({ code: 'SUPERSEDED' });
  expect(touched).toBe(0);
  await expectNothing(run.seq + newer);
  expect(await ledger.find(run)).toEqual(run);
});

test.each([
  ['an error with a code', new EtlError('BOOKS_UNBALANCED', 'other sums'), { code: 'BOOKS_UNBALANCED', message: 'other sums' }],
  ["the driver's", Object.assign(new Error('gone'), { code: 'ECONNRESET' }), { code: 'MYSQL_UNAVAILABLE' }],
])('when a target throws %s, what the ones before it did is rolled back', async (_what, thrown, expected) => {
  const broken = tableTarget('two', () => Promise.reject(thrown));
  await expect(publish([tableTarget('one'), broken])).rejects.toMatchObject(expected);
  await expectNothing();
  expect(await ledger.find(run)).toEqual(run);
  // The connection can publish again.
  await publish([tableTarget('one')]);
  await expectPublished();
});

test('a connection that is lost in a target changes nothing, and the loss is what is reported', async () => {
  const lost = tableTarget('one', async () => ledger.sql.query(`KILL ${connection.threadId}`));
  await expect(publish([lost])).rejects.toMatchObject({
    code: 'MYSQL_UNAVAILABLE',
    message: expect.stringContaining('MySQL, publishing') as string,
  });
  await expectNothing();
});

test.each([
  ['was cancelled', async () => cancelRun(ledger.database, run.runId)],
  ['has failed', async () => failRun(ledger.database, run.runId, 1, ERROR)],
  [
    'goes on under the next epoch',
    async () => {
      await failRun(ledger.database, run.runId, 1, ERROR);
      await retryRun(ledger.database, run.runId);
    },
  ],
])('a run that %s while its targets are filled is not published', async (_how, end) => {
  await expect(publish([tableTarget('one', end)])).rejects.toMatchObject({ code: 'RUN_STATE' });
  await expectNothing();
  const now = await ledger.find(run);
  expect(now).toMatchObject({ committedAt: null, findings: { changes: null } });
});

test('a COMMIT whose reply is lost has been done, and the ledger says so', async () => {
  proxy.loseNext('reply');
  await publish([tableTarget('one')]);
  await expectPublished();
});

test('a COMMIT that is lost itself has not been done, and is reported', async () => {
  proxy.loseNext('statement');
  await expect(publish([tableTarget('one')])).rejects.toMatchObject({
    code: 'MYSQL_UNAVAILABLE',
    message: expect.stringContaining('committing') as string,
  });
  await expectNothing();
  expect(await ledger.find(run)).toEqual(run);
});

test('an unknown run is a fault of the program, and no target is touched', async () => {
  await ledger.sql.query('DELETE FROM etl_runs');
  await expect(publish([tableTarget('one')])).rejects.toMatchObject({ code: 'INTERNAL' });
  await expectNothing();
});
