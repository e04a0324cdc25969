import { CSV_ENCODINGS } from '../csv-encodings.js';
import type { CarryRule, CsvOptions, DateOptions, NumberOptions, SkipRule } from './definition.js';
import { problemOfDatePattern } from './date-directives.js';
import type { Inputs } from './inputs.js';
import { parsePattern } from './parse-term.js';
import type { YamlValue } from './yaml-value.js';

const CSV_KEYS = ['delimiter', 'quote', 'encoding', 'skip_lines', 'footer', 'trailing_empty'] as const;
const NUMBER_KEYS = ['decimal', 'group', 'currency', 'accounting', 'decimals'] as const;
const SKIP_LINES_MAX = 10_000;
const CURRENCY_MAX = 10;
/** Each has a code of its own among the outcomes of a row, which is one byte. */
const SKIP_MAX = 100;

/** `value` is undefined where nothing is declared: then all is as in `base`. */
export function parseCsv(value: YamlValue | undefined, base: CsvOptions): CsvOptions {
  const entries = value?.map(CSV_KEYS);
  if (entries === undefined) return base;
  const options = {
    delimiter: read(entries, 'delimiter', parseDelimiter) ?? base.delimiter,
    quote: entries.has('quote') ? parseQuote(entries.get('quote')!) : base.quote,
    encoding: read(entries, 'encoding', (inner) => inner.oneOf(CSV_ENCODINGS)) ?? base.encoding,
    skipLines: read(entries, 'skip_lines', (inner) => inner.integer(0, SKIP_LINES_MAX)) ?? base.skipLines,
    footer: read(entries, 'footer', parsePattern) ?? base.footer,
    trailingEmpty: read(entries, 'trailing_empty', (inner) => inner.flag()) ?? base.trailingEmpty,
  };
  if (options.delimiter !== null && options.delimiter === options.quote) value!.fault('delimiter and quote are the same character');
  return options;
}

function read<T>(entries: ReadonlyMap<string, YamlValue>, key: string, parse: (value: YamlValue) => T | undefined): T | undefined {
  const value = entries.get(key);
  return value === undefined ? undefined : parse(value);
}

