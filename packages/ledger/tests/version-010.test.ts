import { createSummaryTables } from '@retail-etl/mysql';
import {
  migrateLedger,
  cancelRun,
  checkLedger,
  claimAlerts,
  claimSlot,
  findSchedule,
  hasScheduledRunFor,
  listAudit,
  listRuns,
  listSchedules,
  putSchedule,
  readMigrationLog,
  readPublished,
  recordDelivered,
  recordRun,
  retryRun,
  toReport,
  writeAudit,
} from '@retail-etl/ledger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLedgerDatabase, describeSchema, type LedgerDatabase, loadVersion010 } from './ledger-database.js';

const TABLES = ['etl_runs', 'etl_slot', 'etl_published', 'etl_schedules', 'etl_alerts', 'etl_audit', 'sales_summary'];

let ledger: LedgerDatabase;
beforeEach(async () => {
  ledger = await createLedgerDatabase();
  await loadVersion010(ledger);
});
afterEach(() => ledger.drop());

const everything = async (): Promise<unknown[][]> => Promise.all(TABLES.map((table) => ledger.rows(`SELECT * FROM ${table} ORDER BY 1`)));

test('set-up takes over a ledger of version 0.1.0 without touching a row, and its tables are those of a new one', async () => {
  await expect(checkLedger(ledger.database)).rejects.toMatchObject({ code: 'LEDGER_OLDER' });
  const before = await everything();
  expect(before.map((rows) => rows.length)).toEqual([6, 1, 1, 3, 6, 12, 2]);
  await migrateLedger(ledger.database);
  await checkLedger(ledger.database);
  // Columns that are new are empty.
  const after = (await everything()) as Record<string, unknown>[][];
  const withoutNew = after.map((rows) => rows.map(({ held_at = null, held_by = null, ...row }) => (held_at ?? held_by) === null && row));
  expect(withoutNew).toEqual(before);
  expect((await readMigrationLog(ledger.database))?.every(({ finishedAt }) => finishedAt !== null)).toBe(true);

  const other = await createLedgerDatabase();
  // The dump has the target, too.
  await createSummaryTables(other.database);
  await migrateLedger(other.database);
  const [taken, made] = [await describeSchema(ledger), await describeSchema(other)];
  await other.drop();
  // MariaDB, which made the dump, keeps JSON as text, which has a character set; in MySQL it has none.
  const asText = (columns: unknown[]): unknown[] =>
    columns.map((column) => {
      const { COLUMN_TYPE, CHARACTER_SET_NAME, ...rest } = column as Record<string, unknown>;
      const isJson = COLUMN_TYPE === 'json' || COLUMN_TYPE === 'longtext';
      return isJson ? { ...rest, COLUMN_TYPE: 'json or longtext' } : { ...rest, COLUMN_TYPE, CHARACTER_SET_NAME };
    });
  expect(asText(taken.columns)).toEqual(asText(made.columns));
  expect(taken.indexes).toEqual(made.indexes);
});

test('its runs, schedules, alerts and audit log are read', async () => {
  await migrateLedger(ledger.database);
  const { database } = ledger;
  const runs = await listRuns(database, { limit: 200 });
  expect(runs.map(({ seq, state, epoch }) => [seq, state, epoch])).toEqual([
    [7, 'failed', 1],
    [5, 'published', 1],
    [4, 'cancelled', 1],
    [3, 'failed', 2],
    [2, 'previewed', 1],
    [1, 'published', 1],
  ]);
  const reports = runs.map((run) => toReport(run, { publishedSeq: 5, hasPlan: false }));
  expect(reports[1]).toMatchObject({
    params: { from: '2026-01-01', to: '2026-01-31' },
    trigger: { kind: 'api', by: 'api', late: false },
    totals: { rowsRead: 8, rowsAccepted: 4, rowsRejected: 4, products: 2, publishedAmount: '13.36' },
    published: { seq: 5 },
  });
  expect(reports[1]?.sources.map(({ file }) => file)).toEqual([null, 'filiale_köln.csv']);
  expect(reports[3]?.error).toMatchObject({ code: 'HEADER_INVALID', stage: 'extract' });
  expect(reports[3]?.alerts).toEqual([expect.stringContaining('failed by webhook: delivered')]);
  expect(await readPublished(database)).toEqual({ seq: 5, runId: runs[1]?.runId, at: new Date('2026-11-26T19:09:46.089Z') });

  expect((await listSchedules(database)).map(({ id, cron, tz, params, paused, origin }) => [id, cron, tz, params, paused, origin])).toEqual(
    [
      ['default', '30 2 * * *', 'Europe/Berlin', {}, false, 'environment'],
      ['paused', '*/5 * * * *', 'UTC', {}, true, 'api'],
      ['weekly', '0 6 * * 1', 'America/New_York', { dryRun: true }, false, 'api'],
    ],
  );
  const audit = await listAudit(database, 100);
  expect(audit.map(({ action }) => action)).toEqual([
    'run.start',
    'alert.test',
    'login.failed',
    'schedule.put',
    'schedule.put',
    'run.start',
    'run.cancel',
    'run.start',
    'run.retry',
    'run.start',
    'run.start',
    'run.start',
  ]);
  expect(audit[2]?.actor).toBe('Zoë');
});

test('work goes on where version 0.1.0 stopped', async () => {
  await migrateLedger(ledger.database);
  const { database } = ledger;
  // The alert that could not be delivered is still due.
  const [alert, ...more] = await claimAlerts(database, 'gateway-2', 10);
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ kind: 'failed', channel: 'webhook', attempts: 3, mayBeRepeat: false });
  if (alert !== undefined) await recordDelivered(database, alert, 'failed by webhook: delivered');
  expect(await claimAlerts(database, 'gateway-2', 10)).toEqual([]);

  // The key of the windowed run makes no second one, and numbers go on.
  const known = { params: { from: '2026-01-01', to: '2026-01-31' }, triggerKind: 'api', triggeredBy: 'api' } as const;
  expect(await recordRun(database, { ...known, idempotencyKey: 'api:nightly-7' })).toMatchObject({ created: false, run: { seq: 5 } });
  const { run, created } = await recordRun(database, { ...known, idempotencyKey: 'api:nightly-8' });
  expect(created).toBe(true);
  expect(run.seq).toBeGreaterThan(7);
  const retried = await retryRun(database, alert?.runId ?? '');
  expect(retried).toMatchObject({ seq: 7, state: 'queued', epoch: 2, findings: { alerts: ['failed by webhook: delivered'] } });
  expect(await claimSlot(database, run.runId, 1)).toBe('waiting');
  expect(await claimSlot(database, retried?.runId ?? '', 2)).toBe('claimed');
  expect(await cancelRun(database, retried?.runId ?? '')).toMatchObject({ state: 'cancelled' });
  expect(await claimSlot(database, run.runId, 1)).toBe('claimed');

  const weekly = await findSchedule(database, 'weekly');
  if (weekly !== undefined) await putSchedule(database, { ...weekly, paused: true });
  expect(await findSchedule(database, 'weekly')).toMatchObject({ paused: true, createdAt: weekly?.createdAt });
  expect(await hasScheduledRunFor(database, 'weekly', new Date('2026-11-23T11:00:00Z'))).toBe(false);
  await writeAudit(database, { actor: 'ada', address: '127.0.0.1', action: 'run.start', detail: {} });
  expect((await listAudit(database, 1))[0]).toMatchObject({ id: 13, actor: 'ada' });
});
