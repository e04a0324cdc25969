import { describe, expect, test } from 'vitest';
import { COLUMNS, faultsOf, file, parse, source } from './declared-files.js';

/** Each key of the manual. */
const EVERYTHING = `
product: text
quantity_decimals: 1
currency: EUR
unclaimed: ignore
summaries:
  sales_daily: [sale_date, store, product_id]
  by_till: [till]
defaults: { returns: reject, max_reject_ratio: 0.02, zone: Europe/Berlin }
sources:
  - name: uk_gifts
    files: 'uk/*.csv'
    dates: '%m/%d/%y %H:%M'
    returns: net
    columns:
      sale_id: InvoiceNo
      product_id: StockCode
      quantity: Quantity
      sale_amount: { price: UnitPrice }
      sale_date: InvoiceDate
      store: Country
      till: { value: '0012' }
  - name: partners_eu
    files: ['eu/*.csv', 'eu/**/*.{csv,csv.gz,xlsx}']
    sheet: Sales
    currency: EUR
    csv: { delimiter: ';', quote: "'", encoding: windows-1252, skip_lines: 2, footer: '^Total', trailing_empty: true }
    numbers: { decimal: ',', group: '.', currency: €, accounting: true, decimals: 15 }
    zone: America/New_York
    dates: '%d.%m.%Y'
    missing: ['--', 'NULL']
    skip: [{ column: Status, is: [Cancelled] }, { column: Cancelled at, empty: false }, { column: Type, is_not: sale }]
    carry: { within: Order, columns: [Status] }
    bad_file: set_aside
    allow_duplicates: true
    max_reject_ratio: 1
    returns: separate
    columns: { sale_id: { all: [Order, Line] }, product_id: { any: [SKU, Artikel] }, quantity: { value: 1 }, sale_amount: { gross: Umsatz, less: Rabatt },
               sale_date: Datum, store: { file: 'store_(\\d+)_' }, till: Kasse }
  - name: erp
    table: public.sales
    columns: { product_id: id, quantity: n, sale_amount: { price: p, less: l }, sale_date: d, store: s, till: t }
`;

describe('what a file may say', () => {
  test('all of it', () => {
    const { model, summaries, sources, ignoresUnclaimed, digest } = parse(EVERYTHING);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(ignoresUnclaimed).toBe(true);
    expect(model).toEqual({
      ids: { sale: 'text', product: 'text' },
      quantityDecimals: 1,
      amountDecimals: 15,
      dimensions: ['store', 'till'],
      hasDays: true,
      hasReturned: true,
      hasNegative: true,
    });
    expect(summaries.map(({ name, keys }) => [name, ...keys.map((key) => key.name)])).toEqual([
      ['sales_summary', 'product_id'],
      ['sales_daily', 'sale_date', 'store', 'product_id'],
      ['by_till', 'till'],
    ]);
    const [uk, eu, erp] = sources;
    expect(uk).toMatchObject({
      place: { kind: 'csv-files', patterns: ['uk/*.csv'], sheet: null },
      dates: { pattern: '%m/%d/%y %H:%M', zone: 'Europe/Berlin' },
      returns: 'net',
      maxRejectRatio: 0.02,
      columns: { dimensions: { till: { kind: 'value', value: '0012' } }, saleAmount: { kind: 'price', less: null } },
    });
    expect(eu).toMatchObject({
      place: { kind: 'csv-files', sheet: 'Sales' },
      csv: { delimiter: ';', quote: "'", encoding: 'windows-1252', skipLines: 2, footer: '^Total', trailingEmpty: true },
      numbers: { decimal: ',', group: '.', currency: '€', isAccounting: true, decimals: 15 },
      dates: { pattern: '%d.%m.%Y', zone: 'America/New_York' },
      missing: ['--', 'NULL'],
      badFile: 'set_aside',
      allowsDuplicates: true,
      maxRejectRatio: 1,
      returns: 'separate',
      columns: { quantity: { kind: 'value', value: '1' }, dimensions: { store: { kind: 'file', pattern: 'store_(\\d+)_' } } },
    });
    expect(eu!.skip.map(({ says }) => says)).toEqual(['Status is Cancelled', 'Cancelled at is not empty', 'Type is not sale']);
    expect(eu!.inputs.map(({ names }) => names)).toContainEqual(['SKU', 'Artikel']);
    expect(erp!.place).toEqual({ kind: 'postgres-table', table: 'public.sales' });
    expect(erp!.returns).toBe('reject');
  });

  test('scalars are taken as they are written', () => {
    const written = [
      '0012',
      'yes',
      'no',
      'null',
      '~',
      '1e3',
      '0x1F',
      '.5',
      '1_000',
      '2026-01-01',
      'true',
      '12:30:45',
      '+1',
      '-0',
      '.inf',
      '<<',
    ];
    expect(source(file(`missing: [${written.join(', ')}]`)).missing).toEqual(written);
    expect(source(file('missing: 0012')).missing).toEqual(['0012']);
    expect(source(file('', COLUMNS.replace('SKU', '007'))).inputs[0]!.names).toEqual(['007']);
  });

  test.each([
    ['a byte order mark', `\ufeff${file('')}`],
    ['CRLF', file('').replaceAll('\n', '\r\n')],
    ['comments and a document start', `# ours\n---\n${file('')}...\n# end\n`],
    [
      'JSON',
      JSON.stringify({
        sources: [
          { name: 'shop', files: ['*.csv'], columns: { product_id: 'SKU', quantity: 'Qty', sale_amount: 'Total', sale_date: 'Day' } },
        ],
      }),
    ],
  ])('with %s', (_, yaml) => {
    expect(
      source(yaml)
        .inputs.flatMap(({ names }) => names)
        .sort(),
    ).toEqual(['Day', 'Qty', 'SKU', 'Total']);
  });

  test('names that every object has', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const columns = `{ product_id: ${names[0]}, quantity: ${names[1]}, sale_amount: ${names[2]}, sale_date: ${names[3]}, constructor: valueOf }`;
    const { sources, summaries, model } = parse(
      file('missing: [__proto__]', columns, 'summaries: { constructor: [constructor] }\n').replace('shop', 'constructor'),
    );
    expect(sources[0]!.inputs.flatMap((input) => input.names).sort()).toEqual([...names, 'valueOf'].sort());
    expect(sources[0]!.name).toBe('constructor');
    expect(summaries[1]!.name).toBe('constructor');
    expect(model.dimensions).toEqual(['constructor']);
    expect(faultsOf(file('__proto__: x'))).toEqual(['4:5 sources[0].__proto__: there is no such key']);
    expect(faultsOf(file('', COLUMNS.replace('}', ', __proto__: x }')))).toHaveLength(1);
    expect(faultsOf(file('csv: { quote: constructor }'))).toHaveLength(1);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
