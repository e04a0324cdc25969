import type { Dice } from './dice.js';

/** What the values of some files mean. All files of one declaration share it. */
export interface VariantRules {
  readonly decimal: '.' | ',';
  readonly group: string | null;
  readonly currency: string | null;
  readonly accounting: boolean;
  readonly decimals: number;
  readonly quantityDecimals: number;
  readonly dates: string | null;
  readonly amount: 'total' | 'price' | 'price less' | 'gross less';
  readonly returns: 'reject' | 'net' | 'separate';
  readonly product: 'text' | 'integer';
  readonly saleId: 'none' | 'one' | 'all';
  readonly missing: readonly string[];
}

/** The column of each field as the declaration names it. */
export const NAMES = {
  order: 'Order No',
  line: 'Line',
  product: 'Article',
  quantity: 'Pieces',
  total: 'Umsatz',
  price: 'Unit Price',
  less: 'Rabatt',
  date: 'Größe Tag',
} as const;
export type Field = keyof typeof NAMES;

/** Several usual ones of each, and some that are not. */
export function throwRules(dice: Dice): VariantRules {
  const [decimal, group] = dice.one([
    ['.', null],
    ['.', ','],
    ['.', "'"],
    ['.', '’'],
    ['.', ' '],
    [',', null],
    [',', '.'],
    [',', ' '],
    [',', "'"],
  ] as const);
  return {
    decimal,
    group,
    currency: dice.one([null, null, '€', '$', 'EUR', 'kr', 'R$', 'CHF', '£']),
    accounting: dice.once(3),
    decimals: dice.one([0, 2, 2, 3, 6, 9, 15]),
    quantityDecimals: dice.one([0, 0, 1, 3]),
    dates: dice.one([
      null,
      '%d.%m.%Y',
      '%m/%d/%Y',
      '%m/%d/%y %H:%M',
      '%Y%m%d',
      '%d %b %Y',
      '%B %d, %Y',
      '%-d.%-m.%y',
      '%d/%m/%Y %I:%M:%S %p',
      '%Y-%m-%dT%H:%M:%S%z',
    ]),
    amount: dice.one(['total', 'price', 'price less', 'gross less']),
    returns: dice.one(['reject', 'net', 'separate']),
    product: dice.one(['text', 'integer']),
    saleId: dice.one(['none', 'one', 'all']),
    missing: dice.one([[], ['--'], ['NULL', 'n/a', '-']]),
  };
}

/** The fields that the declaration takes, in its order. */
export function fieldsOf({ saleId, amount }: VariantRules): Field[] {
  const ids: Record<VariantRules['saleId'], Field[]> = { none: [], one: ['order'], all: ['order', 'line'] };
  const amounts: Record<VariantRules['amount'], Field[]> = {
    total: ['total'],
    price: ['price'],
    'price less': ['price', 'less'],
    'gross less': ['total', 'less'],
  };
  return [...ids[saleId], 'product', 'quantity', ...amounts[amount], 'date'];
}

/** What is alike in the declarations of all files that share the rules. */
export function yamlOf(rules: VariantRules, csv: Readonly<Record<string, string>>): string {
  const { decimal, group, currency, accounting, decimals, dates, missing } = rules;
  const text = JSON.stringify;
  const amounts = {
    total: text(NAMES.total),
    price: text({ price: NAMES.price }),
    'price less': text({ price: NAMES.price, less: NAMES.less }),
    'gross less': text({ gross: NAMES.total, less: NAMES.less }),
  };
  const saleIds = { none: '', one: `sale_id: ${NAMES.order}, `, all: `sale_id: { all: [${NAMES.order}, ${NAMES.line}] }, ` };
  return `
product: ${rules.product}
quantity_decimals: ${rules.quantityDecimals}
sources:
  - name: variant
    files: '*.csv'
    csv: ${text(csv)}
    numbers: ${text({ decimal, ...(group === null ? {} : { group }), ...(currency === null ? {} : { currency }), accounting: String(accounting), decimals: String(decimals) })}${dates === null ? '' : `\n    dates: ${text(dates)}`}${missing.length === 0 ? '' : `\n    missing: ${text(missing)}`}
    returns: ${rules.returns}
    columns: { ${saleIds[rules.saleId]}product_id: ${NAMES.product}, quantity: ${NAMES.quantity}, sale_amount: ${amounts[rules.amount]}, sale_date: ${NAMES.date} }
`;
}
