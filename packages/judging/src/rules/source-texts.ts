import { quoteText } from '@retail-etl/duckdb';
import {
  amountParts,
  compileExpression,
  isDimensionName,
  SALES_COLUMNS,
  type SourceColumns,
  type SourceDefinition,
  type Term,
  termsOf,
} from '@retail-etl/sales';
import type { Segment } from '@retail-etl/staging';

/** Between the parts of a composite value. Where it stands in a part, a backslash stands before it, so that two composites never are the same. */
const PART_END = '|';

type TextSource = Pick<SourceDefinition, 'columns' | 'skip' | 'missing'>;

/** The texts that a rule needs, as columns of `sourceTexts`, and those that have to be there for a row to have all values. */
export interface TextColumns {
  /** SQL by name, over the staged columns. */
  readonly texts: ReadonlyMap<string, string>;
  /** Names of those without which a row lacks a value. */
  readonly needed: readonly string[];
}

/** What a source's rows have to say, as SQL: the text of each value, whether it is a column, several together, a constant or of the file's path. */
export function textColumns({ columns, skip, missing }: TextSource): TextColumns {
  const { saleId, productId, quantity, saleAmount, saleDate, dimensions } = columns;
  const terms = new Map<string, Term | null>([
    ['sale_id', saleId],
    ['product_id', productId],
    ['quantity', quantity],
    ...amountParts(saleAmount),
    ['sale_date', saleDate],
    ...Object.entries(dimensions).map(([name, term]) => [dimensionText(name), term] as const),
  ]);
  const files = filePatterns(columns);
  const texts = new Map([...terms].map(([name, term]) => [name, term === null ? "''" : textOf(term, files, missing)] as const));
  const needed = [...terms].flatMap(([name, term]) => (term === null || term.kind === 'value' ? [] : [name]));
  for (const { input } of skip) texts.set(skippedText(input), input);
  return { texts, needed };
}

/*
 * Columns of our own begin with an underscore, which no declared name does.
 */
export const dimensionText = (name: string): string => `_in_${name}`;
export const skippedText = (input: string): string => `_skip_${input}`;
/** The value of a dimension, also in partials. */
export const dimensionColumn = (name: string): string => `_by_${name}`;
/** What a summary is grouped by, as partials have it. */
export const keyColumn = (name: string): string => (isDimensionName(name) ? dimensionColumn(name) : name);

/** SQL of a text that shows what a reject has for its amount. */
export function amountText(amount: SourceColumns['saleAmount']): string {
  return amountParts(amount)
    .map(([name]) => name)
    .join(` || ' ${PART_END} ' || `);
}

/** SQL of whether a text stands for no value. Spaces (U+0020, nothing else) at both ends do not count, so that nothing but spaces is none. */
export function isMissing(text: string, missing: readonly string[]): string {
  if (missing.length === 0) return `ltrim(${text}, ' ') = ''`;
  return `trim(${text}, ' ') IN (${['', ...missing.map((marker) => marker.trim())].map(quoteText).join(', ')})`;
}

function textOf(term: Term, files: readonly string[], missing: readonly string[]): string {
  switch (term.kind) {
    case 'input':
      return term.name;
    case 'value':
      return quoteText(term.value);
    case 'file':
      return `_file_${files.indexOf(term.pattern)}`;
    case 'all': {
      const parts = term.parts.map((part) => `trim(${textOf(part, files, missing)}, ' ')`);
      const escaped = parts.map((part) => `replace(replace(${part}, '\\', '\\\\'), '${PART_END}', '\\${PART_END}')`);
      // Without one of the parts there is no value.
      return `CASE WHEN ${parts.map((part) => isMissing(part, missing)).join(' OR ')} THEN '' ELSE ${escaped.join(` || '${PART_END}' || `)} END`;
    }
  }
}

/** The expressions over a file's path that a source has, each once. */
function filePatterns(columns: SourceColumns): string[] {
  return [...new Set(termsOf(columns).flatMap((term) => (term.kind === 'file' ? [term.pattern] : [])))];
}

/** SELECT of the staged rows with the texts of `textColumns` and `file_row_number`. */
export function sourceTexts(staged: string, source: TextSource, segments: readonly Segment[]): string {
  const texts = [...textColumns(source).texts].map(([name, sql]) => (sql === name ? name : `${sql} AS ${name}`));
  return `SELECT file_row_number, ${texts.join(', ')} FROM ${withFileValues(staged, filePatterns(source.columns), segments)}`;
}

/** SELECT of the five columns as rejects show them, with `file_row_number`. */
export function rejectedTexts(staged: string, source: TextSource, segments: readonly Segment[]): string {
  const shown = SALES_COLUMNS.map((column) =>
    column === 'sale_amount' ? `${amountText(source.columns.saleAmount)} AS sale_amount` : column,
  );
  return `SELECT file_row_number, ${shown.join(', ')} FROM (${sourceTexts(staged, source, segments)})`;
}

function withFileValues(staged: string, patterns: readonly string[], segments: readonly Segment[]): string {
  if (patterns.length === 0) return staged;
  const values = (file: string | null): string => patterns.map((pattern) => quoteText(valueInPath(pattern, file ?? '') ?? '')).join(', ');
  const names = patterns.map((_, index) => `_file_${index}`).join(', ');
  // Of segments that begin at the same row, only the last has rows.
  const rows = new Map(segments.map(({ firstRow, file }) => [firstRow, `(${firstRow}, ${values(file)})`]));
  return `(SELECT s.*, s.file_row_number, ${names} FROM ${staged} s ASOF JOIN (VALUES ${[...rows.values()].join(', ')}) AS v(rows_before, ${names}) ON s.file_row_number >= v.rows_before)`;
}

/** What an expression finds in a file's path: its first group; undefined if it does not match. */
function valueInPath(pattern: string, path: string): string | undefined {
  return compileExpression(pattern).exec(path)?.[1];
}
