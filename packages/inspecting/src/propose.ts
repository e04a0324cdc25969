import { shownText } from '@retail-etl/contracts';
import { type FileSample, fileMatcher } from '@retail-etl/reading';
import { type Chosen, chooseColumns, type Column, otherNumbers } from './columns/choose-columns.js';
import type { Role } from './columns/words.js';
import { patternsOf, sourceNameOf } from './file-patterns.js';
import { NoProposal } from './no-proposal.js';
import type { Answers, Decision, Proposal, ProposedColumns, ProposedSource } from './proposed-source.js';
import { columnsOf, isRegular, readTable, type Table } from './table.js';
import type { GuessedDialect } from './text/guess-dialect.js';
import { guessFooter } from './text/guess-footer.js';
import type { RawRecord } from './text/split-records.js';
import { decideDates, decideNumbers } from './decide-values.js';
import { decimalsBy, isNegative } from './values/guess-numbers.js';
import { isMissingMarker, looksLikeNumber } from './values/looks-like.js';
import { yamlOf } from './write-yaml.js';

export interface ProposeOptions {
  /** Of the source; by default made of the name of the first file. */
  readonly name?: string | undefined;
  readonly answers?: Answers | undefined;
}

const QUANTITY_DECIMALS_MAX = 3;
const DECIMALS_MAX = 15;
const DECIMALS_USUAL = 6;

/**
 * Proposes one source for files by what they begin with. The names of the samples are paths below the input folder. Throws NoProposal if
 * it is not clear what is sold for how much and when, FILE_NOT_TEXT and SOURCE_EMPTY for files that hold no sales.
 */
export async function proposeSource(samples: readonly FileSample[], { name, answers = {} }: ProposeOptions = {}): Promise<Proposal> {
  const tables: Table[] = [];
  for (const sample of samples) tables.push(await readTable(sample));
  const [first] = tables as [Table, ...Table[]];
  const { dialect } = first;
  const width = widthOf(first);
  const isCounted = (record: RawRecord): boolean => isRegular(record, dialect, width);
  const all = columnsOf(tables, isCounted);
  const chosen = chooseColumns(all);
  const quantity = decideQuantity(all, chosen, answers);
  const columns = proposedColumns(chosen, dialect.names);
  const footer = footerOf(tables, chosen, isCounted);
  const sales = columnsOf(tables, (record) => isCounted(record) && !footer.lines.includes(record));
  const valuesOf: ValuesOf = (role) => sales.find((each) => each.name === chosen.get(role)?.column.name)?.values ?? [];

  const amountRoles = (typeof columns.sale_amount === 'string' ? ['sale_amount'] : ['price', 'less']) as readonly Role[];
  const { numbers, dates } = decideValues(valuesOf, amountRoles, { dialect, answers, others: otherNumberValues(sales, chosen) });
  const found = {
    decimals: decimalsBy(amountRoles.flatMap(valuesOf), numbers.style),
    ofQuantity: decimalsBy(valuesOf('quantity'), numbers.style),
  };
  const source: ProposedSource = {
    name: name ?? sourceNameOf(first.name),
    files: patternsOf(tables.map((table) => table.name)),
    product: areWholeIds(valuesOf('product_id')) ? 'integer' : 'text',
    quantityDecimals: Math.min(found.ofQuantity, QUANTITY_DECIMALS_MAX),
    csv: csvOf(tables, footer.pattern),
    numbers: {
      ...numbers.style,
      currency: numbers.currency,
      isAccounting: numbers.isAccounting,
      decimals: Math.max(DECIMALS_USUAL, Math.min(found.decimals, DECIMALS_MAX)),
    },
    dates: dates.pattern,
    missing: missingOf([...(['sale_date', 'quantity', 'product_id'] as const), ...amountRoles].flatMap(valuesOf)),
    columns,
    comments: {
      numbers: numbers.comments,
      dates: dates.comments,
      columns: columnComments(quantity, [valuesOf('quantity'), ...amountRoles.map(valuesOf)]),
    },
  };
  return {
    source,
    decisions: [quantity, numbers.decision, dates.decision].filter((decision): decision is Decision => decision !== null),
    notes: [...numbers.notes, ...dates.notes, ...notesOf(tables, chosen, footer), ...pathNotes(tables, source), ...currencyNotes(chosen)],
    yaml: yamlOf(source, tables.map((table) => shownText(table.name)).join(', ')),
  };
}

