import { type Database, execute, select, withTransaction } from '@retail-etl/mysql';
import { fromJson, type Run, selectRuns } from './run-row.js';
import { addFindings } from './run-state.js';

export type AlertChannel = 'webhook' | 'email';

export interface NewAlert {
  /** What happened, such as `failed:<run>:<epoch>`. With the channel it makes the row unique: two gateways that see it make one alert. */
  readonly key: string;
  readonly kind: 'failed' | 'rejects' | 'set_aside' | 'missed' | 'clock' | 'test';
  readonly channel: AlertChannel;
  readonly runId: string | null;
  readonly body: unknown;
}

export interface Alert extends NewAlert {
  readonly id: number;
  /** How often delivery was begun, this time included. */
  readonly attempts: number;
  /** True if an earlier claim ran out without a word: that gateway may have delivered it and could not record so. */
  readonly mayBeRepeat: boolean;
  /** The gateway that has claimed it. */
  readonly gateway: string;
}

/** A gateway that has claimed an alert has this long to deliver and record it; then another may take it. */
const CLAIM_SECONDS = 60;

export interface ClaimOptions {
  /** Only this alert; else all that are due but tests, which are for whoever asked. */
  readonly key?: string | undefined;
  /** Also alerts whose claim by another gateway has run out. Default true. */
  readonly takeOver?: boolean;
}

interface Row {
  id: number | string;
  alert_key: string;
  kind: NewAlert['kind'];
  channel: AlertChannel;
  run_id: string | null;
  body: unknown;
  attempts: number;
  claimed_by: string | null;
}

