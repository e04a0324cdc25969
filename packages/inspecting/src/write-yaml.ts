import type { ProposedColumns, ProposedSource } from './proposed-source.js';

/** The text of a `sources.yaml` with one source. `from`: of what it was made, for a comment. */
export function yamlOf(source: ProposedSource, from: string): string {
  const { product, quantityDecimals, comments } = source;
  const line = (key: string, value: string | null): string[] => (value === null ? [] : [`    ${key}: ${value}`]);
  const commented = (key: keyof ProposedSource['comments']): string[] => (comments[key] ?? []).map((text) => `    # ${text}`);
  return [
    `# Proposed by "retail-etl inspect" from ${from}.`,
    `product: ${product}`,
    ...(quantityDecimals === 0 ? [] : [`quantity_decimals: ${quantityDecimals}`]),
    'sources:',
    `  - name: ${source.name}`,
    ...line('files', source.files.length === 1 ? quoted(source.files[0]!) : `[${source.files.map(quoted).join(', ')}]`),
    ...line('sheet', source.sheet === null ? null : scalar(source.sheet)),
    ...line('csv', csvOf(source.csv)),
    ...commented('numbers'),
    ...line('numbers', numbersOf(source.numbers)),
    ...commented('dates'),
    ...line('dates', source.dates === null ? null : quoted(source.dates)),
    ...line('missing', source.missing.length === 0 ? null : `[${source.missing.map(quoted).join(', ')}]`),
    ...commented('columns'),
    '    columns:',
    ...columnLines(source.columns).map((each) => `      ${each}`),
    '',
  ].join('\n');
}

/** `{ a: 1, b: 2 }`; null if all are null. */
function flow(pairs: readonly (readonly [key: string, value: string | null])[]): string | null {
  const there = pairs.filter(([, value]) => value !== null);
  return there.length === 0 ? null : `{ ${there.map(([key, value]) => `${key}: ${value}`).join(', ')} }`;
}

function csvOf({ delimiter, quote, encoding, skipLines, footer, hasTrailingEmpty }: ProposedSource['csv']): string | null {
  return flow([
    ['delimiter', delimiter === ',' ? null : delimiter === '\t' ? 'tab' : quoted(delimiter)],
    ['quote', quote === '"' ? null : quoted(quote)],
    ['encoding', encoding === 'utf-8' ? null : encoding],
    ['skip_lines', skipLines === 0 ? null : String(skipLines)],
    ['footer', footer === null ? null : quoted(footer)],
    ['trailing_empty', hasTrailingEmpty ? 'true' : null],
  ]);
}

/** What differs from the numbers that need no declaration. */
export function numbersOf({ decimal, group, currency, isAccounting, decimals }: ProposedSource['numbers']): string | null {
  return flow([
    ['decimal', decimal === '.' ? null : quoted(decimal)],
    ['group', group === null ? null : quoted(group)],
    ['currency', currency === null ? null : quoted(currency)],
    ['accounting', isAccounting ? 'true' : null],
    ['decimals', decimals <= 6 ? null : String(decimals)],
  ]);
}

function columnLines({ sale_amount: amount, quantity, ...others }: ProposedColumns): string[] {
  const name = (key: 'sale_id' | 'product_id' | 'sale_date' | 'store'): string[] =>
    others[key] === null ? [] : [`${key}: ${scalar(others[key])}`];
  const price =
    typeof amount === 'string'
      ? null
      : flow([
          ['price', scalar(amount.price)],
          ['less', amount.less === null ? null : scalar(amount.less)],
        ]);
  return [
    ...name('sale_id'),
    ...name('product_id'),
    `quantity: ${quantity === null ? '{ value: 1 }' : scalar(quantity)}`,
    `sale_amount: ${price ?? scalar(amount as string)}`,
    ...name('sale_date'),
    ...name('store'),
  ];
}

/** A text as it is, where YAML allows, else in quotes. */
export function scalar(text: string): string {
  return /^\p{L}(?:[\p{L}\p{N} _\-./()]*[\p{L}\p{N}_)])?$/u.test(text) ? text : quoted(text);
}

/** In single quotes; what cannot be seen is escaped in double ones. */
function quoted(text: string): string {
  if (!/[^\P{C}]|[\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const escaped = JSON.stringify(text).replaceAll(/[^\P{C}]|[\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
  return escaped;
}
