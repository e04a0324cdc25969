import { EtlError } from '@retail-etl/contracts';
import type { SummaryShape } from '@retail-etl/sales';
import type { Connection } from '../database.js';
import { findMisfits, type Misfit } from './find-misfits.js';
import { changeOfKey } from './foreign-keys.js';
import { findRepeatedKey, type FoundTarget, hasRepeatedVersions, lacksKey, lookAtTarget } from './look-at-target.js';
import { sqlName } from '../sql-name.js';
import { keyNames, summaryTableSql } from './summary-table.js';

/**
 * Resolves if the target can hold every summary and be replaced in one transaction. Within a transaction it stays so until that ends. Throws
 * TARGET_UNFIT that names each column and key in the way and ends with the statements that change them, MYSQL_MISSING without a target.
 */
export async function checkTarget(connection: Connection, shape: SummaryShape): Promise<void> {
  const found = await lookAtTarget(connection, shape.name);
  const misfits = findMisfits(found, shape);
  if (misfits.length === 0) return;
  const repeated = misfits.some(({ addsKey }) => addsKey) ? await findRepeatedKey(connection, shape) : undefined;
  const whats = misfits.map(({ what }) => what);
  if (repeated !== undefined) whats.push(`${repeated.key} appears ${repeated.times} times`);
  const statements = await remedy(connection, shape, { found, misfits, isRepeated: repeated !== undefined });
  throw new EtlError(
    'TARGET_UNFIT',
    `${shape.name} does not fit: ${whats.join('; ')}. To change that: ${statements.map((each) => `${each};`).join(' ')}`,
  );
}

/** What is wrong with a table that is there. */
interface Finding {
  readonly found: FoundTarget;
  readonly misfits: readonly Misfit[];
  /** Whether a key has several rows. */
  readonly isRepeated: boolean;
}

async function remedy(connection: Connection, shape: SummaryShape, { found, misfits, isRepeated }: Finding): Promise<string[]> {
  const target = sqlName(shape.name);
  const before = shape.name === target ? `${target}_before` : sqlName(`${shape.name}_before`);
  const makeRoom = `RENAME TABLE ${target} TO ${before}`;
  if (misfits.some(({ isHopeless }) => isHopeless)) return [makeRoom, summaryTableSql('CREATE TABLE', shape.name, shape)];
  const addsKey = misfits.some(({ addsKey: adds }) => adds);
  const isVersioned = found.kind === 'SYSTEM VERSIONED';
  // Partitions ask for their columns in every unique key.
  const end = found.isPartitioned && addsKey ? ' REMOVE PARTITIONING' : '';
  const change = `ALTER TABLE ${target} ${misfits.flatMap(({ clauses }) => clauses).join(', ')}${end}`;
  // Deleted rows stay as old versions, which a key has to let in too. So the table makes room for one like it, and keeps them.
  if (isVersioned && addsKey && (isRepeated || (await hasRepeatedVersions(connection, shape, found))))
    return [makeRoom, `CREATE TABLE ${target} LIKE ${before}`, change];
  const keys = misfits.some(({ changesKeyType }) => changesKeyType) ? await changeOfKey(connection, shape) : { before: [], after: [] };
  return [
    ...(isVersioned ? ['SET SESSION system_versioning_alter_history = KEEP'] : []),
    ...keys.before,
    // The next run writes their sums to the products that they are then.
    ...misfits.flatMap(({ removes }) => (removes === undefined ? [] : [`DELETE FROM ${target} WHERE ${removes}`])),
    ...(isRepeated ? [removeRepeated(shape)] : []),
    change,
    ...keys.after,
  ];
}

/** Which of a key's rows is right nobody knows; the next run writes them all. */
function removeRepeated(shape: SummaryShape): string {
  const keys = keyNames(shape);
  const tuple = shape.keys.length === 1 ? keys : `(${keys})`;
  return `DELETE FROM ${sqlName(shape.name)} WHERE ${lacksKey(shape)} OR ${tuple} IN (SELECT ${keys} FROM (SELECT ${keys} FROM ${sqlName(shape.name)} GROUP BY ${keys} HAVING COUNT(*) > 1) AS repeated)`;
}