function csvOf(tables: readonly Table[], footer: string | null): ProposedSource['csv'] {
  const { delimiter, quote, skipLines, hasTrailingEmpty } = tables[0]!.dialect;
  return { delimiter, quote, encoding: encodingOf(tables), skipLines, footer, hasTrailingEmpty };
}

/** Other columns that may be a quantity, so many are offered. */
const OFFERED_MAX = 8;

/** Where no column looks like a quantity, people have to say whether each record is one piece. Adds the column that they named to `chosen`. */
function decideQuantity(columns: readonly Column[], chosen: Chosen, answers: Answers): Decision | null {
  if (chosen.has('quantity')) return null;
  const used = new Set([...chosen.values()].map(({ column }) => column.name));
  const others = otherNumbers(columns, used).slice(0, OFFERED_MAX);
  const taken = Math.min(answers.quantity ?? 0, others.length);
  const column = others[taken - 1];
  if (column !== undefined) chosen.set('quantity', { column, score: 1 });
  return {
    about: 'quantity',
    question: 'No column looks like a quantity. What is it?',
    options: ['one piece a record ({ value: 1 })', ...others.map(({ name }) => `column "${shownText(name, 40)}"`)],
    taken,
    isAnswered: answers.quantity !== undefined,
  };
}

type ValuesOf = (role: Role) => readonly string[];

/** How numbers and dates are written. */
function decideValues(
  valuesOf: ValuesOf,
  amountRoles: readonly Role[],
  { dialect, answers, others }: { readonly dialect: GuessedDialect; readonly answers: Answers; readonly others: readonly string[] },
): { numbers: ReturnType<typeof decideNumbers>; dates: ReturnType<typeof decideDates> } {
  const there = (values: readonly string[]): string[] => values.filter((value) => !isMissingMarker(value));
  // Where semicolons are between fields, commas are in numbers, and the day comes first.
  const isEuropean = dialect.delimiter === ';';
  const numbers = decideNumbers(
    there(['quantity' as const, ...amountRoles].flatMap(valuesOf)),
    { others, likelyDecimal: isEuropean ? ',' : '.' },
    answers,
  );
  const isDayFirst = isEuropean || numbers.style.decimal === ',' ? true : numbers.currency === '$' ? false : null;
  return { numbers, dates: decideDates(there(valuesOf('sale_date')), { isDayFirst }, answers) };
}

const missingOf = (values: readonly string[]): string[] => [...new Set(values.filter(isMissingMarker).map((value) => value.trim()))];

/** Of what is open, and of returns. */
function columnComments(quantity: Decision | null, columns: readonly (readonly string[])[]): string[] {
  const count = countNegatives(columns);
  return [
    ...(quantity?.isAnswered === false ? ['DECIDE: no column looks like a quantity, so each record counts as one piece.'] : []),
    ...(count === 0 ? [] : [`returns: net   # lets values below zero count (records with some: ${count}); else they are rejected`]),
  ];
}

/** Files that a run passes over, whatever the pattern. */
function pathNotes(tables: readonly Table[], { files }: ProposedSource): string[] {
  const matches = fileMatcher({ place: { kind: 'csv-files', patterns: files, sheet: null } });
  return tables
    .filter(({ name }) => !matches(name))
    .map(({ name }) => `no run reads ${shownText(name)}, because of its name: give it another one`);
}

/** Of columns that do not count, for how numbers are written. */
function otherNumberValues(columns: readonly Column[], chosen: Chosen): string[] {
  const used = new Set((['sale_id', 'product_id', 'sale_date', 'store'] as const).flatMap((role) => chosen.get(role)?.column.name ?? []));
  return otherNumbers(columns, used).flatMap(({ values }) => values);
}

/** The fields of a record: as most have, where empty ones at the end do not count. */
function widthOf({ dialect, records }: Table): number {
  if (!dialect.hasTrailingEmpty) {
    const fitting = records.find(
      ({ fields }) => fields.length >= dialect.names.length && fields.slice(dialect.names.length).every((field) => field.trim() === ''),
    );
    return fitting?.fields.length ?? dialect.names.length;
  }
  return dialect.names.length;
}

