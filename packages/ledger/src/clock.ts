import { type Connection, type Database, select } from '@retail-etl/mysql';

/** The time by MySQL's clock: the one clock that all processes share, and that every time in the ledger was written by. */
export async function readDatabaseTime(database: Database | Connection): Promise<Date> {
  const [row] = await select<{ now: Date }>(database, 'reading the time', 'SELECT UTC_TIMESTAMP(3) AS now');
  return (row as { now: Date }).now;
}

/**
 * How far this process's clock is ahead of MySQL's, in ms; negative if it is behind. Only what is certain counts: a difference that
 * waiting for the answer could explain is 0.
 */
export async function clockDifferenceMs(database: Database, now: () => number = Date.now): Promise<number> {
  const before = now();
  const theirs = (await readDatabaseTime(database)).getTime();
  const after = now();
  return before > theirs ? before - theirs : Math.min(0, after - theirs);
}
