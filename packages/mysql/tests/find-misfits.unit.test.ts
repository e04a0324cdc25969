import { SALES_SUMMARY } from '@retail-etl/sales';
import { expect, test } from 'vitest';
import { findMisfits } from '../src/target/find-misfits.js';
import type { FoundColumn, FoundIndex, FoundTarget } from '../src/target/look-at-target.js';

/** What information_schema of MySQL 8 says: no display widths, '' for what is not generated, NULL for a default of NULL. */
const column = (name: string, type: string, more: Partial<FoundColumn> = {}): FoundColumn => ({
  name,
  type,
  collation: null,
  isNullable: false,
  defaultText: null,
  extra: '',
  generation: '',
  ...more,
});
const index = (name: string, ...columns: (string | null)[]): FoundIndex => ({
  name,
  parts: columns.map((each) => ({ column: each, isPrefix: false })),
});
const table = (more: Partial<FoundTarget> & { extra?: FoundColumn[] } = {}): FoundTarget => ({
  kind: 'BASE TABLE',
  engine: 'InnoDB',
  isPartitioned: false,
  columns: [
    column('product_id', 'bigint'),
    column('total_quantity', 'bigint'),
    column('total_sale_amount', 'decimal(20,2)'),
    ...(more.extra ?? []),
  ],
  uniqueIndexes: [index('PRIMARY', 'product_id')],
  ...more,
});
const clausesOf = (found: FoundTarget): string[] => findMisfits(found, SALES_SUMMARY).flatMap(({ clauses }) => clauses);

test.each<[what: string, found: FoundTarget]>([
  ['ours', table()],
  [
    'a default that is computed',
    table({
      extra: [column('id', 'binary(16)', { defaultText: 'uuid_to_bin(uuid())', extra: 'DEFAULT_GENERATED' })],
      uniqueIndexes: [index('PRIMARY', 'id'), index('by_product', 'product_id')],
    }),
  ],
  [
    'a column that is computed',
    table({
      extra: [column('mean', 'decimal(20,6)', { extra: 'VIRTUAL GENERATED', generation: '(`total_sale_amount` / `total_quantity`)' })],
    }),
  ],
  ['a key over an expression', table({ uniqueIndexes: [index('PRIMARY', 'product_id'), index('by_text', null)] })],
  [
    'a hidden primary key of the server',
    table({
      extra: [column('my_row_id', 'bigint unsigned', { extra: 'auto_increment INVISIBLE' })],
      uniqueIndexes: [index('PRIMARY', 'my_row_id'), index('by_product', 'product_id')],
    }),
  ],
  [
    'a nullable column',
    table({
      extra: [column('note', 'varchar(20)', { isNullable: true })],
      uniqueIndexes: [index('PRIMARY', 'product_id'), index('by_note', 'note')],
    }),
  ],
  ['one column of the name of ours', table({ extra: [column('returned_amount', 'decimal(20,2)', { isNullable: true })] })],
])('fits in MySQL 8: %s', (_what, found) => {
  expect(findMisfits(found, SALES_SUMMARY)).toEqual([]);
});

test.each<[what: string, found: FoundTarget, clauses: string[]]>([
  [
    'int',
    table({ columns: [column('product_id', 'int'), column('total_quantity', 'bigint'), column('total_sale_amount', 'decimal(20,2)')] }),
    ['MODIFY COLUMN product_id BIGINT NOT NULL'],
  ],
  [
    'unsigned',
    table({
      columns: [
        column('product_id', 'bigint unsigned'),
        column('total_quantity', 'bigint unsigned'),
        column('total_sale_amount', 'decimal(20,2) unsigned'),
      ],
    }),
    ['MODIFY COLUMN product_id BIGINT NOT NULL'],
  ],
  [
    'a default of time',
    table({
      extra: [column('at', 'datetime', { defaultText: 'CURRENT_TIMESTAMP', extra: 'DEFAULT_GENERATED' })],
      uniqueIndexes: [index('PRIMARY', 'at'), index('p', 'product_id')],
    }),
    ['DROP PRIMARY KEY'],
  ],
  [
    'only the hidden primary key',
    table({
      extra: [column('my_row_id', 'bigint unsigned', { extra: 'auto_increment INVISIBLE' })],
      uniqueIndexes: [index('PRIMARY', 'my_row_id')],
    }),
    ['ADD UNIQUE KEY (product_id)'],
  ],
  [
    "a key of the product's first bytes",
    table({ uniqueIndexes: [{ name: 'first', parts: [{ column: 'product_id', isPrefix: true }] }] }),
    ['DROP INDEX `first`', 'ADD PRIMARY KEY (product_id)'],
  ],
  [
    'returns that no source sums apart any more',
    table({ extra: [column('returned_quantity', 'bigint'), column('Returned_Amount', 'decimal(20,2)', { isNullable: true })] }),
    ['DROP COLUMN `returned_quantity`', 'DROP COLUMN `Returned_Amount`'],
  ],
  ['an engine of the cluster', table({ engine: 'ndbcluster' }), ['ENGINE=InnoDB']],
])('does not fit in MySQL 8: %s', (_what, found, clauses) => {
  expect(clausesOf(found)).toEqual(clauses);
});

test('of very many columns that nothing fills, twenty are told at once', () => {
  const extra = Array.from({ length: 1_000 }, (_, number) => column(`c${number}`, 'int'));
  expect(findMisfits(table({ extra }), SALES_SUMMARY)).toHaveLength(20);
});
