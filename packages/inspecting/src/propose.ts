import { shownText } from '@retail-etl/contracts';
import { fileMatcher, hasSheets, type Sample } from '@retail-etl/reading';
import { type Chosen, chooseColumns, type Column, otherNumbers } from './columns/choose-columns.js';
import { proposedColumns } from './columns/proposed-columns.js';
import type { Role } from './columns/words.js';
import { patternsOf, sourceNameOf } from './file-patterns.js';
import { footerOf } from './proposed-footer.js';
import type { Answers, Decision, Proposal, ProposedSource } from './proposed-source.js';
import { sheetNotes, sheetOf } from './sheet/proposed-sheet.js';
import { joinedBy } from './sheet/sheet-table.js';
import { readWorkbookTable } from './sheet/read-workbook-table.js';
import { columnsOf, type IsCounted, isRegular, readTextTable, type Table } from './table.js';
import { decideDates, decideNumbers } from './decide-values.js';
import { decimalsBy, isNegative } from './values/guess-numbers.js';
import { isMissingMarker, looksLikeNumber } from './values/looks-like.js';
import { decimalsInCells, writtenDates, writtenNumbers } from './written-values.js';
import { scalar, yamlOf } from './write-yaml.js';

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
 * it is not clear what is sold for how much and when, FILE_NOT_TEXT, FILE_REFUSED, SHEET_MISSING and SOURCE_EMPTY for files that hold no sales.
 */
