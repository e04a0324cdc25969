import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { COLUMNS, faultsOf, file, source } from './declared-files.js';

describe('what is refused', () => {
  test.each([
    ['a pattern of files that begins with *', file('').replace(/files: .*/, 'files: *.csv')],
    ['a pattern of dates that begins with %', file('dates: %d.%m.%Y')],
  ])('%s without quotes asks for quotes', (_, yaml) => {
    expect(faultsOf(yaml).join()).toMatch(/quotes/);
  });

  test('all faults at once, in order, with their places', () => {
    const faults = faultsOf(`product: txt
quantity_decimals: 4
sumaries: { s: [product_id] }
defaults: { returns: gross, max_reject_ratio: 2, csv: { delimeter: ',' } }
sources:
  - name: A
    files: ../x.csv
    dates: '%Q'
    dates: '%Y'
    zone: Mars/Base
    csv: { skip_lines: -1, encoding: latin9, quote: x }
    numbers: { decimal: '.', group: '.', decimals: 16 }
    columns: { product_id: SKU, quantity: { any: [a, a] }, sale_amount: { price: p, gross: g }, sale_dat: Day }
`);
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      '1:10',
      '2:20',
      '3:1',
      '4:22',
      '4:47',
      '4:57',
      '6:11',
      '7:12',
      '8:12',
      '9:5',
      '10:11',
      '11:24',
      '11:38',
      '11:53',
      '12:14',
      '12:52',
      '13:14',
      '13:43',
      '13:73',
      '13:107',
    ]);
    expect(faults[0]).toMatch(/did you mean text\?/);
    expect(faults[2]).toMatch(/did you mean summaries\?/);
    expect(faults[5]).toMatch(/did you mean delimiter\?/);
    expect(faults[9]).toMatch(/twice/);
    expect(faults.at(-1)).toMatch(/did you mean sale_date\?/);
  });

  test.each([
    ['a key twice', file('name: two'), '4:5'],
    ['a key twice deep inside', file("csv: { delimiter: ',', delimiter: ';' }"), '4:28'],
    ['a column twice', file('', COLUMNS.replace('}', ', quantity: Q2 }')), '4:85'],
    ['an alias', file('missing: &x a\n    zone: *x'), '5:11'],
    ['an alias of nothing', file('zone: *x'), '4:11'],
    ['a merge key', file('<<: { zone: UTC }'), '4:5'],
    ['a tag', file('missing: !!int 5'), '4:14'],
    ['a tag of another schema', file('missing: !thing 5'), '4:14'],
    ['two documents', `${file('')}---\n${file('')}`, '5:1'],
    ['tabs', file('').replaceAll('    ', '\t'), '3:1'],
    ['a list for a text', file('zone: [UTC]'), '4:11'],
    ['a map for a text', file('zone: { a: b }'), '4:11'],
    ['a text for a map', file('csv: x'), '4:10'],
    ['a list for a map', file('csv: [x]'), '4:10'],
    ['a map for a list', file('missing: { a: b }'), '4:14'],
    ['a list in a list', file('missing: [[a]]'), '4:15'],
    ['an empty list', file('missing: []'), '4:14'],
    ['nothing for a value', file('zone:'), '4:10'],
    ['a composite key', file('? [a, b]\n    : c'), '4:7'],
    ['an expression that does not compile', file("csv: { footer: '(' }"), '4:20'],
    ['an expression of a path without a group', file('', COLUMNS.replace('SKU', "{ file: 'a' }")), '4:36'],
    ['an expression of a path with two groups', file('', COLUMNS.replace('SKU', "{ file: '(a)(b)' }")), '4:36'],
    ['a table with csv', file('csv: { quote: none }').replace("files: '*.csv'", 'table: t'), '4:10'],
    ['files and a table', file('table: t'), '2:5'],
    ['another currency', file('currency: USD', COLUMNS, 'currency: EUR\n'), '5:15'],
    ['a currency of one source alone', file('currency: USD'), '4:15'],
    ['a currency that is empty', file('', COLUMNS, "currency: ''\n"), '1:11'],
    ['two sources of one name', `${file('')}${file('').replace('sources:\n', '')}`, '5:5'],
    ['a dimension that a source lacks', file('', COLUMNS, 'summaries: { s: [store] }\n'), '5:14'],
    ['price and gross', file('', COLUMNS.replace('Total', '{ price: a, gross: b }')), '4:61'],
    ['less alone', file('', COLUMNS.replace('Total', '{ less: a }')), '4:61'],
    ['a composite of composites', file('', COLUMNS.replace('SKU', '{ all: [{ all: [a, b] }, c] }')), '4:35'],
    ['a constant that is blank', file('', COLUMNS.replace('SKU', "{ value: ' ' }")), '4:37'],
    ['a name that is nobody sees', file('', COLUMNS.replace('SKU', '"\\u200b\\ufeff"')), '4:28'],
  ])('%s', (_, yaml, place) => {
    const faults = faultsOf(yaml);
    expect(faults.map((fault) => fault.split(' ')[0])).toContain(place);
  });

  test.each(['', '# nothing\n', '~', 'shop', '- shop', '---\n...\n', '\ufeff'])('a file of %j', (yaml) => {
    expect(faultsOf(yaml)).toHaveLength(1);
  });

  test.each(['../x.csv', '/x.csv', 'a/../b.csv', './a.csv', '!a.csv', 'a//b.csv', '', ' ', '{a,../b}.csv', '{..,a}/b.csv', '..', 'a/..'])(
    'the path %j',
    (pattern) => {
      expect(faultsOf(file('').replace("'*.csv'", JSON.stringify(pattern)))).toHaveLength(1);
    },
  );

  test.each(['*a*b*c*', 'x/*{a,b*c}*?*.csv', '{a/*b*c*d*,x}.csv'])('the path %j, which takes long to compare', (pattern) => {
    expect(faultsOf(file('').replace("'*.csv'", JSON.stringify(pattern)))).toEqual([expect.stringContaining('more than 3 times *')]);
  });

  test.each(['**/a/**/b/**/*.{csv,csv.gz,xlsx,txt}', '{*a*,*b*}*.csv'])('not the path %j', (pattern) => {
    expect(faultsOf(file('').replace("'*.csv'", JSON.stringify(pattern)))).toEqual([]);
  });

  test.each(['a\\0b', '\\0'])('a character that no server takes', (value) => {
    expect(faultsOf(file(`missing: "${value}"`))).toHaveLength(1);
  });

  test('an expression that may take for ever', () => {
    expect(faultsOf(file("csv: { footer: '(a)\\1' }"))).toEqual([expect.stringContaining('may take for ever')]);
  });

  test.each([
    '%Z',
    '%d.%m.%Y %Z',
    '%q',
    '%Q-%m-%d',
    '%d.%m',
    '%Y',
    '%Y-%m',
    '%Y-%d',
    '%m/%d',
    '%',
    '%Y-%m-%d %',
    '',
    'x',
    '%%',
    '%-Y-%m-%d',
    '%c',
    '%x',
    '%s',
    '%Y-%m-%e',
    '%Y-%m-%m-%d',
    '%Y-%m-%-m-%d',
    '%Y %y-%m-%d',
    '%Y-%m-%b-%d',
    '%Y-%j-%m-%d',
    '%Y %j %j',
    '%Y-%m-%d %H:%I',
    '%Y-%m-%d %z %z',
  ])('the date pattern %j', (pattern) => {
    expect(faultsOf(file(`dates: ${JSON.stringify(pattern)}`)).map((fault) => fault.split(' ')[0])).toEqual(['4:12']);
  });

  test.each(['Mars/Base', '', '+02:00', 'UTC+1', 'local', "Europe/Ber'lin", 'Europe/Berlin; x', 'Z', ' UTC'])('the zone %j', (zone) => {
    expect(faultsOf(file(`zone: ${JSON.stringify(zone)}`)).map((fault) => fault.split(' ')[0])).toEqual(['4:11']);
  });

  test.each([
    '{ S: [product_id] }',
    '{ 1s: [product_id] }',
    '{ etl_s: [product_id] }',
    '{ sales_summary: [product_id] }',
    '{ s-t: [product_id] }',
    '{ "": [product_id] }',
    `{ ${'s'.repeat(49)}: [product_id] }`,
    '{ s: [] }',
    '{ s: product_id }',
    '{ s: [product_id, product_id] }',
    '{ s: [quantity] }',
    '{ s: [sale_id] }',
    '{ s: [Product_id] }',
    '{ s: [a b] }',
    '{ s: [total_quantity] }',
    '{ s: [[product_id]] }',
    '[s]',
    's',
    '{ s: }',
    '{ s: [product_id], s: [sale_date] }',
    `{ ${Array.from({ length: 21 }, (_, index) => `s${index}: [product_id]`).join(', ')} }`,
    '{ s: [product_id, a, b, c] }',
  ])('the summaries %s', (summaries) => {
    expect(
      faultsOf(file('', COLUMNS.replace('}', ', a: A, b: B, c: C }'), `product: text\nsummaries: ${summaries}\n`)).filter((fault) =>
        fault.startsWith('2:'),
      ),
    ).toHaveLength(1);
  });

  test.each(['Shop', '', '1shop', 'a-b', 'a b', 'ä', 's'.repeat(49)])('the source name %j', (name) => {
    expect(faultsOf(file('').replace('shop', JSON.stringify(name)))).toHaveLength(1);
  });
});