function proposedColumns(chosen: Chosen, names: readonly string[]): ProposedColumns {
  const name = (role: Role): string | null => chosen.get(role)?.column.name ?? null;
  const [product, date, amount, price] = (['product_id', 'sale_date', 'sale_amount', 'price'] as const).map(name);
  const lacking = [
    ...(product === null ? ['product'] : []),
    ...(date === null ? ['date'] : []),
    ...(amount === null && price === null ? ['amount or price'] : []),
  ];
  if (typeof product !== 'string' || typeof date !== 'string' || lacking.length > 0)
    throw new NoProposal(
      `no column looks like the ${lacking.join(', the ')} of a sale; the header names ${names.map((each) => shownText(each, 40)).join(', ')}`,
    );
  return {
    sale_id: name('sale_id'),
    product_id: product,
    quantity: name('quantity'),
    sale_amount: amount ?? { price: price!, less: name('less') },
    sale_date: date,
    store: name('store'),
  };
}

/** Totals and the like at the end of files that are seen whole. */
function footerOf(
  tables: readonly Table[],
  chosen: Chosen,
  isCounted: (record: RawRecord) => boolean,
): { pattern: string | null; lines: RawRecord[] } {
  const whole = tables.filter(({ isWhole }) => isWhole);
  const found = whole.map(({ records, dialect }) => {
    const field = (role: Role): number => dialect.names.indexOf(chosen.get(role)?.column.name ?? '');
    const [product, date] = [field('product_id'), field('sale_date')];
    return guessFooter(
      records,
      (record) => isCounted(record) && (record.fields[product] ?? '').trim() !== '' && /\d/.test(record.fields[date] ?? ''),
    );
  });
  const patterns = [...new Set(found.flatMap(({ pattern }) => (pattern === null ? [] : [pattern])))];
  return {
    pattern: patterns.length === 0 ? null : patterns.length === 1 ? patterns[0]! : `^(${patterns.map((each) => each.slice(1)).join('|')})`,
    lines: found.flatMap(({ lines }) => lines),
  };
}

/** A byte order mark decides by itself. */
function encodingOf(tables: readonly Table[]): ProposedSource['csv']['encoding'] {
  const needed = tables.filter(({ hasMark }) => !hasMark).map(({ encoding }) => encoding);
  return needed.find((encoding) => encoding !== 'utf-8') ?? 'utf-8';
}

/** Whole numbers of which none loses a zero. */
function areWholeIds(values: readonly string[]): boolean {
  const filled = values.map((value) => value.trim()).filter((value) => value !== '');
  return filled.length > 0 && filled.every((value) => /^(?:0|[1-9]\d{0,17})$/.test(value));
}

function countNegatives(columns: readonly (readonly string[])[]): number {
  const [first = []] = columns;
  const length = Math.max(first.length, ...columns.map((values) => values.length));
  let count = 0;
  for (let at = 0; at < length; at += 1) if (columns.some((values) => isNegative(values[at] ?? ''))) count += 1;
  return count;
}

function notesOf(tables: readonly Table[], chosen: Chosen, footer: { pattern: string | null; lines: readonly RawRecord[] }): string[] {
  const unsure = [...chosen].filter(([role, { score }]) => score < 0.5 && role !== 'currency' && role !== 'store' && role !== 'sale_id');
  const [first] = tables;
  const encodings = new Set(tables.filter(({ hasMark }) => !hasMark).map(({ encoding }) => encoding));
  return [
    ...unsure.map(([role, { column }]) => `"${shownText(column.name)}" was taken for ${role}, but its name does not say so: check it`),
    ...(footer.lines.length > 0 && footer.pattern === null
      ? [`the last ${footer.lines.length} lines do not look like sales, and no expression tells them from others: they will be rejects`]
      : []),
    ...(encodings.size > 1 ? ['the files are of different encodings: make a source of each'] : []),
    ...(encodings.has('windows-1252') ? ['the text is no UTF-8; windows-1252 was taken: check names with accents'] : []),
    ...(tables.every(({ isWhole }) => isWhole)
      ? []
      : [`only the beginning of ${shownText(first!.name)} was read; lines at its end may be totals`]),
  ];
}

function currencyNotes(chosen: Chosen): string[] {
  const column: Column | undefined = chosen.get('currency')?.column;
  const found = [
    ...new Set((column?.values ?? []).map((value) => value.trim()).filter((value) => value !== '' && !looksLikeNumber(value))),
  ];
  if (column === undefined || found.length < 2) return [];
  const shown = found.slice(0, 5).map((value) => shownText(value, 10));
  return [
    `column "${shownText(column.name)}" holds several currencies (${shown.join(', ')}), which would be added: keep one with skip: [{ column: ${shownText(column.name)}, is_not: ${shown[0]!} }]`,
  ];
}