function parseDelimiter(value: YamlValue): string | undefined {
  const text = value.text();
  if (text === undefined) return undefined;
  const delimiter = ['tab', String.raw`\t`].includes(text) ? '\t' : text;
  if (/^[\t!#-&(-/:-@[-`{-~]$/.test(delimiter)) return delimiter;
  return value.fault(`"${text}" is not a delimiter: one character such as , ; | or tab`);
}

function parseQuote(value: YamlValue): string | null {
  return { '"': '"', "'": "'", none: null }[value.oneOf(['"', "'", 'none']) ?? '"']!;
}

export function parseNumbers(value: YamlValue | undefined, base: NumberOptions): NumberOptions {
  const entries = value?.map(NUMBER_KEYS);
  if (entries === undefined) return base;
  const options = {
    decimal: read(entries, 'decimal', (inner) => inner.oneOf<'.' | ','>(['.', ','])) ?? base.decimal,
    group: read(entries, 'group', (inner) => parseGroup(inner)) ?? base.group,
    currency: read(entries, 'currency', parseCurrencySign) ?? base.currency,
    isAccounting: read(entries, 'accounting', (inner) => inner.flag()) ?? base.isAccounting,
    decimals: read(entries, 'decimals', (inner) => inner.integer(0, 15)) ?? base.decimals,
  };
  if (options.group === options.decimal) value!.fault(`decimal and group are both "${options.decimal}"`);
  return options;
}

const GROUPS = ['.', ',', "'", '’', ' '] as const;

function parseGroup(value: YamlValue): string | undefined {
  const text = value.text();
  if (text === undefined) return undefined;
  if (text === '\u00a0' || text === '\u202f') return ' ';
  return GROUPS.find((group) => group === text) ?? value.fault(`"${text}" is not one of ${GROUPS.map((group) => `"${group}"`).join(', ')}`);
}

function parseCurrencySign(value: YamlValue): string | undefined {
  const text = value.text()?.trim();
  if (text === undefined) return undefined;
  const isSign = text !== '' && text.length <= CURRENCY_MAX && !/[\d\s()+-]/.test(text) && !['.', ','].includes(text);
  return isSign ? text : value.fault(`"${text}" is not a currency sign or code, such as € or EUR`);
}

/** `dates` and `zone`. */
export function parseDates(dates: YamlValue | undefined, zone: YamlValue | undefined, base: DateOptions): DateOptions {
  return { pattern: parseDatePattern(dates) ?? base.pattern, zone: parseZone(zone) ?? base.zone, takesOthers: false };
}

function parseDatePattern(value: YamlValue | undefined): string | undefined {
  const pattern = value?.text();
  if (value === undefined || pattern === undefined) return undefined;
  const problem = problemOfDatePattern(pattern);
  return problem === null ? pattern : value.fault(`"${pattern}": ${problem}`);
}

function parseZone(value: YamlValue | undefined): string | undefined {
  const zone = value?.text();
  if (value === undefined || zone === undefined) return undefined;
  try {
    // Offsets such as +02:00 are zones for newer versions of Node alone.
    if (!/^[A-Za-z]/.test(zone)) throw new RangeError();
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return value.fault(`"${zone}" is not a time zone such as Europe/Berlin`);
  }
}

/** Rules of `skip`: each has a column and one of `is`, `is_not` and `empty`. */
export function parseSkip(value: YamlValue, inputs: Inputs): SkipRule[] {
  const items = value.list() ?? [];
  if (items.length > SKIP_MAX) value.fault(`there are more than ${SKIP_MAX} rules`);
  return items.slice(0, SKIP_MAX).flatMap((item): SkipRule[] => {
    const entries = item.map(['column', 'is', 'is_not', 'empty']);
    const input =
      entries?.has('column') === true ? parseColumn(entries.get('column')!, inputs) : entries && item.fault('column is missing');
    if (entries === undefined || input === undefined) return [];
    const tests = ['is', 'is_not', 'empty'].filter((key) => entries.has(key));
    if (tests.length !== 1) {
      item.fault('exactly one of is, is_not and empty is expected beside column');
      return [];
    }
    const [kind] = tests as ['is' | 'is_not' | 'empty'];
    const inner = entries.get(kind)!;
    if (kind === 'empty') {
      const isEmpty = inner.flag();
      return isEmpty === undefined
        ? []
        : [{ input: input.name, test: { kind, isEmpty }, says: `${input.shown} is ${isEmpty ? '' : 'not '}empty` }];
    }
    const values = inner.texts();
    if (values === undefined) return [];
    return [{ input: input.name, test: { kind, values }, says: `${input.shown} is ${kind === 'is' ? '' : 'not '}${values.join(' or ')}` }];
  });
}

/** `{ within: Order, columns: [Status] }` */
export function parseCarry(value: YamlValue, inputs: Inputs): CarryRule | null {
  const entries = value.map(['within', 'columns']);
  if (entries === undefined) return null;
  for (const key of ['within', 'columns']) if (!entries.has(key)) value.fault(`${key} is missing`);
  const within = entries.has('within') ? parseColumn(entries.get('within')!, inputs) : undefined;
  const columns = entries
    .get('columns')
    ?.oneOrMore()
    ?.map((item) => parseColumn(item, inputs));
  if (within === undefined || columns === undefined || !columns.every((column) => column !== undefined)) return null;
  if (columns.some(({ name }) => name === within.name)) return value.fault('within is one of the columns') ?? null;
  return { within: within.name, columns: columns.map(({ name }) => name) };
}

function parseColumn(value: YamlValue, inputs: Inputs): { name: string; shown: string } | undefined {
  const names = value.isMap ? value.map(['any'])?.get('any')?.texts() : value.texts();
  if (names === undefined) return undefined;
  if (!value.isMap && names.length !== 1) return value.fault('one column is expected here');
  try {
    return { name: inputs.add(names, true), shown: names[0]! };
  } catch (error) {
    return value.fault((error as Error).message);
  }
}
