import type { RunChanges } from '@retail-etl/contracts';
import { addDecimals, type ComparisonRow, decimalUnits, type SourceBooks } from '@retail-etl/sales';

interface Sums {
  readonly quantity: string;
  readonly amount: string;
}

/** One file or table in two runs; null where a run has not read it. */
export type BookPair = Pick<ComparisonRow, 'source' | 'key' | 'before' | 'after'>;

/** The files and tables of two runs side by side. A file that was set aside counts as not read. */
export function pairBooks(before: readonly SourceBooks[], after: readonly SourceBooks[]): BookPair[] {
  const keyOf = ({ source, file }: SourceBooks): string => JSON.stringify([source, file]);
  const read = (books: readonly SourceBooks[]): Map<string, SourceBooks> =>
    new Map(books.filter(({ setAside }) => setAside === undefined).map((book) => [keyOf(book), book]));
  const [left, right] = [read(before), read(after)];
  return [...new Map([...left, ...right])].map(([key, { source, file }]) => ({
    source,
    key: file,
    before: sumsOf(left.get(key)),
    after: sumsOf(right.get(key)),
  }));
}

function sumsOf(book: SourceBooks | undefined): Sums | null {
  return book === undefined ? null : { quantity: book.quantity, amount: book.amount };
}

const NOTHING: Sums = { quantity: '0', amount: '0' };

/** What `after` has more than `before`. */
export function differenceOf(before: Sums | null, after: Sums | null): Sums {
  const [from, to] = [before ?? NOTHING, after ?? NOTHING];
  return { quantity: addDecimals([to.quantity, negated(from.quantity)], 0), amount: addDecimals([to.amount, negated(from.amount)]) };
}

const negated = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);

/** The largest difference in amount first; what is the same is left out. */
export function largestFirst(pairs: readonly BookPair[]): ComparisonRow[] {
  const size = (text: string): bigint => {
    const units = decimalUnits(text);
    return units < 0n ? -units : units;
  };
  return pairs
    .filter((pair) => kindOf(pair) !== 'unchanged')
    .map((pair) => ({ ...pair, difference: differenceOf(pair.before, pair.after) }))
    .sort((left, right) => {
      const order = size(right.difference.amount) - size(left.difference.amount);
      return order === 0n ? 0 : order > 0n ? 1 : -1;
    });
}

/** How many were added, changed and so on. */
export function countPairs(pairs: readonly BookPair[]): RunChanges {
  const counts = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  for (const pair of pairs) counts[kindOf(pair)] += 1;
  return counts;
}

function kindOf({ before, after }: BookPair): keyof RunChanges {
  if (before === null) return 'added';
  if (after === null) return 'removed';
  const { quantity, amount } = differenceOf(before, after);
  return decimalUnits(quantity) === 0n && decimalUnits(amount) === 0n ? 'unchanged' : 'changed';
}
