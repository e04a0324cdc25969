import { SALES_SUMMARY, SUMMARY_COLUMNS, type SummaryColumn } from '@retail-etl/sales';
import { escapeId } from 'mysql2';
import { holdsAll } from './exact-type.js';
import type { FoundColumn, FoundIndex, FoundTarget } from './look-at-target.js';

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
}

const { key } = SALES_SUMMARY;

/** Kinds of tables that hold rows of their own. */
const TABLE_KINDS: ReadonlySet<string> = new Set(['BASE TABLE', 'SYSTEM VERSIONED']);

/** More are told once these are mended. */
const EXTRA_COLUMNS_MAX = 20;

const nameOf = (text: string): string => text.toLowerCase();
const isOurs = (column: FoundColumn): boolean => SUMMARY_COLUMNS.some(({ name }) => name === nameOf(column.name));
const isGenerated = ({ extra, generation }: FoundColumn): boolean => Boolean(generation) || / GENERATED/i.test(extra);
const isCounted = ({ extra }: FoundColumn): boolean => /auto_increment/i.test(extra);
const isNullByDefault = (column: FoundColumn): boolean =>
  column.isNullable && !isGenerated(column) && (column.defaultText === null || column.defaultText === 'NULL');

/**
 * Decides whether the found table can hold every summary, and be replaced in one transaction. What is not told here fits: more columns that
 * fill themselves, more indexes, other names' case, triggers, and what the table's owner demands of values (CHECK, foreign keys, partitions).
 */
export function findMisfits(found: FoundTarget): Misfit[] {
  if (!TABLE_KINDS.has(found.kind)) return [{ what: `it is a ${found.kind.toLowerCase()}, not a table`, clauses: [], isHopeless: true }];
  const product = columnNamed(found, key.name);
  if (product === undefined) return [{ what: `column ${key.name} is missing`, clauses: [], isHopeless: true }];
  if (isGenerated(product)) return [{ what: `column ${key.name} is generated`, clauses: [], isHopeless: true }];
  return [...engineMisfit(found), ...columnMisfits(found), ...extraColumnMisfits(found), ...indexMisfits(found)];
}

const columnNamed = (found: FoundTarget, name: string): FoundColumn | undefined =>
  found.columns.find((column) => nameOf(column.name) === name);

/** Readers would see a table without transactions half replaced, and a failed publication could not be taken back. */
function engineMisfit({ engine }: FoundTarget): Misfit[] {
  if (engine?.toLowerCase() === 'innodb') return [];
  return [{ what: `its engine is ${engine ?? 'unknown'}, not InnoDB`, clauses: ['ENGINE=InnoDB'] }];
}

/** The summary's columns have to hold every sum exactly. */
function columnMisfits(found: FoundTarget): Misfit[] {
  return SUMMARY_COLUMNS.flatMap((column): Misfit[] => {
    const there = columnNamed(found, column.name);
    if (there === undefined) return [{ what: `column ${column.name} is missing`, clauses: [`ADD COLUMN ${column.name} ${column.type}`] }];
    if (isGenerated(there)) {
      const isVirtual = /virtual/i.test(there.extra);
      const add = `ADD COLUMN ${column.name} ${column.type}`;
      const clauses = isVirtual ? [`DROP COLUMN ${column.name}`, add] : [`MODIFY COLUMN ${column.name} ${column.type}`];
      return [{ what: `column ${column.name} is generated (${there.extra.toLowerCase()})`, clauses }];
    }
    // Quantities and amounts of a summary are above zero; ids may be below.
    const isSigned = column.name === key.name;
    if (holdsAll(there.type, column.type, isSigned)) return [];
    const isKey = column.name === key.name ? { changesKeyType: true as const } : {};
    return [
      {
        what: `column ${column.name} is ${there.type}, not ${column.type} or an exact type that holds as much`,
        clauses: [modify(column, there)],
        ...isKey,
      },
    ];
  });
}

const modify = ({ name, type }: SummaryColumn, { isNullable }: FoundColumn): string =>
  `MODIFY COLUMN ${name} ${type}${isNullable ? '' : ' NOT NULL'}`;

/** A new product is inserted with its sums alone, so every other column has to fill itself. An ENUM does so with its first value. */
function needsValue(column: FoundColumn): boolean {
  const fillsItself = column.isNullable || column.defaultText !== null || isCounted(column) || isGenerated(column);
  return !isOurs(column) && !fillsItself && !/^enum\(/i.test(column.type);
}

function extraColumnMisfits({ columns }: FoundTarget): Misfit[] {
  return columns
    .filter(needsValue)
    .slice(0, EXTRA_COLUMNS_MAX)
    .map(({ name, type }) => ({
      what: `column ${name} (${type} NOT NULL) has no default for new products`,
      clauses: [`MODIFY COLUMN ${escapeId(name, true)} ${type} NULL`],
    }));
}

/** A product has to be unique, and nothing else may have to be. */
function indexMisfits(found: FoundTarget): Misfit[] {
  const indexes = found.uniqueIndexes.map((index) => withoutVersions(index, found));
  const colliding = indexes.filter((index) => collides(index, found));
  const misfits: Misfit[] = colliding.map((index) => ({ what: collision(index), clauses: dropIndex(index, found) }));
  const isKey = ({ parts }: FoundIndex): boolean =>
    parts.length === 1 && parts[0]?.isPrefix === false && nameOf(parts[0].column ?? '') === key.name;
  const what = `it has no unique key on ${key.name} alone`;
  const primary = indexes.find(({ name }) => name === 'PRIMARY');
  const add = (kind: string): Misfit => ({ what, clauses: [`ADD ${kind} KEY (${key.name})`], addsKey: true });
  if (!indexes.some(isKey)) misfits.push(add(primary === undefined || colliding.includes(primary) ? 'PRIMARY' : 'UNIQUE'));
  return misfits;
}

/** MariaDB adds the end of a row's version to the keys of a table that keeps old versions. */
function withoutVersions(index: FoundIndex, { columns }: FoundTarget): FoundIndex {
  const isEnd = (name: string | null): boolean => columns.some((column) => column.name === name && column.generation === 'ROW END');
  return { ...index, parts: index.parts.filter(({ column }) => !isEnd(column)) };
}

/**
 * True if two new products would have the same values in a unique index. They have not if it holds the product itself, a counted or computed
 * value, NULL or a UUID. Also true for a primary key with a column that can only be filled once it may be NULL.
 */
function collides({ name, parts }: FoundIndex, found: FoundTarget): boolean {
  const columns = parts.map((part) => ({ ...part, found: found.columns.find((column) => column.name === part.column) }));
  if (name === 'PRIMARY' && columns.some((part) => part.found !== undefined && needsValue(part.found))) return true;
  return !columns.some(({ found: column, isPrefix }) => {
    if (column === undefined) return true;
    if (nameOf(column.name) === key.name) return !isPrefix;
    if (isOurs(column)) return false;
    return (
      needsValue(column) || isCounted(column) || isGenerated(column) || isNullByDefault(column) || /uuid/i.test(column.defaultText ?? '')
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
