import { columnsOf, RETURNED_COLUMNS, type SumColumn, type SummaryColumn, type SummaryShape, sumsOf, TEXT_MAX } from '@retail-etl/sales';
import { escapeId } from 'mysql2';
import { holdsAll } from './exact-type.js';
import type { FoundColumn, FoundIndex, FoundIndexPart, FoundTarget } from './look-at-target.js';
import { sqlName } from '../sql-name.js';
import { keyNames } from './summary-table.js';

/** What keeps a table from being the target, and the clauses of an `ALTER TABLE` that change it. */
export interface Misfit {
  readonly what: string;
  readonly clauses: readonly string[];
  /** True if no ALTER makes a target of it: it has to make room for one. */
  readonly isHopeless?: true;
  /** True if a unique key on the product is added, which its rows may not allow. */
  readonly addsKey?: true;
  /** True if the type of the product's column is changed, which a foreign key on it forbids. */
  readonly changesKeyType?: true;
  /** SQL of rows that have to go first: their keys are no values of the column's new type. */
  readonly removes?: string;
}

/** Kinds of tables that hold rows of their own. */
const TABLE_KINDS: ReadonlySet<string> = new Set(['BASE TABLE', 'SYSTEM VERSIONED']);

/** More are told once these are mended. */
const EXTRA_COLUMNS_MAX = 20;

/** Texts that BIGINT holds, of which no two are the same number. */
const INTEGER_TEXT = '^(0|-?[1-9][0-9]{0,17})$';

const nameOf = (text: string): string => text.toLowerCase();
const isAmong = (columns: readonly SummaryColumn[], column: Pick<FoundColumn, 'name'>): boolean =>
  columns.some(({ name }) => name === nameOf(column.name));
const isGenerated = ({ extra, generation }: FoundColumn): boolean => Boolean(generation) || / GENERATED/i.test(extra);
const isCounted = ({ extra }: FoundColumn): boolean => /auto_increment/i.test(extra);
const isNullByDefault = (column: FoundColumn): boolean =>
  column.isNullable && !isGenerated(column) && (column.defaultText === null || column.defaultText === 'NULL');

/**
 * Decides whether the found table can hold every summary, and be replaced in one transaction. What is not told here fits: more columns that
 * fill themselves, more indexes, other names' case, triggers, and what the table's owner demands of values (CHECK, foreign keys, partitions).
 */
export function findMisfits(found: FoundTarget, shape: SummaryShape): Misfit[] {
  if (!TABLE_KINDS.has(found.kind)) return [{ what: `it is a ${found.kind.toLowerCase()}, not a table`, clauses: [], isHopeless: true }];
  for (const { name } of shape.keys) {
    const column = columnNamed(found, name);
    if (column === undefined) return [{ what: `column ${name} is missing`, clauses: [], isHopeless: true }];
    if (isGenerated(column)) return [{ what: `column ${name} is generated`, clauses: [], isHopeless: true }];
  }
  return [
    ...engineMisfit(found),
    ...keyMisfits(found, shape),
    ...sumMisfits(found, shape),
    ...staleReturnsMisfit(found, shape),
    ...extraColumnMisfits(found, shape),
    ...indexMisfits(found, shape),
  ];
}

const columnNamed = (found: FoundTarget, name: string): FoundColumn | undefined =>
  found.columns.find((column) => nameOf(column.name) === name);

/** Readers would see a table without transactions half replaced, and a failed publication could not be taken back. */
function engineMisfit({ engine }: FoundTarget): Misfit[] {
  if (engine?.toLowerCase() === 'innodb') return [];
  return [{ what: `its engine is ${engine ?? 'unknown'}, not InnoDB`, clauses: ['ENGINE=InnoDB'] }];
}

