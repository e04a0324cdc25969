import { createHash } from 'node:crypto';
import { LineCounter, parseDocument } from 'yaml';
import { SALES_SUMMARY, shapeOf, type SummaryShape } from '../summary.js';
import type { SalesDefinition, SourceDefinition } from './definition.js';
import { DefinitionFaults } from './definition-faults.js';
import { FIXED_DIMENSIONS, isDimensionName, NAME_PATTERN } from './names.js';
import type { SalesModel } from './sales-model.js';
import { parseDefaults, parseSource } from './parse-source.js';
import { type Fault, Faults, YamlValue } from './yaml-value.js';

const KEYS = ['product', 'quantity_decimals', 'currency', 'summaries', 'defaults', 'unclaimed', 'sources'] as const;

/** A longer file is no declaration. */
const BYTES_MAX = 1 << 20;
const SOURCES_MAX = 1_000;
const SUMMARIES_MAX = 20;
/** An index of MySQL holds a day and three texts of 255 characters. */
const TEXT_KEYS_MAX = 3;
/** With a day and an integer product, and some to be told about. */
const KEYS_MAX = 20;
/** Of amounts. */
const DECIMALS_MIN = 6;

/**
 * The definition in the text of a file. Throws SOURCES_INVALID with all of its faults, each with line and column. `name` is the file's, for
 * messages.
 */
export function parseDefinition(text: string, name: string): SalesDefinition {
  const lines = new LineCounter();
  const faults = new Faults(lines);
  if (text.length > BYTES_MAX) throw new DefinitionFaults(name, [{ line: 1, column: 1, message: 'the file is larger than 1 MiB' }]);
  // All scalars are texts in this schema, as they are written. Keys are checked where they are read: here that would take long for many.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  for (const { pos, code, message } of [...document.errors, ...document.warnings])
    faults.add(pos[0], code === 'BAD_SCALAR_START' ? `${message}: put the value in quotes` : message);
  const root = new YamlValue(document.contents, 0, '', faults);
  const definition = faults.list.length > 0 ? undefined : parseRoot(root, createHash('sha256').update(text).digest('hex'));
  if (definition !== undefined && faults.list.length === 0) return definition;
  throw new DefinitionFaults(name, faults.list.toSorted(byPlace));
}

const byPlace = (a: Fault, b: Fault): number => a.line - b.line || a.column - b.column;

function parseRoot(root: YamlValue, digest: string): SalesDefinition | undefined {
  const entries = root.map(KEYS);
  if (entries === undefined) return undefined;
  const product = entries.get('product')?.oneOf(['integer', 'text']) ?? 'integer';
  const quantityDecimals = entries.get('quantity_decimals')?.integer(0, 3) ?? 0;
  const currency = entries.get('currency')?.filled() ?? null;
  const unclaimed = entries.get('unclaimed')?.oneOf(['fail', 'ignore']) ?? 'fail';
  const groupings = entries.has('summaries') ? parseSummaries(entries.get('summaries')!, product === 'text') : new Map<string, string[]>();
  const keys = [...new Set([...groupings.values()].flat())];
  const dimensions = keys.filter((key) => !FIXED_DIMENSIONS.some((fixed) => fixed === key));
  const sources = parseSources(root, entries, dimensions, currency);
  const model: SalesModel = {
    ids: { sale: 'text', product },
    quantityDecimals,
    amountDecimals: Math.max(DECIMALS_MIN, ...sources.map((source) => decimalsOf(source, quantityDecimals))),
    dimensions,
    hasDays: keys.includes('sale_date'),
    hasNegative: sources.some(({ returns }) => returns === 'net'),
    hasReturned: sources.some(({ returns }) => returns === 'separate'),
  };
  const shape = (summary: string, by: readonly string[]): SummaryShape => shapeOf(summary, by, model);
  return {
    digest,
    model,
    ignoresUnclaimed: unclaimed === 'ignore',
    summaries: [shape(SALES_SUMMARY.name, ['product_id']), ...[...groupings].map(([summary, by]) => shape(summary, by))],
    sources,
  };
}

/** So many decimals an amount of the source may have, where it is computed those of its parts together. */
function decimalsOf({ columns, numbers }: SourceDefinition, quantityDecimals: number): number {
  return columns.saleAmount.kind === 'price' ? numbers.decimals + quantityDecimals : numbers.decimals;
}

function parseSources(
  root: YamlValue,
  entries: ReadonlyMap<string, YamlValue>,
  dimensions: readonly string[],
  currency: string | null,
): SourceDefinition[] {
  const defaults = parseDefaults(entries.get('defaults'));
  const list = entries.get('sources');
  if (list === undefined) root.fault('sources is missing');
  const items = list?.list() ?? [];
  if (items.length > SOURCES_MAX) list?.fault(`there are more than ${SOURCES_MAX} sources`);
  const sources: SourceDefinition[] = [];
  for (const item of items.slice(0, SOURCES_MAX)) {
    const source = parseSource(item, defaults, { dimensions, currency });
    if (source === undefined) continue;
    if (sources.some(({ name }) => name === source.name)) item.fault(`there are two sources of the name ${source.name}`);
    sources.push(source);
  }
  return sources;
}

function parseSummaries(value: YamlValue, hasTextProducts: boolean): Map<string, string[]> {
  const groupings = new Map<string, string[]>();
  const entries = [...(value.map() ?? [])];
  if (entries.length > SUMMARIES_MAX) value.fault(`there are more than ${SUMMARIES_MAX} summaries`);
  for (const [name, list] of entries.slice(0, SUMMARIES_MAX)) {
    if (!NAME_PATTERN.test(name) || name.startsWith('etl_') || name === SALES_SUMMARY.name)
      list.fault(
        `a summary's name is a small letter, then up to 47 small letters, digits and underscores; it does not begin with etl_ and is not ${SALES_SUMMARY.name}`,
      );
    const keys = parseKeys(list, hasTextProducts);
    if (keys !== undefined) groupings.set(name, keys);
  }
  return groupings;
}

function parseKeys(list: YamlValue, hasTextProducts: boolean): string[] | undefined {
  const keys: string[] = [];
  const items = list.list() ?? [];
  if (items.length > KEYS_MAX) return list.fault(`more than ${KEYS_MAX} columns are no key`);
  for (const item of items) {
    const key = item.text();
    if (key === undefined) continue;
    if (!isDimensionName(key) && !FIXED_DIMENSIONS.some((fixed) => fixed === key))
      item.fault(`"${key}" is not the name of a column that sales can be grouped by`);
    else if (keys.includes(key)) item.fault(`${key} appears twice`);
    else keys.push(key);
  }
  const texts = keys.filter((key) => key !== 'sale_date' && (key !== 'product_id' || hasTextProducts));
  if (texts.length > TEXT_KEYS_MAX)
    return list.fault(`more than ${TEXT_KEYS_MAX} of them are texts, which is more than a key of MySQL holds`);
  return keys.length === 0 ? undefined : keys;
}
