import { EtlError } from '@retail-etl/contracts';
import type { SummaryShape } from '@retail-etl/sales';
import { escapeId } from 'mysql2';
import { type Connection, select } from '../database.js';
import { sqlName } from '../sql-name.js';
import { keyNames } from './summary-table.js';

/** A column as `information_schema` tells of it. */
export interface FoundColumn {
  readonly name: string;
  /** As `SHOW CREATE TABLE` writes it, such as `decimal(20,4) unsigned`. */
  readonly type: string;
  /** Of a text; null for other types. */
  readonly collation: string | null;
  readonly isNullable: boolean;
  /** What a new row gets where nothing is given: null if nothing is, or, for a nullable column, NULL. MariaDB writes `NULL` for that. */
  readonly defaultText: string | null;
  /** Such as `auto_increment`, `VIRTUAL GENERATED`. */
  readonly extra: string;
  /** Of a generated column: how it is computed. `ROW END` is MariaDB's end of a row's version. */
  readonly generation: string | null;
}

/** A unique index, also the primary key, whose name is `PRIMARY`. */
export interface FoundIndex {
  readonly name: string;
  readonly parts: readonly FoundIndexPart[];
}

export interface FoundIndexPart {
  /** Null for an expression. */
  readonly column: string | null;
  /** True if only the column's first bytes count. */
  readonly isPrefix: boolean;
}

/** What there is under the target's name. */
export interface FoundTarget {
  /** `BASE TABLE`, `VIEW`, `SYSTEM VERSIONED`, `SEQUENCE`. */
  readonly kind: string;
  readonly engine: string | null;
  readonly isPartitioned: boolean;
  readonly columns: readonly FoundColumn[];
  readonly uniqueIndexes: readonly FoundIndex[];
}

const ACTION = 'looking at the target';
const HERE = 'TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?';

/**
 * Describes the target. Within a transaction nobody can alter it from here on, until the transaction ends: naming it takes the server's
 * lock on its definition. Throws MYSQL_MISSING without it, MYSQL_RIGHTS if the user may not read it.
 */
export async function lookAtTarget(connection: Connection, target: string): Promise<FoundTarget> {
  await select(connection, ACTION, `SELECT 1 FROM ${sqlName(target)} LIMIT 1`);
  const [table] = await select<{ kind: string; engine: string | null; options: string | null }>(
    connection,
    ACTION,
    `SELECT TABLE_TYPE AS kind, ENGINE AS engine, CREATE_OPTIONS AS options FROM information_schema.TABLES WHERE ${HERE}`,
    [target],
  );
  if (table === undefined) throw new EtlError('MYSQL_MISSING', `MySQL, ${ACTION}: information_schema does not show ${target}`);
  return {
    kind: table.kind,
    engine: table.engine,
    isPartitioned: table.options?.includes('partitioned') === true,
    columns: await columnsOf(connection, target),
    uniqueIndexes: await uniqueIndexesOf(connection, target),
  };
}

async function columnsOf(connection: Connection, target: string): Promise<FoundColumn[]> {
  const rows = await select<Omit<FoundColumn, 'isNullable'> & { nullable: string }>(
    connection,
    ACTION,
    `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, COLLATION_NAME AS collation, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS defaultText, EXTRA AS extra,
            GENERATION_EXPRESSION AS generation
     FROM information_schema.COLUMNS WHERE ${HERE} ORDER BY ORDINAL_POSITION`,
    [target],
  );
  return rows.map(({ nullable, ...column }) => ({ ...column, isNullable: nullable === 'YES' }));
}

async function uniqueIndexesOf(connection: Connection, target: string): Promise<FoundIndex[]> {
  const rows = await select<{ name: string; column: string | null; prefix: number | string | null }>(
    connection,
    ACTION,
    `SELECT INDEX_NAME AS name, COLUMN_NAME AS \`column\`, SUB_PART AS prefix
     FROM information_schema.STATISTICS WHERE ${HERE} AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
    [target],
  );
  const indexes = new Map<string, FoundIndexPart[]>();
  for (const { name, column, prefix } of rows) {
    const parts = indexes.get(name) ?? [];
    parts.push({ column, isPrefix: prefix !== null });
    indexes.set(name, parts);
  }
  return [...indexes].map(([name, parts]) => ({ name, parts }));
}

/** Keys with several rows, or rows without a key: which, and how many there are. */
export async function findRepeatedKey(connection: Connection, shape: SummaryShape): Promise<{ key: string; times: number } | undefined> {
  const [row] = await select<Record<string, string | number | null>>(
    connection,
    ACTION,
    `SELECT ${shape.keys.map(({ name }) => `CAST(${sqlName(name)} AS CHAR) AS ${name}_text`).join(', ')}, COUNT(*) AS times FROM ${sqlName(shape.name)}
     GROUP BY ${keyNames(shape)} HAVING COUNT(*) > 1 OR ${lacksKey(shape)} LIMIT 1`,
    [],
    'table',
  );
  if (row === undefined) return undefined;
  const values = shape.keys.map(({ name }) => `${name === 'product_id' ? 'product' : name} ${row[`${name}_text`] ?? 'NULL'}`);
  return { key: values.join(', '), times: Number(row['times']) };
}

/** SQL of whether a row has no value for one of the keys. */
export function lacksKey({ keys }: SummaryShape): string {
  return keys.map(({ name }) => `${sqlName(name)} IS NULL`).join(' OR ');
}

/** True if two versions of a key ended at the same moment, or one has none, so that the old versions allow no unique key. */
export async function hasRepeatedVersions(connection: Connection, shape: SummaryShape, { columns }: FoundTarget): Promise<boolean> {
  const end = columns.find(({ generation }) => generation === 'ROW END')?.name;
  const rows = await select(
    connection,
    ACTION,
    `SELECT 1 FROM ${sqlName(shape.name)} FOR SYSTEM_TIME ALL
     GROUP BY ${keyNames(shape)}, ${end === undefined ? 'ROW_END' : escapeId(end, true)} HAVING COUNT(*) > 1 OR ${lacksKey(shape)} LIMIT 1`,
    [],
    'table',
  );
  return rows.length > 0;
}