/** The columns that rows are told apart by. */
function keyMisfits(found: FoundTarget, { keys }: SummaryShape): Misfit[] {
  return keys.flatMap((column): Misfit[] => {
    const there = columnNamed(found, column.name)!;
    if (holdsKey(there, column)) return [];
    const shown = there.collation === null ? there.type : `${there.type} ${there.collation}`;
    const what = `column ${column.name} is ${shown}, not ${column.type}${column.kind === 'integer' ? ' or an exact type that holds as much' : ''}`;
    const isText = column.kind === 'integer' && /char|text/i.test(there.type);
    const name = sqlName(column.name);
    // For the server, the end of a text is also before a line end there.
    const removes = isText ? { removes: `${name} NOT REGEXP '${INTEGER_TEXT}' OR ${name} REGEXP '[^0-9-]'` } : {};
    return [{ what, clauses: [modify(column, there)], changesKeyType: true, ...removes }];
  });
}

/** Texts have to be compared by bytes. No server compares texts of two collations, so they have to be of the one that staged texts have. */
function holdsKey({ type, collation }: FoundColumn, column: SummaryColumn): boolean {
  if (column.kind === 'date') return nameOf(type) === 'date';
  if (column.kind !== 'text') return holdsAll(type, column.type, true);
  const characters = Number(/^varchar\((\d+)\)/i.exec(type)?.[1] ?? 0);
  return characters >= TEXT_MAX && nameOf(collation ?? '') === 'utf8mb4_bin';
}

/** The columns of sums have to hold each exactly. */
function sumMisfits(found: FoundTarget, shape: SummaryShape): Misfit[] {
  return sumsOf(shape).flatMap((column: SumColumn): Misfit[] => {
    const there = columnNamed(found, column.name);
    if (there === undefined) return [{ what: `column ${column.name} is missing`, clauses: [`ADD COLUMN ${column.name} ${column.type}`] }];
    if (isGenerated(there)) {
      const isVirtual = /virtual/i.test(there.extra);
      const add = `ADD COLUMN ${column.name} ${column.type}`;
      const clauses = isVirtual ? [`DROP COLUMN ${column.name}`, add] : [`MODIFY COLUMN ${column.name} ${column.type}`];
      return [{ what: `column ${column.name} is generated (${there.extra.toLowerCase()})`, clauses }];
    }
    if (holdsAll(there.type, column.type, column.isSigned)) return [];
    return [
      {
        what: `column ${column.name} is ${there.type}, not ${column.type} or an exact type that holds as much`,
        clauses: [modify(column, there)],
      },
    ];
  });
}

/** No run would write to these columns any more, so they would show old returns beside new totals. One of the names alone is somebody else's. */
function staleReturns(found: FoundTarget, { returned }: SummaryShape): readonly FoundColumn[] {
  if (returned !== null) return [];
  const columns = Object.values(RETURNED_COLUMNS).flatMap((name) => columnNamed(found, name) ?? []);
  return columns.length === 2 && !columns.some(isGenerated) ? columns : [];
}

function staleReturnsMisfit(found: FoundTarget, shape: SummaryShape): Misfit[] {
  const names = staleReturns(found, shape).map(({ name }) => escapeId(name, true));
  if (names.length === 0) return [];
  const what = `columns ${names.join(' and ')} would keep old sums, because no source has "returns: separate"`;
  return [{ what, clauses: names.map((name) => `DROP COLUMN ${name}`) }];
}

const modify = ({ name, type }: SummaryColumn, { isNullable }: FoundColumn): string =>
  `MODIFY COLUMN ${sqlName(name)} ${type}${isNullable ? '' : ' NOT NULL'}`;

