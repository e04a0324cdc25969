import type { SummaryShape } from '@retail-etl/sales';
import { escapeId } from 'mysql2';
import { type Connection, select } from '../database.js';

/** The statements before and after the one that changes the type of the target's key. */
export interface KeyChange {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

interface Place {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

interface ForeignKey {
  readonly name: string;
  /** Column by column, in the order of the key. */
  readonly pairs: readonly { readonly from: Place; readonly to: Place }[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

interface KeyRow {
  readonly here: string;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly column: string;
  readonly toSchema: string;
  readonly toTable: string;
  readonly toColumn: string;
  readonly onDelete: string;
  readonly onUpdate: string;
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly nullable: string;
  readonly defaultText: string | null;
  readonly extra: string;
  readonly comment: string;
}

const ACTION = 'looking at the foreign keys of the target';

const nodeOf = ({ schema, table, column }: Place): string => JSON.stringify([schema, table, column.toLowerCase()]);
const startsOf = (foreignKey: ForeignKey): Place => foreignKey.pairs[0]!.from;

/**
 * How the type of the target's key can be changed although foreign keys tie other columns to it, directly or through others: all of them are of
 * one type. So the keys are dropped, the columns changed, and the keys made again as they were. Only tables that this user may see are found.
 * A key of the target on a column of text is not made again: what stands there need not be numbers. `shape` has one key, of numbers; of others the
 * foreign keys are left to whoever made them.
 */
export async function changeOfKey(connection: Connection, shape: SummaryShape): Promise<KeyChange> {
  const [key, ...more] = shape.keys;
  if (key === undefined || more.length > 0 || key.kind !== 'integer') return { before: [], after: [] };
  const { here, foreignKeys } = await foreignKeysOfServer(connection);
  const start: Place = { schema: here, table: shape.name, column: key.name };
  const found = new Set([nodeOf(start)]);
  const changes: { readonly place: Place; readonly column: ColumnRow }[] = [];
  const touched = new Set<ForeignKey>();
  const lost = new Set<ForeignKey>();
  const waiting = [start];
  for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
    const node = nodeOf(place);
    for (const foreignKey of foreignKeys) {
      for (const { from, to } of foreignKey.pairs) {
        const isChild = nodeOf(from) === node;
        if (!isChild && nodeOf(to) !== node) continue;
        touched.add(foreignKey);
        const other = isChild ? to : from;
        if (found.has(nodeOf(other))) continue;
        const column = await columnAt(connection, other);
        if (isChild && !isNumber(column)) {
          lost.add(foreignKey);
          continue;
        }
        found.add(nodeOf(other));
        if (column !== undefined) changes.push({ place: other, column });
        waiting.push(other);
      }
    }
  }
  const nameOf = (place: Place): string => tableName(place, here);
  return {
    before: [...touched].map((each) => `ALTER TABLE ${nameOf(startsOf(each))} DROP FOREIGN KEY ${escapeId(each.name, true)}`),
    after: [
      ...changes.map(({ place, column }) => `ALTER TABLE ${nameOf(place)} MODIFY COLUMN ${definition(column, key.type)}`),
      ...[...touched].filter((each) => !lost.has(each)).map((each) => `ALTER TABLE ${nameOf(startsOf(each))} ${addClause(each)}`),
    ],
  };
}

async function foreignKeysOfServer(connection: Connection): Promise<{ here: string; foreignKeys: ForeignKey[] }> {
  const rows = await select<KeyRow>(
    connection,
    ACTION,
    `SELECT DATABASE() AS here, k.TABLE_SCHEMA AS \`schema\`, k.TABLE_NAME AS \`table\`, k.CONSTRAINT_NAME AS name, k.COLUMN_NAME AS \`column\`,
            k.REFERENCED_TABLE_SCHEMA AS toSchema, k.REFERENCED_TABLE_NAME AS toTable, k.REFERENCED_COLUMN_NAME AS toColumn,
            r.DELETE_RULE AS onDelete, r.UPDATE_RULE AS onUpdate
     FROM information_schema.KEY_COLUMN_USAGE k
     JOIN information_schema.REFERENTIAL_CONSTRAINTS r
       ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
     WHERE k.REFERENCED_TABLE_NAME IS NOT NULL
     ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
    [],
    'table',
  );
  const byKey = new Map<string, { name: string; pairs: { from: Place; to: Place }[]; onDelete: string; onUpdate: string }>();
  for (const { schema, table, name, column, toSchema, toTable, toColumn, onDelete, onUpdate } of rows) {
    const id = JSON.stringify([schema, table, name]);
    const foreignKey = byKey.get(id) ?? { name, pairs: [], onDelete, onUpdate };
    foreignKey.pairs.push({ from: { schema, table, column }, to: { schema: toSchema, table: toTable, column: toColumn } });
    byKey.set(id, foreignKey);
  }
  return { here: rows[0]?.here ?? '', foreignKeys: [...byKey.values()] };
}

async function columnAt(connection: Connection, { schema, table, column }: Place): Promise<ColumnRow | undefined> {
  const [row] = await select<ColumnRow>(
    connection,
    ACTION,
    `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS defaultText, EXTRA AS extra,
            COLUMN_COMMENT AS comment
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND COLUMN_NAME = ?`,
    [schema, table, column],
  );
  return row;
}

const isNumber = (column: ColumnRow | undefined): boolean =>
  column !== undefined && /^((tiny|small|medium|big)?int|decimal\(\d+,0\))/i.test(column.type);

function tableName({ schema, table }: Place, here: string): string {
  return schema === here ? escapeId(table, true) : `${escapeId(schema, true)}.${escapeId(table, true)}`;
}

/** The column as it is, but of the key's type. */
function definition({ name, nullable, defaultText, extra, comment }: ColumnRow, type: string): string {
  return [
    escapeId(name, true),
    type,
    nullable === 'YES' ? 'NULL' : 'NOT NULL',
    defaultClause(defaultText, extra),
    /auto_increment/i.test(extra) ? 'AUTO_INCREMENT' : '',
    /\bINVISIBLE\b/i.test(extra) ? 'INVISIBLE' : '',
    comment === '' ? '' : `COMMENT ${quoted(comment)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** MariaDB gives an expression, in which texts are quoted; MySQL gives the value, and marks expressions. */
function defaultClause(text: string | null, extra: string): string {
  if (text === null || text === 'NULL') return '';
  if (/DEFAULT_GENERATED/i.test(extra)) return `DEFAULT (${text})`;
  return `DEFAULT ${/^'|^-?\d+$/.test(text) ? text : /^[\w.+-]+$/.test(text) ? quoted(text) : `(${text})`}`;
}

/** Doubled quotes are read in every sql_mode. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

function addClause({ name, pairs, onDelete, onUpdate }: ForeignKey): string {
  const columns = (places: readonly Place[]): string => places.map(({ column }) => escapeId(column, true)).join(', ');
  const [from, to] = [pairs.map((pair) => pair.from), pairs.map((pair) => pair.to)];
  // A name without a schema is looked for in that of the table that is altered.
  const parent = tableName(to[0]!, from[0]!.schema);
  return `ADD CONSTRAINT ${escapeId(name, true)} FOREIGN KEY (${columns(from)}) REFERENCES ${parent} (${columns(to)}) ON DELETE ${onDelete} ON UPDATE ${onUpdate}`;
}
