import type { Dice } from './dice.js';
import type { VariantForm, VariantTable } from './forms.js';
import { type Field, fieldsOf, type VariantRules } from './rules.js';
import type { Sale } from './sales.js';
import { writeDate } from './write-values.js';

/** A file that differs in one thing, and what has to become of it. */
export interface Neighbour {
  readonly change: string;
  readonly table: VariantTable;
  readonly form: VariantForm;
  /** The code of the error that refuses the file, or the one record that is rejected and why. */
  readonly expected: { readonly code: string } | { readonly sale: number; readonly reason: string };
}

interface Variant {
  readonly rules: VariantRules;
  readonly form: VariantForm;
  readonly table: VariantTable;
  readonly columns: readonly (Field | null)[];
  readonly sales: readonly Sale[];
}

type Change = (variant: Variant, dice: Dice) => Neighbour;

/** One value of an accepted record is another one. */
function changeValue(change: string, reason: string, fields: readonly Field[], text: (rules: VariantRules, dice: Dice) => string): Change {
  return ({ rules, form, table, columns, sales }, dice) => {
    const accepted = [...sales.keys()].filter((index) => sales[index]!.outcome === 'accepted');
    const sale = dice.one(accepted);
    const field = dice.one(fieldsOf(rules).filter((each) => fields.includes(each)));
    const rows = table.rows.with(sale, table.rows[sale]!.with(columns.indexOf(field), text(rules, dice)));
    return { change: `${change} in ${field}`, form, table: { ...table, rows }, expected: { sale, reason } };
  };
}

const AMOUNTS: readonly Field[] = ['total', 'price'];

/** Another column of the header. */
function changeHeader(change: string, apply: (table: VariantTable, at: number, variant: Variant) => VariantTable): Change {
  return (variant, dice) => {
    const at = variant.columns.indexOf(dice.one(fieldsOf(variant.rules)));
    return { change, form: variant.form, table: apply(variant.table, at, variant), expected: { code: 'HEADER_INVALID' } };
  };
}

const CHANGES: readonly Change[] = [
  changeValue('a misplaced group', 'invalid_amount', AMOUNTS, ({ group, decimal }) => {
    if (group === null) return decimal === '.' ? '1,234' : '1.234';
    return `12${group}34`;
  }),
  changeValue('a second decimal sign', 'invalid_amount', AMOUNTS, ({ decimal }) => `1${decimal}5${decimal}5`),
  changeValue('a decimal too many', 'invalid_amount', AMOUNTS, ({ decimal, decimals }) => `1${decimal}${'0'.repeat(decimals)}1`),
  changeValue('another currency', 'invalid_amount', AMOUNTS, () => '¥5'),
  changeValue('a sign too many', 'invalid_amount', AMOUNTS, () => '--5'),
  changeValue('a word', 'invalid_quantity', ['quantity'], () => '1e3'),
  changeValue('a decimal too many', 'invalid_quantity', ['quantity'], ({ decimal }) => `1${decimal}5555`),
  changeValue('an open parenthesis', 'invalid_quantity', ['quantity'], () => '(5'),
  changeValue('another order', 'invalid_date', ['date'], ({ dates }, dice) =>
    writeDate({ year: 2026, month: 12, day: 31 }, dates, dice, true),
  ),
  changeValue('no such day', 'invalid_date', ['date'], ({ dates }, dice) => writeDate({ year: 2026, month: 2, day: 30 }, dates, dice)),
  changeValue(
    'a text behind',
    'invalid_date',
    ['date'],
    ({ dates }, dice) => `${writeDate({ year: 2026, month: 2, day: 20 }, dates, dice)} x`,
  ),
  changeHeader('a column that is missing', ({ names, rows }, at) => ({
    names: names.toSpliced(at, 1),
    rows: rows.map((row) => row.toSpliced(at, 1)),
  })),
  changeHeader('a column of another name', ({ names, rows }, at) => ({ names: names.with(at, `${names[at]!.trim()}s`), rows })),
  changeHeader('a column twice', ({ names, rows }, at) => ({ names: [...names, names[at]!], rows: rows.map((row) => [...row, row[at]!]) })),
  ({ form, table }) => ({
    change: 'another delimiter',
    table,
    form: { ...form, delimiter: form.delimiter === '~' ? '^' : '~', quoting: form.quoting === 'none' ? 'none' : form.quoting },
    expected: { code: 'HEADER_INVALID' },
  }),
  ({ form, table, sales }, dice) => {
    const sale = dice.one([...sales.keys()].filter((index) => sales[index]!.outcome === 'accepted'));
    return {
      change: 'a field too many',
      form,
      table: { ...table, rows: table.rows.with(sale, [...table.rows[sale]!, 'x']) },
      expected: { sale, reason: 'malformed_row' },
    };
  },
];

/** A file that differs from a variant in one thing, because of which it may not be read as that one is. */
export const throwNeighbour = (variant: Variant, dice: Dice): Neighbour => dice.one(CHANGES)(variant, dice);
