import type { SourceDefinition } from '@retail-etl/sales';
import type { Rules } from './judge-rows.js';

const ISO_DAY = 10;

/**
 * A row that is not rejected takes at least so many bytes of its file: a character for each column that it needs (for a date of ISO 8601
 * alone ten), a delimiter between two, and a line end. A cell that takes its value from the line above may be empty. A row that is skipped may
 * have no value at all.
 */
export function goodRowBytes({ source, dateFormats }: Rules, { inputs, carry }: Pick<SourceDefinition, 'inputs' | 'carry'>): number {
  if (source.skip.length > 0) return Math.max(1, inputs.length);
  const optional = new Set(carry?.columns);
  const needed = inputs.filter(({ name, isStaged }) => isStaged && !optional.has(name)).length;
  const { pattern } = source.dates;
  const hasDate = source.columns.saleDate.kind === 'input' && !optional.has(source.columns.saleDate.name);
  const date = pattern === null && dateFormats.length === 0 && hasDate ? ISO_DAY - 1 : 0;
  return Math.max(1, 2 * needed + date);
}
