import { isMissingMarker, looksLikeCompactDate, looksLikeDate, looksLikeNumber, looksLikeWhole } from '../values/looks-like.js';
import { nameScore } from './name-score.js';
import type { Role } from './words.js';

/** A column of the header, with its values. */
export interface Column {
  readonly name: string;
  /** As they stand there, in the order of the records. */
  readonly values: readonly string[];
}

/** What the values of a column look like; all are shares of those that are there, but `empty` is one of all. */
interface Profile {
  readonly empty: number;
  readonly numbers: number;
  readonly wholes: number;
  readonly dates: number;
  readonly distinct: number;
}

/** A column is looked at by so many of its values. */
const LOOKED_AT = 3_000;
/** What is less likely is left to people. */
const SCORE_MIN = 0.25;

export type Chosen = Map<Role, { readonly column: Column; readonly score: number }>;

/** Which column is what: the likeliest pairs first, by name and by what the values look like; each column is one thing. */
export function chooseColumns(columns: readonly Column[]): Chosen {
  const profiles = columns.map(profileOf);
  const roles: readonly Role[] = ['sale_date', 'quantity', 'product_id', 'sale_amount', 'price', 'sale_id', 'store', 'currency'];
  const pairs = roles.flatMap((role) =>
    columns.map((column, index) => ({ role, column, score: nameScore(column.name, role) * valueScore(role, profiles[index]!) })),
  );
  const chosen: Chosen = new Map();
  const taken = new Set<Column>();
  for (const { role, column, score } of pairs.toSorted((a, b) => b.score - a.score)) {
    if (score < SCORE_MIN || chosen.has(role) || taken.has(column)) continue;
    chosen.set(role, { column, score });
    taken.add(column);
  }
  dropEmptyAmount(chosen, taken);
  chooseByValues(columns, profiles, chosen, taken);
  const less = chooseLess(columns, profiles, chosen, taken);
  if (less !== undefined) chosen.set('less', less);
  return chosen;
}

/** An amount that stands in some lines only is the one of an order; the price that stands in all of them is the line's. */
function dropEmptyAmount(chosen: Chosen, taken: Set<Column>): void {
  const [amount, price] = [chosen.get('sale_amount'), chosen.get('price')];
  if (amount === undefined || price === undefined || amount.score >= price.score * 0.6) return;
  chosen.delete('sale_amount');
  taken.delete(amount.column);
}

/** Columns of numbers besides those that were chosen. */
export function otherNumbers(columns: readonly Column[], used: ReadonlySet<string>): Column[] {
  return columns.filter((column) => !used.has(column.name) && profileOf(column).numbers > 0.95);
}

/** Where no name tells, the only column of dates is the date. */
function chooseByValues(columns: readonly Column[], profiles: readonly Profile[], chosen: Chosen, taken: ReadonlySet<Column>): void {
  if (chosen.has('sale_date')) return;
  const dates = columns.filter((column, index) => !taken.has(column) && profiles[index]!.dates > 0.9 && profiles[index]!.empty < 0.2);
  if (dates.length === 1) chosen.set('sale_date', { column: dates[0]!, score: SCORE_MIN });
}

/** A discount counts if it is an amount of each line, as the price is. */
function chooseLess(
  columns: readonly Column[],
  profiles: readonly Profile[],
  chosen: Chosen,
  taken: ReadonlySet<Column>,
): { column: Column; score: number } | undefined {
  const price = chosen.get('price')?.column;
  if (price === undefined || chosen.has('sale_amount')) return undefined;
  const [first = ''] = price.name.toLowerCase().split(/[\s_-]+/);
  return columns
    .flatMap((column, index) => {
      const { numbers, empty } = profiles[index]!;
      const isShare = column.values.some((value) => value.includes('%'));
      if (taken.has(column) || numbers < 0.95 || empty > 0.01 || isShare) return [];
      const sharesWord = column.name.toLowerCase().startsWith(first);
      return [{ column, score: nameScore(column.name, 'less') + (sharesWord ? 0.1 : 0) }];
    })
    .filter(({ score }) => score > 0.5)
    .toSorted((a, b) => b.score - a.score)[0];
}

function profileOf({ values }: Column): Profile {
  const seen = values.slice(0, LOOKED_AT);
  const filled = seen.filter((value) => value.trim() !== '' && !isMissingMarker(value));
  const share = (test: (value: string) => boolean): number => filled.filter(test).length / Math.max(1, filled.length);
  return {
    empty: seen.length === 0 ? 0 : 1 - filled.length / seen.length,
    numbers: share((value) => looksLikeNumber(value) && !looksLikeDate(value)),
    wholes: share(looksLikeWhole),
    dates: Math.max(share(looksLikeDate), share(looksLikeCompactDate)),
    distinct: new Set(filled).size / Math.max(1, filled.length),
  };
}

/** By the share of numbers: a few values of another form are rejects of a run, many say that it is another column. */
const numeric = (share: number): number => (share > 0.8 ? 1 : share >= 0.5 ? 0.6 : 0.1);

/** How well the values fit a role, 0 to 1. */
function valueScore(role: Role, { empty, numbers, wholes, dates, distinct }: Profile): number {
  const filled = empty > 0.9 ? 0.1 : empty > 0.2 ? 0.4 : 1;
  switch (role) {
    case 'sale_date':
      return dates > 0.8 ? filled : dates >= 0.5 ? filled / 2 : 0.05;
    case 'quantity':
      return filled * numeric(numbers) * (wholes > 0.5 ? 1 : 0.8);
    case 'sale_amount':
    case 'price':
    case 'less':
      return filled * numeric(numbers);
    case 'product_id':
      return filled * (dates > 0.8 && wholes < 0.8 ? 0.1 : 1);
    case 'sale_id':
      // An id that comes again is the one of a receipt, which has several lines.
      return empty > 0.001 || distinct < 0.999 ? 0 : 1;
    case 'store':
      return filled * (distinct > 0.95 ? 0.6 : 1) * (dates > 0.8 && wholes < 0.8 ? 0.1 : 1);
    case 'currency':
      return numbers > 0.2 ? 0 : filled;
  }
}
