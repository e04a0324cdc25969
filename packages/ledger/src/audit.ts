import { type Database, execute, select } from '@retail-etl/mysql';
import { fromJson } from './run-row.js';

export interface AuditEntry {
  /** Who: a user name, `api` for the bearer token, or the name that a failed login gave. */
  readonly actor: string;
  /** From which network address. */
  readonly address: string;
  /** What, such as `login`, `run.start` or `schedule.put`. */
  readonly action: string;
  /** Ids and parameters; never a secret. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditRow extends AuditEntry {
  readonly id: number;
  readonly at: Date;
}

/** Adds a line to the audit log. */
export async function writeAudit(database: Database, entry: AuditEntry): Promise<void> {
  await execute(
    database,
    'writing the audit log',
    'INSERT INTO etl_audit (at, actor, address, action, detail) VALUES (UTC_TIMESTAMP(3), ?, ?, ?, ?)',
    [entry.actor.slice(0, 255), entry.address.slice(0, 64), entry.action, JSON.stringify(entry.detail)],
  );
}

/** The audit log, newest first. */
export async function listAudit(database: Database, limit: number, beforeId?: number): Promise<AuditRow[]> {
  const rows = await select<{ id: number | string; at: Date; actor: string; address: string; action: string; detail: unknown }>(
    database,
    'reading the audit log',
    `SELECT id, at, actor, address, action, detail FROM etl_audit WHERE id < ? ORDER BY id DESC LIMIT ?`,
    [beforeId ?? Number.MAX_SAFE_INTEGER, limit],
  );
  return rows.map((row) => ({ ...row, id: Number(row.id), detail: fromJson<Record<string, unknown>>(row.detail) }));
}

/** Removes lines older than `days` by MySQL's clock, oldest first, at most `limit` a call. Returns how many are gone. */
export async function purgeAudit(database: Database, days: number, limit: number): Promise<number> {
  const { affectedRows } = await execute(
    database,
    'purging the audit log',
    'DELETE FROM etl_audit WHERE at < UTC_TIMESTAMP(3) - INTERVAL ? DAY ORDER BY at LIMIT ?',
    [days, limit],
  );
  return affectedRows;
}
