import { EtlError } from '@retail-etl/contracts';
import { amountParts, type SourceDefinition } from '@retail-etl/sales';

/** One of the source's columns as the table has it. */
export interface FoundColumn {
  /** In staged files. */
  readonly column: string;
  /** As a statement names it. */
  readonly quoted: string;
  /** As declared, such as `double precision`. */
  readonly type: string;
  /** The type behind all domains, by its short name. */
  readonly baseType: string;
}

/** Where a table is and who reads it, each as a statement names it. */
export interface TablePlace {
  readonly schema: string;
  readonly relation: string;
  readonly database: string;
  readonly role: string;
  readonly searchPath: readonly string[];
  /** As `server_version_num`: 150018. */
  readonly serverVersion: number;
}

/** From here on a view can read with the rights of who asks, so that policies of the table hold in it. */
const SECURITY_INVOKER_SINCE = 150_000;

/** These print what is near a number (139.92999999999998), or a number with its currency. A date is never of them. */
const FLOATS: ReadonlySet<string> = new Set(['float4', 'float8']);
const isInexact = ({ baseType }: FoundColumn): boolean => FLOATS.has(baseType) || baseType === 'money';

const OWNERS_ROWS =
  ' Before PostgreSQL 15 a view shows the rows that its owner may see: let one own it for whom the policies of the table hold.';

/** As many as an amount may have where nothing else is declared. */
const DECIMALS_MIN = 6;

/** What of a request counts here. */
interface InexactRequest {
  readonly table: string;
  readonly definition: SourceDefinition;
  readonly isDeclared: boolean;
}

/** True for a staged column that holds nothing but dates. */
function isOnlyDate(column: string, { columns, skip }: SourceDefinition): boolean {
  const { saleDate } = columns;
  return saleDate.kind === 'input' && saleDate.name === column && !skip.some(({ input }) => input === column);
}

/** True for a staged column of amounts. */
function isAmount(column: string, { columns }: SourceDefinition): boolean {
  return amountParts(columns.saleAmount).some(([, term]) => term.kind === 'input' && term.name === column);
}

/** A float's text has all of its digits; a cast of the float itself keeps 15, or 6. */
function exactly({ column, quoted, baseType }: FoundColumn, definition: SourceDefinition): string {
  if (baseType === 'money') return `${quoted}::numeric`;
  const number = `${quoted}::text::numeric`;
  // What lies beyond these is the float's own error. Fewer would round amounts that have more decimals than they may.
  return isAmount(column, definition) ? `round(${number}, ${Math.max(DECIMALS_MIN, definition.numbers.decimals)})` : number;
}

/**
 * Throws COLUMN_INEXACT if one of the columns that hold numbers is of a type that does not print exact ones: which rows would be rejected
 * depends on how their numbers happen to print. The message ends with statements that have the role read casts from a view.
 */
export function refuseInexact({ table, definition, isDeclared }: InexactRequest, columns: readonly FoundColumn[], place: TablePlace): void {
  const needsCast = (each: FoundColumn): boolean => isInexact(each) && !isOnlyDate(each.column, definition);
  const found = columns.filter(needsCast);
  if (found.length === 0) return;
  // The columns of declared sources have names of their own.
  const nameOf = (each: FoundColumn): string => (isDeclared ? each.quoted : each.column);
  const whats = found.map((each) => `column ${nameOf(each)} is of type ${each.type}: read ${exactly(each, definition)}`);
  const terms = columns.map((each) => `${needsCast(each) ? exactly(each, definition) : each.quoted} AS ${nameOf(each)}`);
  const { schema, relation, database, role, searchPath, serverVersion } = place;
  const isInvoker = serverVersion >= SECURITY_INVOKER_SINCE;
  // A table that is named with its schema is not looked for in the search path.
  const isQualified = table.includes('.');
  const ownSchema = `"${schema.replaceAll('"', '')}_exact"`;
  const statements = [
    `CREATE SCHEMA ${ownSchema}`,
    `CREATE VIEW ${ownSchema}.${relation}${isInvoker ? ' WITH (security_invoker = true)' : ''} AS SELECT ${terms.join(', ')} FROM ${schema}.${relation}`,
    `GRANT USAGE ON SCHEMA ${ownSchema} TO ${role}`,
    `GRANT SELECT ON ${ownSchema}.${relation} TO ${role}`,
    ...(isQualified ? [] : [`ALTER ROLE ${role} IN DATABASE ${database} SET search_path = ${[ownSchema, ...searchPath].join(', ')}`]),
  ];
  throw new EtlError(
    'COLUMN_INEXACT',
    `table ${table} does not hold exact numbers: ${whats.join('; ')}.${isInvoker ? '' : OWNERS_ROWS}${isQualified ? ` Declare table: ${ownSchema}.${relation} in sources.yaml.` : ''} To have the role read that: ${statements.map((each) => `${each};`).join(' ')}`,
  );
}
