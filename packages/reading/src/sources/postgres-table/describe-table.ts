import { EtlError } from '@retail-etl/contracts';
import { columnKey, type SourceDefinition } from '@retail-etl/sales';
import type { Client } from 'pg';
import { matchColumns } from '../../codec/csv/dialect.js';
import { type FoundColumn, refuseInexact, type TablePlace } from './inexact-columns.js';
import { postgresError } from './postgres-error.js';
import { refuseHiddenRows } from './row-security.js';

/** What to read, and whether rows that the role must not see may be missing. */
export interface TableRequest {
  readonly table: string;
  readonly definition: SourceDefinition;
  readonly isDeclared: boolean;
  readonly allowRowSecurity: boolean;
}

export interface SalesTable {
  /** As the statements name it. */
  readonly name: string;
  /** For each of the source's staged columns, in their order, the expression that gives its text. */
  readonly columns: readonly string[];
  /** Ranges of pages to read one by one; a single null where the table has to be read in one piece. */
  readonly ranges: readonly (PageRange | null)[];
}

/** Pages `from` up to, not including, `to`; open-ended where `to` is null. */
export interface PageRange {
  readonly from: number;
  readonly to: number | null;
}

interface Attribute {
  readonly name: string;
  /** Whether COPY writes it as a cast to text would; then the cast, a third of the server's time, is left out. */
  readonly isText: boolean;
  readonly type: string;
  readonly baseType: string;
}

interface Described extends TablePlace {
  readonly attributes: readonly Attribute[] | null;
  readonly relkind: string;
  readonly bytes: string;
  readonly block_bytes: number;
  readonly rows: number;
  readonly pages: number;
  readonly is_filtered: boolean;
}

/** Not so, for example: char(n), whose padding a cast takes off, and boolean, which COPY writes as t and f. */
const TEXT_TYPES = ['int2', 'int4', 'int8', 'numeric', 'text', 'varchar', 'date', 'timestamp', 'timestamptz'].map(
  (name) => `pg_catalog.${name}`,
);

/** Rows that a range should hold, so that parallel readers finish together and a chunk is reached often. */
const RANGE_ROWS = 250_000;

/** $1: the table, $2: the types of which COPY writes the text that a cast would give. A domain is as its base type, whose own may be one. */
const DESCRIBE = `
  WITH RECURSIVE behind AS (
    SELECT attnum, attname, atttypid, atttypmod, atttypid AS base
      FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT attnum, attname, atttypid, atttypmod, typbasetype FROM behind JOIN pg_type ON oid = base WHERE typtype = 'd'
  ), attributes AS (
    SELECT attnum, json_build_object('name', attname, 'isText', atttypid = ANY ($2::regtype[]),
             'type', format_type(atttypid, atttypmod), 'baseType', typname) AS attribute
      FROM behind JOIN pg_type ON oid = base WHERE typtype <> 'd'
  )
  SELECT c.relkind::text, CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) ELSE 0 END AS bytes,
         current_setting('block_size')::int AS block_bytes, c.reltuples::float8 AS rows, c.relpages AS pages,
         row_security_active(c.oid) AS is_filtered,
         (SELECT json_agg(attribute ORDER BY attnum) FROM attributes) AS attributes,
         quote_ident(n.nspname) AS schema, quote_ident(c.relname) AS relation, quote_ident(current_database()) AS database,
         quote_ident(current_user) AS role, current_setting('server_version_num')::int AS "serverVersion",
         ARRAY(SELECT quote_ident(path) FROM unnest(current_schemas(false)) path) AS "searchPath"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`;

/**
 * Looks at a table, found through the role's search path. Throws SOURCE_MISSING without it, HEADER_INVALID naming columns
 * that are missing or, trimmed and in lower case, stand twice, COLUMN_INEXACT naming those of floats and money, ROW_SECURITY naming the
 * policies that hide rows from this role.
 */
export async function describeTable(client: Client, request: TableRequest): Promise<SalesTable> {
  const { table, allowRowSecurity } = request;
  try {
    const found = await client.query<Described>(DESCRIBE, [table, TEXT_TYPES]);
    const described = found.rows[0];
    if (described === undefined) throw new EtlError('SOURCE_MISSING', `table ${table} does not exist in the database of POSTGRES_URL`);
    // A view hides rows if a table behind it does.
    if (!allowRowSecurity && (described.is_filtered || described.relkind === 'v')) await refuseHiddenRows(client, table);
    const columns = findColumns(request, described.attributes ?? []);
    refuseInexact(request, columns, described);
    const pages = Math.ceil(Number(described.bytes) / described.block_bytes);
    const rowsPerPage = described.rows > 0 && described.pages > 0 ? described.rows / described.pages : 100;
    const texts = columns.map(({ isText, quoted }) => (isText ? quoted : `${quoted}::text`));
    return { name: table, columns: texts, ranges: splitPages(described.relkind, pages, rowsPerPage) };
  } catch (cause) {
    throw postgresError(cause, `looking at ${table}`);
  }
}

function findColumns({ table, definition }: TableRequest, attributes: readonly Attribute[]): (FoundColumn & Attribute)[] {
  const { inputs } = definition;
  const names = attributes.map(({ name }) => columnKey(name));
  const variants = (matches: readonly number[]): string => ` (${matches.map((field) => `"${attributes[field]!.name}"`).join(', ')})`;
  const { fields, problems } = matchColumns(names, inputs, { suggests: true, variants });
  if (problems.length > 0) throw new EtlError('HEADER_INVALID', `table ${table}: ${problems.join(', ')}`);
  return inputs.flatMap((input, index) => {
    const attribute = attributes[fields[index]!]!;
    return input.isStaged ? [{ ...attribute, column: input.name, quoted: `"${attribute.name.replaceAll('"', '""')}"` }] : [];
  });
}

/** Only plain tables and materialized views have pages of their own; views and partitioned tables are read in one piece. */
function splitPages(relkind: string, pages: number, rowsPerPage: number): (PageRange | null)[] {
  const pagesPerRange = Math.max(1, Math.ceil(RANGE_ROWS / rowsPerPage));
  if (!['r', 'm'].includes(relkind) || pages <= pagesPerRange) return [null];
  const ranges: PageRange[] = [];
  for (let from = 0; from < pages; from += pagesPerRange) {
    const to = from + pagesPerRange;
    // The last is open-ended: pages may have been added since.
    ranges.push({ from, to: to < pages ? to : null });
  }
  return ranges;
}