/** Records an alert to be delivered. False if it was already there. */
export async function addAlert(database: Database, alert: NewAlert): Promise<boolean> {
  const { affectedRows } = await execute(
    database,
    'recording an alert',
    `INSERT IGNORE INTO etl_alerts (alert_key, kind, channel, run_id, body, state, next_attempt_at, created_at)
     VALUES (?, ?, ?, ?, ?, 'pending', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [`${alert.key}:${alert.channel}`, alert.kind, alert.channel, alert.runId, JSON.stringify(alert.body)],
  );
  return affectedRows === 1;
}

/** What is watched for, such as `failed` on a channel, with what belongs to it, such as the ratio from which rejects are told. */
export interface Watch {
  readonly kind: 'failed' | 'rejects' | 'set_aside' | 'missed';
  readonly channel: AlertChannel;
  readonly detail?: string;
}

const keyOfWatch = ({ kind, channel, detail = '' }: Watch): string => `watch:${kind}:${detail}:${channel}`;

/**
 * Records since when each of these is watched for: `since`, by MySQL's clock, if it was not watched for until now. What is watched for no longer is
 * forgotten, and what waits to be told on a channel that is gone is given up, so that it is not told when the channel comes back.
 */
export async function recordWatches(database: Database, watches: readonly Watch[], since: Date): Promise<void> {
  const action = 'recording what alerts are for';
  const keys = watches.map(keyOfWatch);
  const channels = [...new Set(watches.map(({ channel }) => channel))];
  const listed = (names: readonly string[]): string => (names.length === 0 ? "''" : names.map(() => '?').join(', '));
  await execute(database, action, `DELETE FROM etl_alerts WHERE kind = 'watch' AND alert_key NOT IN (${listed(keys)})`, keys);
  await execute(
    database,
    action,
    `UPDATE etl_alerts SET state = 'failed', last_error = 'the channel was switched off'
     WHERE state = 'pending' AND kind <> 'test' AND channel NOT IN (${listed(channels)})
     AND created_at < ?`,
    [...channels, since],
  );
  for (const watch of watches) {
    await execute(
      database,
      action,
      `INSERT IGNORE INTO etl_alerts (alert_key, kind, channel, run_id, body, state, next_attempt_at, created_at)
       VALUES (?, 'watch', ?, NULL, '{}', 'watching', UTC_TIMESTAMP(3), ?)`,
      [keyOfWatch(watch), watch.channel, since],
    );
  }
}

/** Since when this is watched for; undefined if it is not. */
export async function watchedSince(database: Database, watch: Watch): Promise<Date | undefined> {
  const [row] = await select<{ created_at: Date }>(
    database,
    'reading what alerts are for',
    'SELECT created_at FROM etl_alerts WHERE alert_key = ?',
    [keyOfWatch(watch)],
  );
  return row?.created_at;
}

/** What happens to runs, and is told of each. */
export type RunWatch = Watch & { readonly kind: 'failed' | 'rejects' | 'set_aside' };

/** Which runs a kind of alert may be about. One that set files aside is told of whatever became of it. */
const ABOUT: Readonly<Record<RunWatch['kind'], string>> = {
  failed: "state = 'failed'",
  rejects: "state IN ('published', 'previewed')",
  set_aside: "state IN ('published', 'previewed', 'failed') AND JSON_CONTAINS_PATH(report, 'one', '$.sources[*].setAside')",
};

/** What makes one alert of what several gateways see. A retry reads the files that its run planned, so those set aside are told once a run. */
export function keyOfRunAlert(kind: RunWatch['kind'], { runId, epoch }: Pick<Run, 'runId' | 'epoch'>): string {
  return kind === 'set_aside' ? `${kind}:${runId}` : `${kind}:${runId}:${epoch}`;
}

/** The same in SQL, with the channel. */
const KEY_IN_SQL: Readonly<Record<RunWatch['kind'], string>> = {
  failed: "CONCAT('failed:', etl_runs.run_id, ':', etl_runs.epoch, ':', ?)",
  rejects: "CONCAT('rejects:', etl_runs.run_id, ':', etl_runs.epoch, ':', ?)",
  set_aside: "CONCAT('set_aside:', etl_runs.run_id, ':', ?)",
};

/** Runs of the last day that ended while this was watched for, and for which nobody has recorded an alert of this kind on this channel. */
export async function runsWithoutAlert(database: Database, watch: RunWatch): Promise<Run[]> {
  const { kind, channel } = watch;
  return selectRuns(
    database,
    'looking for runs to alert about',
    `${ABOUT[kind]} AND finished_at > UTC_TIMESTAMP(3) - INTERVAL 1 DAY
     AND finished_at >= (SELECT created_at FROM etl_alerts w WHERE w.alert_key = ?)
     AND NOT EXISTS (SELECT 1 FROM etl_alerts a WHERE a.alert_key = ${KEY_IN_SQL[kind]})
     ORDER BY seq DESC LIMIT 50`,
    [keyOfWatch(watch), channel],
  );
}

/** Takes up to `limit` due alerts for this gateway alone. */
export async function claimAlerts(database: Database, gateway: string, limit: number, options: ClaimOptions = {}): Promise<Alert[]> {
  const { key, takeOver = true } = options;
  return withTransaction(database, 'claiming alerts', async (connection) => {
    const rows = await select<Row>(
      connection,
      'claiming alerts',
      `SELECT id, alert_key, kind, channel, run_id, body, attempts, claimed_by FROM etl_alerts
       WHERE state = 'pending' AND next_attempt_at <= UTC_TIMESTAMP(3)
       AND (claimed_until IS NULL ${takeOver ? 'OR claimed_until < UTC_TIMESTAMP(3)' : ''})
       ${key === undefined ? "AND kind <> 'test'" : 'AND alert_key = ?'}
       ORDER BY next_attempt_at LIMIT ? FOR UPDATE`,
      key === undefined ? [limit] : [key, limit],
    );
    for (const row of rows) {
      await execute(
        connection,
        'claiming alerts',
        `UPDATE etl_alerts SET claimed_by = ?, claimed_until = UTC_TIMESTAMP(3) + INTERVAL ${CLAIM_SECONDS} SECOND, attempts = attempts + 1 WHERE id = ?`,
        [gateway, row.id],
      );
    }
    return rows.map((row) => ({
      id: Number(row.id),
      key: row.alert_key,
      kind: row.kind,
      channel: row.channel,
      runId: row.run_id,
      body: fromJson<unknown>(row.body),
      attempts: row.attempts + 1,
      // A recorded failure clears the claim, so a claim that is still there was never answered for.
      mayBeRepeat: row.claimed_by !== null,
      gateway,
    }));
  });
}

/**
 * Records a delivery, and shows it in the run's report. May be done again with the same note. It stands even if another gateway has taken
 * the alert meanwhile: it was delivered.
 */
export async function recordDelivered(database: Database, alert: Alert, note: string): Promise<void> {
  await withTransaction(database, 'recording a delivery', async (connection) => {
    await execute(
      connection,
      'recording a delivery',
      "UPDATE etl_alerts SET state = 'delivered', delivered_at = UTC_TIMESTAMP(3), last_error = NULL WHERE id = ?",
      [alert.id],
    );
    await noteInRun(connection, alert, note);
  });
}

/**
 * Records a failed delivery: to be tried again after `waitMs`, or given up (null). May be done again. Changes nothing if another gateway
 * has taken the alert meanwhile: how it ends is that one's to say.
 */
export async function recordUndelivered(
  database: Database,
  alert: Alert,
  reason: string,
  waitMs: number | null,
  note: string,
): Promise<void> {
  await withTransaction(database, 'recording a failed delivery', async (connection) => {
    const { affectedRows } = await execute(
      connection,
      'recording a failed delivery',
      `UPDATE etl_alerts SET state = ?, last_error = ?, claimed_by = NULL, claimed_until = NULL,
         next_attempt_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ? AND state = 'pending' AND claimed_by = ?`,
      [waitMs === null ? 'failed' : 'pending', reason.slice(0, 500), Math.ceil((waitMs ?? 0) / 1_000), alert.id, alert.gateway],
    );
    if (waitMs === null && affectedRows === 1) await noteInRun(connection, alert, note);
  });
}

async function noteInRun(connection: Parameters<typeof addFindings>[0], alert: Alert, note: string): Promise<void> {
  if (alert.runId === null) return;
  const [run] = await selectRuns(connection, 'noting an alert', 'run_id = ? FOR UPDATE', [alert.runId]);
  if (run === undefined || run.findings.alerts.includes(note)) return;
  await addFindings(connection, run.runId, { alerts: [...run.findings.alerts, note].slice(-20) });
}

/** How long a test may be on its way: with its claim over as well, nobody is left to say how it went. */
const TEST_AGE_MAX_SECONDS = 2 * CLAIM_SECONDS;

/** Ends test alerts whose gateway went away before it recorded how they went; whoever asked for them has had an error. */
export async function endAbandonedTests(database: Database): Promise<number> {
  const { affectedRows } = await execute(
    database,
    'ending tests of alerts',
    `UPDATE etl_alerts SET state = 'failed', claimed_by = NULL, claimed_until = NULL,
       last_error = 'not known: its gateway did not record whether the test was delivered'
     WHERE kind = 'test' AND state = 'pending' AND created_at < UTC_TIMESTAMP(3) - INTERVAL ${TEST_AGE_MAX_SECONDS} SECOND
     AND (claimed_until IS NULL OR claimed_until < UTC_TIMESTAMP(3))`,
  );
  return affectedRows;
}

/** Removes alerts older than `days` by MySQL's clock, oldest first, at most `limit` a call. Returns how many are gone. */
export async function purgeAlerts(database: Database, days: number, limit: number): Promise<number> {
  const { affectedRows } = await execute(
    database,
    'purging alerts',
    "DELETE FROM etl_alerts WHERE state NOT IN ('pending', 'watching') AND created_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY ORDER BY id LIMIT ?",
    [days, limit],
  );
  return affectedRows;
}