export async function proposeSource(samples: readonly Sample[], { name, answers = {} }: ProposeOptions = {}): Promise<Proposal> {
  const tables = await readTables(samples);
  const [first] = tables as [Table, ...Table[]];
  const all = columnsOf(tables, isRegular);
  const chosen = chooseColumns(all);
  const quantity = decideQuantity(all, chosen, answers);
  const columns = proposedColumns(chosen, first.header.names);
  const footer = footerOf(tables, chosen, isRegular);
  const isSale: IsCounted = (record, table) => isRegular(record, table) && !footer.lines.includes(record);
  const sales = columnsOf(tables, isSale);
  const named = (role: Role): string => chosen.get(role)?.column.name ?? '';
  const valuesOf: ValuesOf = (role) => sales.find((each) => each.name === named(role))?.values ?? [];

  const amountRoles = (typeof columns.sale_amount === 'string' ? ['sale_amount'] : ['price', 'less']) as readonly Role[];
  const numbersOf: ValuesOf = (role) => writtenNumbers(tables, named(role), isSale);
  const { numbers, dates } = decideValues(
    {
      numbers: ['quantity' as const, ...amountRoles].flatMap(numbersOf),
      dates: writtenDates(tables, named('sale_date'), isSale),
      others: otherNumberNames(sales, chosen).flatMap((each) => writtenNumbers(tables, each, isSale)),
    },
    { isEuropean: dialectOf(tables)?.delimiter === ';', answers },
  );
  // An amount that is a number in a cell is rounded by a run.
  const decimals = decimalsBy(amountRoles.flatMap(numbersOf), numbers.style);
  const ofQuantity = Math.max(decimalsBy(numbersOf('quantity'), numbers.style), decimalsInCells(tables, named('quantity'), isSale));
  const source: ProposedSource = {
    name: name ?? sourceNameOf(first.name),
    files: patternsOf(tables.map((table) => table.name)),
    sheet: sheetOf(tables),
    product: areWholeIds(valuesOf('product_id')) ? 'integer' : 'text',
    quantityDecimals: Math.min(ofQuantity, QUANTITY_DECIMALS_MAX),
    csv: csvOf(tables, footer.pattern),
    numbers: {
      ...numbers.style,
      currency: numbers.currency,
      isAccounting: numbers.isAccounting,
      decimals: Math.max(DECIMALS_USUAL, Math.min(decimals, DECIMALS_MAX)),
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
    decisions: [quantity, numbers.decision, dates.decision].filter((decision) => decision !== null),
    notes: [
      ...sheetNotes(tables, named('sale_date'), isSale),
      ...numbers.notes,
      ...dates.notes,
      ...notesOf(tables, chosen, footer, source),
    ],
    yaml: yamlOf(source, tables.map((table) => shownText(table.name)).join(', ')),
  };
}

async function readTables(samples: readonly Sample[]): Promise<Table[]> {
  const tables: Table[] = [];
  for (const sample of samples) {
    const wanted = tables.find(({ sheet }) => sheet !== null)?.sheet?.name ?? null;
    tables.push(await (hasSheets(sample) ? readWorkbookTable(sample, wanted) : readTextTable(sample)));
  }
  const delimiter = dialectOf(tables)?.delimiter;
  return delimiter === undefined ? tables : tables.map((table) => joinedBy(delimiter, table));
}

type Dialect = NonNullable<Table['text']>['dialect'];

/** Of the texts among the files. */
function dialectOf(tables: readonly Table[]): Dialect | undefined {
  return tables.find(({ text }) => text !== null)?.text?.dialect;
}

function csvOf(tables: readonly Table[], footer: string | null): ProposedSource['csv'] {
  const { delimiter = ',', quote = '"', hasTrailingEmpty = false } = dialectOf(tables) ?? {};
  return { delimiter, quote, encoding: encodingOf(tables), skipLines: tables[0]!.header.skipLines, footer, hasTrailingEmpty };
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
  written: Readonly<Record<'numbers' | 'dates' | 'others', readonly string[]>>,
  { isEuropean, answers }: { readonly isEuropean: boolean; readonly answers: Answers },
): { numbers: ReturnType<typeof decideNumbers>; dates: ReturnType<typeof decideDates> } {
  const there = (values: readonly string[]): string[] => values.filter((value) => !isMissingMarker(value));
  // Where semicolons are between fields, commas are in numbers, and the day comes first.
  const numbers = decideNumbers(there(written.numbers), { others: written.others, likelyDecimal: isEuropean ? ',' : '.' }, answers);
  const isDayFirst = isEuropean || numbers.style.decimal === ',' ? true : numbers.currency === '$' ? false : null;
  return { numbers, dates: decideDates(there(written.dates), { isDayFirst }, answers) };
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

/** Columns that do not count, but tell how numbers are written. */
function otherNumberNames(columns: readonly Column[], chosen: Chosen): string[] {
  const used = new Set((['sale_id', 'product_id', 'sale_date', 'store'] as const).flatMap((role) => chosen.get(role)?.column.name ?? []));
  return otherNumbers(columns, used).map(({ name }) => name);
}

/** A byte order mark decides by itself. */
function encodingOf(tables: readonly Table[]): ProposedSource['csv']['encoding'] {
  const needed = encodingsOf(tables);
  return needed.find((encoding) => encoding !== 'utf-8') ?? 'utf-8';
}

/** Of texts without a byte order mark. */
function encodingsOf(tables: readonly Table[]): ProposedSource['csv']['encoding'][] {
  return tables.flatMap(({ text }) => (text === null || text.hasMark ? [] : [text.encoding]));
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

function notesOf(tables: readonly Table[], chosen: Chosen, footer: ReturnType<typeof footerOf>, source: ProposedSource): string[] {
  const unsure = [...chosen].filter(([role, { score }]) => score < 0.5 && role !== 'currency' && role !== 'store' && role !== 'sale_id');
  const [first] = tables;
  const encodings = new Set(encodingsOf(tables));
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
    ...pathNotes(tables, source),
    ...currencyNotes(chosen),
    ...priceNotes(source),
  ];
}

/** Words by which a price is that of one piece. */
const PER_PIECE = /unit|each|\bper\b|einzel|st(?:ü|u|ue)ck|\bpu\b|eenheid|stuks/i;

/** Marketplaces call the amount of a whole line its price, which must not be multiplied by the quantity again. */
function priceNotes({ columns: { sale_amount: amount, quantity } }: ProposedSource): string[] {
  if (typeof amount === 'string' || quantity === null || PER_PIECE.test(amount.price)) return [];
  const shown = shownText(amount.price);
  return [
    `the amount is quantity × "${shown}"; if "${shown}" is the amount of the whole line already, write sale_amount: ${scalar(amount.price)}`,
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
    `column "${shownText(column.name)}" holds several currencies (${shown.join(', ')}), which would be added: keep one with skip: [{ column: ${scalar(column.name)}, is_not: ${scalar(found[0]!)} }]`,
  ];
}
