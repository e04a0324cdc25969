import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { escapeId } from 'mysql2';
import { type Connection, select } from '../database.js';

/** A column as `information_schema` tells of it. */
export interface FoundColumn {
  readonly name: string;
  /** As `SHOW CREATE TABLE` writes it, such as `decimal(20,4) unsigned`. */
  readonly type: string;
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

const { name: TARGET, key } = SALES_SUMMARY;
const ACTION = 'looking at the target';
const HERE = `TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${TARGET}'`;

/**
 * Describes the target. Within a transaction nobody can alter it from here on, until the transaction ends: naming it takes the server's
 * lock on its definition. Throws MYSQL_MISSING without it, MYSQL_RIGHTS if the user may not read it.
 */
export async function lookAtTarget(connection: Connection): Promise<FoundTarget> {
  await select(connection, ACTION, `SELECT 1 FROM ${TARGET} LIMIT 1`);
  const [table] = await select<{ kind: string; engine: string | null; options: string | null }>(
    connection,
    ACTION,
    `SELECT TABLE_TYPE AS kind, ENGINE AS engine, CREATE_OPTIONS AS options FROM information_schema.TABLES WHERE ${HERE}`,
  );
  if (table === undefined) throw new EtlError('MYSQL_MISSING', `MySQL, ${ACTION}: information_schema does not show ${TARGET}`);
  return {
    kind: table.kind,
    engine: table.engine,
    isPartitioned: table.options?.includes('partitioned') === true,
    columns: await columnsOf(connection),
    uniqueIndexes: await uniqueIndexesOf(connection),
  };
}

async function columnsOf(connection: Connection): Promise<FoundColumn[]> {
  const rows = await select<Omit<FoundColumn, 'isNullable'> & { nullable: string }>(
    connection,
    ACTION,
    `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS defaultText, EXTRA AS extra,
            GENERATION_EXPRESSION AS generation
     FROM information_schema.COLUMNS WHERE ${HERE} ORDER BY ORDINAL_POSITION`,
  );
  return rows.map(({ nullable, ...column }) => ({ ...column, isNullable: nullable === 'YES' }));
}

async function uniqueIndexesOf(connection: Connection): Promise<FoundIndex[]> {
  const rows = await select<{ name: string; column: string | null; prefix: number | string | null }>(
    connection,
    ACTION,
    `SELECT INDEX_NAME AS name, COLUMN_NAME AS \`column\`, SUB_PART AS prefix
     FROM information_schema.STATISTICS WHERE ${HERE} AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
  );
  const indexes = new Map<string, FoundIndexPart[]>();
  for (const { name, column, prefix } of rows) {
    const parts = indexes.get(name) ?? [];
    parts.push({ column, isPrefix: prefix !== null });
    indexes.set(name, parts);
  }
  return [...indexes].map(([name, parts]) => ({ name, parts }));
}

/** A product with several rows, or rows without a product: how many there are. */
export async function findRepeatedProduct(connection: Connection): Promise<{ product: string | null; times: number } | undefined> {
  const [row] = await select<{ product: string | null; times: number | string }>(
    connection,
    ACTION,
    `SELECT CAST(${key.name} AS CHAR) AS product, COUNT(*) AS times FROM ${TARGET}
     GROUP BY ${key.name} HAVING COUNT(*) > 1 OR product IS NULL LIMIT 1`,
    [],
    'table',
  );
  return row === undefined ? undefined : { product: row.product, times: Number(row.times) };
}

/** True if two versions of a product ended at the same moment, or one has no product, so that the old versions allow no key on it. */
export async function hasRepeatedVersions(connection: Connection, { columns }: FoundTarget): Promise<boolean> {
  const end = columns.find(({ generation }) => generation === 'ROW END')?.name;
  const rows = await select(
    connection,
    ACTION,
    `SELECT 1 FROM ${TARGET} FOR SYSTEM_TIME ALL
     GROUP BY ${key.name}, ${end === undefined ? 'ROW_END' : escapeId(end, true)} HAVING COUNT(*) > 1 OR ${key.name} IS NULL LIMIT 1`,
    [],
    'table',
  );
  return rows.length > 0;
}