/** A new product is inserted with its sums alone, so every other column has to fill itself. An ENUM does so with its first value. */
function needsValue(column: FoundColumn, shape: SummaryShape): boolean {
  const fillsItself = column.isNullable || column.defaultText !== null || isCounted(column) || isGenerated(column);
  return !isAmong(columnsOf(shape), column) && !fillsItself && !/^enum\(/i.test(column.type);
}

function extraColumnMisfits(found: FoundTarget, shape: SummaryShape): Misfit[] {
  const dropped = staleReturns(found, shape);
  return found.columns
    .filter((column) => needsValue(column, shape) && !dropped.includes(column))
    .slice(0, EXTRA_COLUMNS_MAX)
    .map(({ name, type }) => ({
      what: `column ${name} (${type} NOT NULL) has no default for new products`,
      clauses: [`MODIFY COLUMN ${escapeId(name, true)} ${type} NULL`],
    }));
}

/** The keys together have to be unique, and nothing else may have to be. */
function indexMisfits(found: FoundTarget, shape: SummaryShape): Misfit[] {
  const indexes = found.uniqueIndexes.map((index) => withoutVersions(index, found));
  const colliding = indexes.filter((index) => collides(index, found, shape));
  const misfits: Misfit[] = colliding.map((index) => ({ what: collision(index), clauses: dropIndex(index, found) }));
  const isKey = ({ parts }: FoundIndex): boolean => parts.length === shape.keys.length && holdsKeys(parts, shape);
  const what = `it has no unique key on ${keyNames(shape)} alone`;
  const primary = indexes.find(({ name }) => name === 'PRIMARY');
  const add = (kind: string): Misfit => ({ what, clauses: [`ADD ${kind} KEY (${keyNames(shape)})`], addsKey: true });
  if (!indexes.some(isKey)) misfits.push(add(primary === undefined || colliding.includes(primary) ? 'PRIMARY' : 'UNIQUE'));
  return misfits;
}

/** Whether an index holds all keys, whole. */
function holdsKeys(parts: readonly FoundIndexPart[], { keys }: SummaryShape): boolean {
  return keys.every(({ name }) => parts.some(({ column, isPrefix }) => !isPrefix && nameOf(column ?? '') === name));
}

/** MariaDB adds the end of a row's version to the keys of a table that keeps old versions. */
function withoutVersions(index: FoundIndex, { columns }: FoundTarget): FoundIndex {
  const isEnd = (name: string | null): boolean => columns.some((column) => column.name === name && column.generation === 'ROW END');
  return { ...index, parts: index.parts.filter(({ column }) => !isEnd(column)) };
}

/**
 * True if two new products would have the same values in a unique index. They have not if it holds all of the keys, a counted or computed
 * value, NULL or a UUID. Also true for a primary key with a column that can only be filled once it may be NULL.
 */
function collides({ name, parts }: FoundIndex, found: FoundTarget, shape: SummaryShape): boolean {
  const columns = parts.map((part) => ({ ...part, found: found.columns.find((column) => column.name === part.column) }));
  if (name === 'PRIMARY' && columns.some((part) => part.found !== undefined && needsValue(part.found, shape))) return true;
  if (holdsKeys(parts, shape)) return false;
  return !columns.some(({ found: column }) => {
    if (column === undefined) return true;
    if (isAmong(columnsOf(shape), column)) return false;
    return (
      needsValue(column, shape) ||
      isCounted(column) ||
      isGenerated(column) ||
      isNullByDefault(column) ||
      /uuid/i.test(column.defaultText ?? '')
    );
  });
}

const collision = ({ name, parts }: FoundIndex): string =>
  `${name === 'PRIMARY' ? 'its primary key' : `unique key ${name}`} (${parts.map(({ column }) => column ?? 'an expression').join(', ')}) lets no two new products in`;

/** A counted column has to stay in some key. */
function dropIndex({ name, parts }: FoundIndex, { columns }: FoundTarget): string[] {
  if (name !== 'PRIMARY') return [`DROP INDEX ${escapeId(name, true)}`];
  const counted = columns.filter((column) => isCounted(column) && parts.some((part) => part.column === column.name));
  return ['DROP PRIMARY KEY', ...counted.map((column) => `ADD UNIQUE KEY (${escapeId(column.name, true)})`)];
}
