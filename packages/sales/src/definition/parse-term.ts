import type { AmountTerm, Term } from './definition.js';
import { compileExpression } from './expression.js';
import type { Inputs } from './inputs.js';
import type { YamlValue } from './yaml-value.js';

const TERM_KEYS = ['any', 'all', 'value', 'file'] as const;
type TermKey = (typeof TERM_KEYS)[number];

/** A constant longer than this is nobody's store or product. */
const VALUE_MAX = 255;

/** Where a value comes from: a column's name, or one of `any`, `all`, `value` and `file`. */
export function parseTerm(value: YamlValue, inputs: Inputs, isStaged = true): Term | undefined {
  if (!value.isMap)
    return value.isList
      ? value.fault('write { any: [...] } for one of several names, { all: [...] } for all together')
      : column([value], value, inputs, isStaged);
  const entries = value.map(TERM_KEYS);
  if (entries === undefined) return undefined;
  if (entries.size !== 1) return value.fault(`exactly one of ${TERM_KEYS.join(', ')} is expected here`);
  const [[key, inner]] = [...entries] as [[TermKey, YamlValue]];
  switch (key) {
    case 'any':
      return column(inner.list() ?? [], value, inputs, isStaged);
    case 'all':
      return composite(inner, inputs, isStaged);
    case 'value':
      return constant(inner);
    case 'file':
      return ofFile(inner);
  }
}

/** The amount of a sale: a field, `{ price, less }` or `{ gross, less }`. */
export function parseAmount(value: YamlValue, inputs: Inputs): AmountTerm | undefined {
  const keys = value.isMap ? [...(value.map() ?? new Map<string, YamlValue>()).keys()] : [];
  if (!keys.some((key) => ['price', 'gross', 'less'].includes(key))) {
    const amount = parseTerm(value, inputs);
    return amount === undefined ? undefined : { kind: 'amount', amount };
  }
  const entries = value.map(['price', 'gross', 'less']);
  const [price, gross, less] = ['price', 'gross', 'less'].map((key) => {
    const inner = entries?.get(key);
    return inner === undefined ? null : parseTerm(inner, inputs);
  });
  if (price === undefined || gross === undefined || less === undefined) return undefined;
  if (price !== null && gross !== null) return value.fault('price and gross exclude each other');
  if (price !== null) return { kind: 'price', price, less: less ?? null };
  if (gross !== null && less !== null) return { kind: 'gross', gross, less };
  return value.fault(gross === null ? 'price or gross is missing' : 'less is missing: gross alone is the name of a column');
}

function column(names: readonly YamlValue[], at: YamlValue, inputs: Inputs, isStaged: boolean): Term | undefined {
  const texts = names.map((name) => name.text());
  if (texts.length === 0 || !texts.every((text) => text !== undefined)) return undefined;
  try {
    return { kind: 'input', name: inputs.add(texts, isStaged) };
  } catch (error) {
    return at.fault((error as Error).message);
  }
}

function composite(list: YamlValue, inputs: Inputs, isStaged: boolean): Term | undefined {
  const parts = list.list()?.map((part) => parseTerm(part, inputs, isStaged));
  if (parts === undefined || !parts.every((part) => part !== undefined)) return undefined;
  if (parts.some(({ kind }) => kind === 'all')) return list.fault('all may not hold another all');
  return { kind: 'all', parts };
}

function constant(inner: YamlValue): Term | undefined {
  const value = inner.text();
  if (value === undefined) return undefined;
  if (value.trim() === '' || value.length > VALUE_MAX) return inner.fault(`a value has 1 to ${VALUE_MAX} characters`);
  return { kind: 'value', value };
}

function ofFile(inner: YamlValue): Term | undefined {
  const pattern = parsePattern(inner);
  if (pattern === undefined) return undefined;
  // With an empty alternative it matches the empty text, which shows how many groups there are.
  const groups = new RegExp(`${pattern}|`).exec('')!.length - 1;
  return groups === 1
    ? { kind: 'file', pattern }
    : inner.fault(`"${pattern}" has ${groups} groups in parentheses; exactly one gives the value`);
}

/** A regular expression. */
export function parsePattern(value: YamlValue): string | undefined {
  const pattern = value.text();
  if (pattern === undefined) return undefined;
  try {
    compileExpression(pattern);
    return pattern;
  } catch (error) {
    return value.fault((error as Error).message);
  }
}
