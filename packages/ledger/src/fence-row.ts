import { type Connection, type Database, execute, select } from '@retail-etl/mysql';
import type { Hold } from '@retail-etl/sales';

/** The `seq` of the run that the target shows. Locks the row, and so waits for a publication under way. */
export async function lockPublished(connection: Connection): Promise<number | undefined> {
  const [row] = await select<{ seq: number | string }>(
    connection,
    'reading what is published',
    'SELECT seq FROM etl_published WHERE id = 1 FOR UPDATE',
  );
  return row === undefined ? undefined : Number(row.seq);
}

/** Who holds back publications, since when; null if nobody does. */
export async function readHold(on: Database | Connection): Promise<Hold | null> {
  const [row] = await select<{ held_by: string | null; held_at: Date | null }>(
    on,
    'reading the hold',
    'SELECT held_by, held_at FROM etl_published WHERE id = 1',
  );
  return row === undefined || row.held_at === null ? null : { by: row.held_by ?? '', at: row.held_at.toISOString() };
}

/**
 * Holds back publications; one that is about to commit is waited for. A hold that is there stays as it is. True if it is new.
 */
export async function setHold(on: Database | Connection, by: string): Promise<boolean> {
  const { affectedRows } = await execute(
    on,
    'holding publications',
    'UPDATE etl_published SET held_by = ?, held_at = UTC_TIMESTAMP(3) WHERE id = 1 AND held_at IS NULL',
    [by.slice(0, 255)],
  );
  return affectedRows === 1;
}

/** Ends a hold. True if there was one. */
export async function releaseHold(database: Database): Promise<boolean> {
  const { affectedRows } = await execute(
    database,
    'releasing publications',
    'UPDATE etl_published SET held_by = NULL, held_at = NULL WHERE id = 1 AND held_at IS NOT NULL',
  );
  return affectedRows === 1;
}
