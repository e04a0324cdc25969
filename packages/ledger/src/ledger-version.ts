import { EtlError } from '@retail-etl/contracts';
import type { Connection, Database } from '@retail-etl/mysql';
import { type AppliedMigration, readMigrationLog } from './migration-log.js';
import { type Migration, readMigrations } from './migrations.js';

let shipped: readonly Migration[] | undefined;

/**
 * Returns if the ledger is the one that this version works with: each of its migrations is finished, and no other has been begun.
 * Throws LEDGER_OLDER if set-up has still to make or change it, LEDGER_NEWER if a later version has changed it, MYSQL_UNAVAILABLE or
 * MYSQL_REFUSED. `known` is for tests; default are the migrations that this version ships.
 */
export async function checkLedger(on: Database | Connection, known: readonly Migration[] = (shipped ??= readMigrations())): Promise<void> {
  const log = await readMigrationLog(on);
  refuseNewer(log ?? [], known);
  const finished = new Set(log?.filter(({ finishedAt }) => finishedAt !== null).map(({ number }) => number));
  const missing = known.filter(({ number }) => !finished.has(number));
  if (missing.length === 0) return;
  const found = log === undefined ? 'absent, or as version 0.1.0 made it' : `at version ${Math.max(0, ...finished)}`;
  throw new EtlError('LEDGER_OLDER', `the ledger in MySQL is ${found}; this service needs version ${known.length}: run set-up`);
}

/** Throws LEDGER_NEWER if a migration has been begun that is not known here: what it changes, this version cannot know. */
export function refuseNewer(log: readonly AppliedMigration[], known: readonly Migration[]): void {
  const newest = log.at(-1);
  if (newest === undefined || newest.number <= known.length) return;
  throw new EtlError(
    'LEDGER_NEWER',
    `the ledger in MySQL is at version ${newest.number} (${newest.name}, applied by ${newest.version}); this program knows versions up to ${known.length}`,
  );
}
