import type { RunChanges } from '@retail-etl/contracts';
import { addDecimals, type ComparisonRow, decimalUnits, type SourceBooks, type Sums } from '@retail-etl/sales';

/** One file or table in two runs. */
export interface BookPair extends ComparisonRow {
  readonly kind: keyof RunChanges;
}

/** The files and tables of two runs side by side. A file that was set aside counts as not read. */
export function pairBooks(before: readonly SourceBooks[], after: readonly SourceBooks[]): BookPair[] {
  const keyOf = ({ source, file }: SourceBooks): string => JSON.stringify([source, file]);
  const read = (books: readonly SourceBooks[]): Map<string, SourceBooks> =>
    new Map(books.filter(({ setAside }) => setAside === undefined).map((book) => [keyOf(book), book]));
  const [left, right] = [read(before), read(after)];
  return [...new Map([...left, ...right])].map(([key, { source, file }]) => {
    const [from, to] = [left.get(key), right.get(key)];
    const sums = { before: sumsOf(from), after: sumsOf(to) };
    return { source, key: file, ...sums, difference: differenceOf(sums.before, sums.after), kind: kindOf(from, to) };
  });
}

function sumsOf(book: SourceBooks | undefined): Sums | null {
  return book === undefined ? null : { quantity: book.quantity, amount: book.amount };
}

/** Returns that are summed apart may differ where sales do not. */
function kindOf(before: SourceBooks | undefined, after: SourceBooks | undefined): keyof RunChanges {
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  const isSame = isZero(differenceOf(before, after)) && isZero(differenceOf(before.returned ?? null, after.returned ?? null));
  return isSame ? 'unchanged' : 'changed';
}

const isZero = ({ quantity, amount }: Sums): boolean => decimalUnits(quantity) === 0n && decimalUnits(amount) === 0n;

const NOTHING: Sums = { quantity: '0', amount: '0' };

/** What `after` has more than `before`. */
export function differenceOf(before: Sums | null, after: Sums | null): Sums {
  const [from, to] = [before ?? NOTHING, after ?? NOTHING];
  return { quantity: addDecimals([to.quantity, negated(from.quantity)], 0), amount: addDecimals([to.amount, negated(from.amount)]) };
}

const negated = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);

/** The largest difference in amount first; what is the same is left out. */
export function largestFirst(pairs: readonly BookPair[]): ComparisonRow[] {
  const size = ({ difference }: ComparisonRow): bigint => {
    const units = decimalUnits(difference.amount);
    return units < 0n ? -units : units;
  };
  return pairs
    .filter(({ kind }) => kind !== 'unchanged')
    .map(({ kind: _kind, ...row }) => row)
    .sort((left, right) => Number(size(left) < size(right)) - Number(size(left) > size(right)));
}

/** How many were added, changed and so on. */
export function countPairs(pairs: readonly BookPair[]): RunChanges {
  const counts = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  for (const { kind } of pairs) counts[kind] += 1;
  return counts;
}
