import { isDimensionName, NAME_PATTERN } from './names.js';
import type { CsvOptions, DateOptions, NumberOptions, Returns, SourceColumns, SourceDefinition, Term } from './definition.js';
import { Inputs } from './inputs.js';
import { parseCarry, parseCsv, parseDates, parseNumbers, parseSkip } from './parse-options.js';
import { parseAmount, parseTerm } from './parse-term.js';
import { parsePlace, PLACE_KEYS } from './source-place.js';
import { termsOf } from './terms.js';
import { suggestion, type YamlValue } from './yaml-value.js';

/** What may stand in `defaults` as well as in a source. */
const COMMON_KEYS = ['csv', 'numbers', 'dates', 'zone', 'missing', 'returns', 'max_reject_ratio', 'bad_file', 'allow_duplicates'] as const;
const SOURCE_KEYS = ['name', ...PLACE_KEYS, 'currency', 'columns', 'skip', 'carry', ...COMMON_KEYS] as const;
const FIELD_KEYS = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date', 'store'] as const;

/** What holds for each source that does not say otherwise. */
export interface SourceDefaults {
  readonly csv: CsvOptions;
  readonly numbers: NumberOptions;
  readonly dates: DateOptions;
  readonly missing: readonly string[];
  readonly returns: Returns;
  readonly maxRejectRatio: number;
  readonly badFile: SourceDefinition['badFile'];
  readonly allowsDuplicates: boolean;
}

const DEFAULTS: SourceDefaults = {
  csv: { delimiter: null, quote: '"', encoding: 'utf-8', skipLines: 0, footer: null, trailingEmpty: false },
  numbers: { decimal: '.', group: null, currency: null, isAccounting: false, decimals: 6 },
  dates: { pattern: null, zone: null, takesOthers: false },
  missing: [],
  returns: 'reject',
  maxRejectRatio: 0.5,
  badFile: 'fail',
  allowsDuplicates: false,
};

export function parseDefaults(value: YamlValue | undefined): SourceDefaults {
  const entries = value?.map(COMMON_KEYS);
  return entries === undefined ? DEFAULTS : parseCommon(entries, DEFAULTS);
}

function parseCommon(entries: ReadonlyMap<string, YamlValue>, base: SourceDefaults): SourceDefaults {
  return {
    csv: parseCsv(entries.get('csv'), base.csv),
    numbers: parseNumbers(entries.get('numbers'), base.numbers),
    dates: parseDates(entries.get('dates'), entries.get('zone'), base.dates),
    missing: entries.get('missing')?.texts() ?? base.missing,
    returns: entries.get('returns')?.oneOf(['reject', 'net', 'separate']) ?? base.returns,
    maxRejectRatio: entries.get('max_reject_ratio')?.ratio() ?? base.maxRejectRatio,
    badFile: entries.get('bad_file')?.oneOf(['fail', 'set_aside']) ?? base.badFile,
    allowsDuplicates: entries.get('allow_duplicates')?.flag() ?? base.allowsDuplicates,
  };
}

/** What a source is held against: the dimensions that summaries are grouped by, and the currency of all. */
export interface Expectations {
  readonly dimensions: readonly string[];
  readonly currency: string | null;
}

export function parseSource(value: YamlValue, defaults: SourceDefaults, expected: Expectations): SourceDefinition | undefined {
  const entries = value.map(SOURCE_KEYS);
  if (entries === undefined) return undefined;
  const name = parseName(value, entries.get('name'));
  const place = parsePlace(value, entries);
  checkCurrency(entries.get('currency'), expected.currency);
  const inputs = new Inputs();
  const columns = entries.has('columns')
    ? parseColumns(entries.get('columns')!, inputs, expected.dimensions)
    : value.fault('columns is missing');
  const skip = entries.has('skip') ? parseSkip(entries.get('skip')!, inputs) : [];
  const carry = entries.has('carry') ? parseCarry(entries.get('carry')!, inputs) : null;
  const common = parseCommon(entries, defaults);
  if (place?.kind === 'postgres-table') refuseForTable(value, entries, columns);
  if (name === undefined || place === undefined || columns === undefined) return undefined;
  return { name, place, inputs: inputs.list, columns, skip, carry, ...common };
}

function parseName(source: YamlValue, value: YamlValue | undefined): string | undefined {
  if (value === undefined) return source.fault('name is missing');
  const name = value.text();
  if (name === undefined || NAME_PATTERN.test(name)) return name;
  return value.fault(`"${name}" is not a name: a small letter, then up to 47 small letters, digits and underscores`);
}

function checkCurrency(value: YamlValue | undefined, expected: string | null): void {
  const currency = value?.text();
  if (value === undefined || currency === undefined || currency === expected) return;
  value.fault(
    expected === null
      ? 'name the currency of all sources first, as currency at the top'
      : `"${currency}" is not the currency of all, "${expected}": amounts of two currencies are never added`,
  );
}

function refuseForTable(source: YamlValue, entries: ReadonlyMap<string, YamlValue>, columns: SourceColumns | undefined): void {
  for (const key of ['csv', 'carry', 'sheet', 'bad_file']) entries.get(key)?.fault('this is for files, not for a table');
  const terms = columns === undefined ? [] : termsOf(columns);
  if (terms.some(({ kind }) => kind === 'file')) source.fault('columns: file gives a value of the path of a file; a table has none');
}

function parseColumns(value: YamlValue, inputs: Inputs, dimensions: readonly string[]): SourceColumns | undefined {
  const entries = value.map();
  if (entries === undefined) return undefined;
  const known = [...new Set([...FIELD_KEYS, ...dimensions])];
  for (const [key, inner] of entries)
    if (!known.includes(key))
      inner.fault(
        `there is no such column${suggestion(key, known) || (isDimensionName(key) ? '; a further one has to be part of a summary' : '')}`,
      );
  for (const key of ['product_id', 'quantity', 'sale_amount', 'sale_date', ...dimensions])
    if (!entries.has(key)) value.fault(dimensions.includes(key) ? `${key} is missing, by which a summary is grouped` : `${key} is missing`);
  const term = (key: string, isStaged = true): Term | undefined => {
    const inner = entries.get(key);
    return inner === undefined ? undefined : parseTerm(inner, inputs, isStaged);
  };
  const saleId = term('sale_id') ?? null;
  const [productId, quantity, saleDate] = [term('product_id'), term('quantity'), term('sale_date')];
  const saleAmount = entries.has('sale_amount') ? parseAmount(entries.get('sale_amount')!, inputs) : undefined;
  // A store that no summary needs has to be there, too, or it is not what was meant.
  if (!dimensions.includes('store')) term('store', false);
  const found = dimensions.map((name) => [name, term(name)] as const);
  if (productId === undefined || quantity === undefined || saleAmount === undefined || saleDate === undefined) return undefined;
  const named = Object.fromEntries(found.filter((entry): entry is readonly [string, Term] => entry[1] !== undefined));
  return { saleId, productId, quantity, saleAmount, saleDate, dimensions: named };
}
