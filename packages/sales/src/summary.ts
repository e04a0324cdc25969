import type { SalesModel } from './definition/sales-model.js';

export type ColumnKind = 'integer' | 'decimal' | 'text' | 'date';

/** A column of a summary. */
export interface SummaryColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** The type that MySQL and MariaDB have under this name. */
  readonly type: string;
}

/** A column of sums. */
export interface SumColumn extends SummaryColumn {
  readonly decimals: number;
  /** Whether sums may be below zero, which they are where returns count against sales. */
  readonly isSigned: boolean;
  /** The largest value that the type holds. */
  readonly max: string;
}

/** Sums by the values of its keys: a table of this name, and a CSV file with the same rows, sorted by its keys. */
export interface SummaryShape {
  readonly name: string;
  readonly file: string;
  readonly keys: readonly SummaryColumn[];
  readonly quantity: SumColumn;
  /** Rounded once, half away from zero, to its decimals. */
  readonly amount: SumColumn;
  /** Of returns, positive; null where they are not summed apart. */
  readonly returned: { readonly quantity: SumColumn; readonly amount: SumColumn } | null;
}

/** Characters that a text may have in a key: of these three and a day fit into an index of MySQL. */
export const TEXT_MAX = 255;

/** The columns of returns that are summed apart. */
export const RETURNED_COLUMNS = { quantity: 'returned_quantity', amount: 'returned_amount' } as const;

type SumType = Omit<SumColumn, 'name' | 'isSigned'>;

const AMOUNT: SumType = { kind: 'decimal', type: 'DECIMAL(20,2)', decimals: 2, max: '999999999999999999.99' };

function quantityType(decimals: number): SumType {
  if (decimals === 0) return { kind: 'integer', type: 'BIGINT', decimals, max: '9223372036854775807' };
  return { kind: 'decimal', type: `DECIMAL(20,${decimals})`, decimals, max: `${'9'.repeat(20 - decimals)}.${'9'.repeat(decimals)}` };
}

const KEY_TYPES = {
  integer: 'BIGINT',
  // By bytes: other collations of MySQL and MariaDB take 85099B and 85099b for the same.
  text: `VARCHAR(${TEXT_MAX}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  date: 'DATE',
} as const;

function keyColumn(name: string, { ids }: Pick<SalesModel, 'ids'>): SummaryColumn {
  const kind = name === 'sale_date' ? 'date' : name === 'product_id' ? ids.product : 'text';
  return { name, kind, type: KEY_TYPES[kind] };
}

/** A summary of this name, grouped by the columns `keys`. */
export function shapeOf(
  name: string,
  keys: readonly string[],
  model: Pick<SalesModel, 'ids' | 'quantityDecimals' | 'hasReturned' | 'hasNegative'>,
): SummaryShape {
  const quantity = quantityType(model.quantityDecimals);
  const sum = (column: string, type: SumType, isSigned = model.hasNegative): SumColumn => ({ name: column, isSigned, ...type });
  return {
    name,
    file: `${name}.csv`,
    keys: keys.map((key) => keyColumn(key, model)),
    quantity: sum('total_quantity', quantity),
    amount: sum('total_sale_amount', AMOUNT),
    returned: model.hasReturned
      ? { quantity: sum(RETURNED_COLUMNS.quantity, quantity, false), amount: sum(RETURNED_COLUMNS.amount, AMOUNT, false) }
      : null,
  };
}

/** The summary by product, as it is without a declaration. */
export const SALES_SUMMARY = shapeOf('sales_summary', ['product_id'], {
  ids: { sale: 'integer', product: 'integer' },
  quantityDecimals: 0,
  hasReturned: false,
  hasNegative: false,
});

/** The columns of sums, in order. */
export function sumsOf({ quantity, amount, returned }: SummaryShape): readonly SumColumn[] {
  return returned === null ? [quantity, amount] : [quantity, amount, returned.quantity, returned.amount];
}

/** A summary's columns in the order of the file and of the table. */
export function columnsOf(shape: SummaryShape): readonly SummaryColumn[] {
  return [...shape.keys, ...sumsOf(shape)];
}
