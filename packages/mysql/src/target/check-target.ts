import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';
import type { Connection } from '../database.js';
import { findMisfits, type Misfit } from './find-misfits.js';
import { changeOfKey } from './foreign-keys.js';
import { findRepeatedProduct, type FoundTarget, hasRepeatedVersions, lookAtTarget } from './look-at-target.js';
import { summaryTableSql } from './summary-table.js';

const { name: TARGET, key } = SALES_SUMMARY;

/**
 * Resolves if the target can hold every summary and be replaced in one transaction. Within a transaction it stays so until that ends. Throws
 * TARGET_UNFIT that names each column and key in the way and ends with the statements that change them, MYSQL_MISSING without a target.
 */
export async function checkTarget(connection: Connection): Promise<void> {
  const found = await lookAtTarget(connection);
  const misfits = findMisfits(found);
  if (misfits.length === 0) return;
  const repeated = misfits.some(({ addsKey }) => addsKey) ? await findRepeatedProduct(connection) : undefined;
  const whats = misfits.map(({ what }) => what);
  if (repeated !== undefined) whats.push(`product ${repeated.product ?? 'NULL'} appears ${repeated.times} times`);
  const statements = await remedy(connection, found, misfits, repeated !== undefined);
  throw new EtlError(
    'TARGET_UNFIT',
    `${TARGET} does not fit: ${whats.join('; ')}. To change that: ${statements.map((each) => `${each};`).join(' ')}`,
  );
}

async function remedy(connection: Connection, found: FoundTarget, misfits: readonly Misfit[], isRepeated: boolean): Promise<string[]> {
  if (misfits.some(({ isHopeless }) => isHopeless)) return [MAKE_ROOM, summaryTableSql('CREATE TABLE', TARGET)];
  const addsKey = misfits.some(({ addsKey: adds }) => adds);
  const isVersioned = found.kind === 'SYSTEM VERSIONED';
  // Partitions ask for their columns in every unique key.
  const end = found.isPartitioned && addsKey ? ' REMOVE PARTITIONING' : '';
  const change = `ALTER TABLE ${TARGET} ${misfits.flatMap(({ clauses }) => clauses).join(', ')}${end}`;
  // Deleted rows stay as old versions, which a key has to let in too. So the table makes room for one like it, and keeps them.
  if (isVersioned && addsKey && (isRepeated || (await hasRepeatedVersions(connection, found))))
    return [MAKE_ROOM, `CREATE TABLE ${TARGET} LIKE ${BEFORE}`, change];
  const keys = misfits.some(({ changesKeyType }) => changesKeyType) ? await changeOfKey(connection) : { before: [], after: [] };
  return [
    ...(isVersioned ? ['SET SESSION system_versioning_alter_history = KEEP'] : []),
    ...keys.before,
    ...(isRepeated ? [REMOVE_REPEATED] : []),
    change,
    ...keys.after,
  ];
}

const BEFORE = `${TARGET}_before`;
const MAKE_ROOM = `RENAME TABLE ${TARGET} TO ${BEFORE}`;

/** Which of a product's rows is right nobody knows; the next run writes them all. */
const REMOVE_REPEATED = `DELETE FROM ${TARGET} WHERE ${key.name} IS NULL OR ${key.name} IN (SELECT ${key.name} FROM (SELECT ${key.name} FROM ${TARGET} GROUP BY ${key.name} HAVING COUNT(*) > 1) AS repeated)`;
