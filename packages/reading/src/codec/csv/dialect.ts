import { shownText } from '@retail-etl/contracts';
import { columnKey, type CsvOptions, type InputColumn, withoutUnseen } from '@retail-etl/sales';
import { parseString } from 'fast-csv';
import { distance } from 'fastest-levenshtein';
import { DELIMITERS, hasLoneReturns, type Header, headerInvalid } from './find-header.js';
import type { RecordShape } from './record-reader.js';

/** A name that differs in more characters is another one. */
const CHANGES_MAX = 3;
const SUGGESTIONS_MAX = 3;
const PART_LENGTH_MIN = 4;
/** Longer ones are nobody's slip of the pen, and would take long to compare. */
const NAME_LENGTH_MAX = 64;

/** What a header says if one of the delimiters separates its names. */
interface Reading {
  readonly delimiter: string;
  readonly names: readonly string[];
  /** How many of the wanted columns it names. */
  readonly found: number;
}

/** What is looked for in a header. */
export interface WantedColumns {
  readonly inputs: readonly InputColumn[];
  readonly csv: Pick<CsvOptions, 'delimiter' | 'quote' | 'trailingEmpty'>;
}

/** How a file's records are to be read. */
export interface Dialect {
  readonly shape: RecordShape;
  /** All names of the header, as `columnKey` gives them. */
  readonly names: readonly string[];
}

/**
 * Finds the delimiter and which fields the wanted columns are. Without a declaration the delimiter is the one of a line `sep=`; without such a
 * line, the first that yields the most of them. Names are compared as `columnKey` gives them; other columns are ignored. Throws HEADER_INVALID
 * with the file, the columns that are missing or appear twice, and the line that was read.
 */
export async function readDialect(header: Header, file: string, wanted: WantedColumns): Promise<Dialect> {
  const { best, hasBadQuote } = await readBest(header, wanted);
  if (best === undefined || (best.found === 0 && hasBadQuote)) {
    throw headerInvalid(file, 'the header has an unclosed or misplaced quote', header);
  }
  const names = wanted.csv.trailingEmpty ? withoutLastEmpty(best.names) : best.names;
  const { fields, problems } = matchColumns(names, wanted.inputs, { suggests: !hasLoneReturns(header.text) });
  if (problems.length > 0) {
    const by =
      header.delimiter === null
        ? ''
        : ` with the delimiter "${shownText(header.delimiter)}"${wanted.csv.delimiter === null ? ' of the line sep=' : ''}`;
    throw headerInvalid(file, problems.join(', ') + by, header);
  }
  const columnOfField = new Int32Array(names.length).fill(-1);
  for (const [column, field] of stagedFields(wanted.inputs, fields).entries()) columnOfField[field] = column;
  const { quote, trailingEmpty } = wanted.csv;
  const shape: RecordShape = {
    delimiter: best.delimiter.charCodeAt(0),
    quote: quote?.charCodeAt(0) ?? -1,
    hasTrailingEmpty: trailingEmpty,
    fieldCount: names.length,
    columnOfField,
    skipsBlankLines: true,
  };
  return { shape, names };
}

/** The fields of the columns that are staged, in their order. */
export function stagedFields(inputs: readonly InputColumn[], fields: readonly number[]): number[] {
  return fields.filter((_, index) => inputs[index]!.isStaged);
}

/** What a message says of a column beside its name. */
interface Hints {
  /** Whether the nearest other names are told. */
  readonly suggests: boolean;
  /** What tells the fields apart that have the same name. */
  readonly variants?: (fields: readonly number[]) => string;
}

/** For each input its field among the names of a header or table, and what is wrong. */
export function matchColumns(
  names: readonly string[],
  inputs: readonly InputColumn[],
  { suggests, variants = () => '' }: Hints,
): { fields: number[]; problems: string[] } {
  const problems: string[] = [];
  const wanted = new Set(inputs.flatMap((input) => input.names.map(columnKey)));
  const fields = inputs.map((input) => {
    const keys = input.names.map(columnKey);
    const matches = [...names.keys()].filter((field) => keys.includes(names[field]!));
    if (matches.length === 1) return matches[0]!;
    if (matches.length === 0) problems.push(`${missing(input.names)}${suggests ? nearest(keys[0]!, names, wanted) : ''}`);
    else problems.push(`${several(input.names, new Set(matches.map((field) => names[field]!)))}${variants(matches)}`);
    return -1;
  });
  return { fields, problems };
}

function several(names: readonly string[], found: ReadonlySet<string>): string {
  if (found.size > 1) return `of the columns ${names.map((name) => shownText(name)).join(', ')} more than one is there`;
  return `column ${shownText(names.find((name) => found.has(columnKey(name))) ?? '')} appears twice`;
}

function missing(names: readonly string[]): string {
  const shown = names.map((name) => shownText(name)).join(', ');
  return names.length === 1 ? `column ${shown} is missing` : `none of the columns ${shown} is there`;
}

function withoutLastEmpty(names: readonly string[]): readonly string[] {
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}

/** Names of the header that may be meant: the nearest ones that are not wanted themselves. */
function nearest(column: string, names: readonly string[], wanted: ReadonlySet<string>): string {
  const others = [...new Set(names)].filter((name) => name !== '' && name.length <= NAME_LENGTH_MAX && !wanted.has(name));
  const changes = others.map((name) => ({ name, count: changesBetween(plain(name), plain(column)) }));
  const fewest = Math.min(...changes.map(({ count }) => count));
  if (fewest > CHANGES_MAX) return '';
  const found = changes.filter(({ count }) => count === fewest).slice(0, SUGGESTIONS_MAX);
  return ` (nearest: ${found.map(({ name }) => `"${shownText(name)}"`).join(', ')})`;
}

/** A part of a name, such as `amount` of `sale_amount`, is as near as any name that is near at all. */
function changesBetween(name: string, column: string): number {
  const isPart = name.length >= PART_LENGTH_MIN && name.length <= 2 * column.length && (column.includes(name) || name.includes(column));
  return Math.min(distance(name, column), isPart ? CHANGES_MAX : Infinity);
}

/** `Sale-ID`, `sale id` and `saleId` are near to `sale_id`. */
const plain = (name: string): string => name.replaceAll(/[^\p{L}\p{N}]/gu, '');

async function readBest(header: Header, { inputs, csv }: WantedColumns): Promise<{ best: Reading | undefined; hasBadQuote: boolean }> {
  let best: Reading | undefined;
  let hasBadQuote = false;
  for (const delimiter of header.delimiter === null ? DELIMITERS : [header.delimiter]) {
    const names = await parseNames(header.text, delimiter, csv.quote);
    if (names === null) {
      hasBadQuote = true;
      continue;
    }
    const found = inputs.filter((input) => input.names.some((name) => names.includes(columnKey(name)))).length;
    if (best === undefined || found > best.found) best = { delimiter, names, found };
  }
  return { best, hasBadQuote };
}

function parseNames(header: string, delimiter: string, quote: string | null): Promise<string[] | null> {
  return new Promise((resolve) => {
    let names: string[] = [];
    // A lone return is text, not a newline; around a name it does not count.
    parseString<string[], string[]>(withoutUnseen(header).replaceAll('\r', ' '), {
      headers: false,
      delimiter,
      ...(quote === null ? { quote } : { quote, escape: quote }),
    })
      .on('data', (row: string[]) => {
        names = row.map(columnKey);
      })
      .on('error', () => resolve(null))
      .on('end', () => resolve(names));
  });
}
