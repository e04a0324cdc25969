import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { escapeId } from 'mysql2';
import type { Connection } from '../database.js';
import { findMisfits, type Misfit } from './find-misfits.js';
import { findRepeatedProduct, foreignKeysOfKey, type FoundTarget, lookAtTarget } from './look-at-target.js';
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
  if (misfits.some(({ isHopeless }) => isHopeless))
    return [`RENAME TABLE ${TARGET} TO ${TARGET}_before`, summaryTableSql('CREATE TABLE', TARGET)];
  const foreignKeys = misfits.some(({ changesKeyType }) => changesKeyType) ? await foreignKeysOfKey(connection) : [];
  // Partitions ask for their columns in every unique key.
  const end = found.isPartitioned && misfits.some(({ addsKey }) => addsKey) ? ' REMOVE PARTITIONING' : '';
  return [
    ...(found.kind === 'SYSTEM VERSIONED' ? ['SET SESSION system_versioning_alter_history = KEEP'] : []),
    ...foreignKeys.map(({ table, name }) => `ALTER TABLE ${escapeId(table, true)} DROP FOREIGN KEY ${escapeId(name, true)}`),
    ...(isRepeated ? [REMOVE_REPEATED] : []),
    `ALTER TABLE ${TARGET} ${misfits.flatMap(({ clauses }) => clauses).join(', ')}${end}`,
  ];
}

/** Which of a product's rows is right nobody knows; the next run writes them all. */
const REMOVE_REPEATED = `DELETE FROM ${TARGET} WHERE ${key.name} IS NULL OR ${key.name} IN (SELECT ${key.name} FROM (SELECT ${key.name} FROM ${TARGET} GROUP BY ${key.name} HAVING COUNT(*) > 1) AS repeated)`;