describe('files that are no declaration are refused, soon', () => {
  test.each([
    ['lists in lists', '['.repeat(20_000)],
    ['closed lists in lists', `sources: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['maps in maps', `${'{a: '.repeat(5_000)}x${'}'.repeat(5_000)}`],
    ['dashes', '- '.repeat(20_000)],
    ['question marks', '? '.repeat(5_000)],
    ['two megabytes', `${file('')}#${'#'.repeat(2 << 20)}`],
    ['many keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: ${index}`).join('\n')],
    ['one key many times', 'a: 1\n'.repeat(20_000)],
    ['many sources', `sources:\n${'  - { name: s, files: x }\n'.repeat(3_000)}`],
    [
      'many keys of a summary',
      file('', COLUMNS, `summaries: { s: [${Array.from({ length: 20_000 }, (_, index) => `k${index}`).join(', ')}] }\n`),
    ],
    [
      'aliases of aliases',
      `a: &a [x, x]\n${Array.from({ length: 30 }, (_, index) => `k${index}: &k${index} [*${index === 0 ? 'a' : `k${index - 1}`}, *a]\n`).join('')}`,
    ],
  ])('%s', (_, yaml) => {
    expect(faultsOf(yaml).length).toBeGreaterThan(0);
  });

  test('more rules of skip than a row has codes for', () => {
    const rules = (count: number): string => Array.from({ length: count }, (_, index) => `{ column: n${index}, empty: true }`).join(', ');
    expect(source(file(`skip: [${rules(100)}]`)).skip).toHaveLength(100);
    expect(faultsOf(file(`skip: [${rules(5_000)}]`))).toEqual([expect.stringContaining('there are more than 100 rules')]);
  });
});

const whole = file(
  `dates: '%d.%m.%Y'\n    zone: Europe/Berlin\n    csv: { delimiter: ';', footer: '^Total' }\n    numbers: { decimal: ',', group: '.' }\n    missing: ['--', NULL]\n    skip: [{ column: Status, is: [x] }]\n    carry: { within: Order, columns: [Status] }`,
  "{ sale_id: { all: [Order, Line] }, product_id: { any: [SKU, Art] }, quantity: { value: 1 }, sale_amount: { price: P, less: L }, sale_date: D, store: { file: 'a(b)' } }",
  'product: text\ncurrency: EUR\nsummaries: { s: [sale_date, store] }\n',
);

/** What may be put in somewhere. */
const pieces = fc.oneof(
  fc.constantFrom(
    '\n',
    '\n    ',
    '\n  - ',
    ': ',
    ', ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '!!str ',
    '!x ',
    '|',
    '>',
    '? ',
    '- ',
    '%',
    '---\n',
    '...\n',
    '\t',
    '\r',
    '\ufeff',
    '\u2028',
    '\0',
    '\ud800',
    '__proto__: ',
    'null',
    '~',
    '<<: ',
    'any: ',
    'value: ',
    '@',
    '`',
    '\\',
    '🦆',
    '%YAML 1.2\n',
    'sources:',
    'columns: ',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);

test('whatever the text, it is a definition or SOURCES_INVALID', { timeout: 60_000 }, () => {
  expect(faultsOf(whole)).toEqual([]);
  const cuts = fc.array(fc.tuple(fc.nat(whole.length), fc.nat(6), pieces), { minLength: 1, maxLength: 6 });
  const property = fc.property(cuts, (changes) => {
    let text = whole;
    for (const [at, removed, piece] of changes) text = text.slice(0, at) + piece + text.slice(at + removed);
    for (const fault of faultsOf(text)) expect(fault).toMatch(/^(\d+:\d+ |is larger|and )/);
  });
  fc.assert(property, propertySettings('mutated declarations', 1_500));
});
