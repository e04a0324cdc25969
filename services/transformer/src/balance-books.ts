import { EtlError, shownName } from '@retail-etl/contracts';
import { addDecimals, decimalText, decimalUnits, type RejectCounts, type SourceBooks, type SummaryShape } from '@retail-etl/sales';
import type { MergedSummary } from '@retail-etl/judging';
import type { ExtractManifest, PartialManifest } from '@retail-etl/staging';

/** Adds up the books of all chunks per table and file, in the order in which the sources were extracted. */
export function gatherBooks(
  extracts: readonly ExtractManifest[],
  partials: readonly Pick<PartialManifest, 'source' | 'books'>[],
): SourceBooks[] {
  const books = new Map<string, SourceBooks>();
  for (const extract of extracts) {
    for (const { file, repeatedHeaders, footerLines, setAside } of extract.sources) {
      const noted = {
        ...(repeatedHeaders === undefined ? {} : { repeatedHeaders }),
        ...(footerLines === undefined ? {} : { footerLines }),
        ...(setAside === undefined ? {} : { setAside }),
      };
      books.set(key(extract.source, file), { ...emptyBooks(extract.source, file), ...noted });
    }
  }
  for (const partial of partials) {
    for (const part of partial.books) {
      const at = key(partial.source, part.file);
      const sum = books.get(at) ?? emptyBooks(partial.source, part.file);
      books.set(at, {
        ...sum,
        rowsRead: sum.rowsRead + part.rowsRead,
        rowsAccepted: sum.rowsAccepted + part.rowsAccepted,
        rowsRejected: sum.rowsRejected + part.rowsRejected,
        rowsSkipped: sum.rowsSkipped + part.rowsSkipped,
        rejectsByReason: addCounts(sum.rejectsByReason, part.rejectsByReason),
        ...addSkipped(sum.skippedByCause, part.skippedByCause),
        quantity: addDecimals([sum.quantity, part.quantity], decimalsOf(part.quantity)),
        amount: addDecimals([sum.amount, part.amount]),
        ...addReturned(sum.returned, part.returned),
        ...longestRecord(sum.longestRecordLines, part.longestRecordLines),
      });
    }
  }
  return [...books.values()];
}

/** What a summary holds in all. */
type SummedUp = Pick<MergedSummary, 'quantity' | 'amount' | 'returned'> & { readonly shape: Pick<SummaryShape, 'name'> };

/** Throws BOOKS_UNBALANCED, with the figures, unless every row read is accounted for and the parts sum exactly to the summary. */
export function balanceBooks(books: readonly SourceBooks[], extracts: readonly ExtractManifest[], summaries: readonly SummedUp[]): void {
  const problems: string[] = [];
  const reads = new Map(extracts.flatMap((extract) => extract.sources.map((read) => [key(extract.source, read.file), read] as const)));
  for (const { source, file, rowsRead, rowsAccepted, rowsRejected, rowsSkipped, rejectsByReason } of books) {
    const name = shownName(file ?? source);
    const extracted = reads.get(key(source, file));
    if (extracted === undefined || extracted.rows !== rowsRead) {
      problems.push(`${name}: ${extracted?.rows ?? 0} rows extracted, ${rowsRead} transformed`);
    }
    if (rowsAccepted + rowsRejected + rowsSkipped !== rowsRead) {
      problems.push(`${name}: ${rowsRead} rows read, but ${rowsAccepted} accepted + ${rowsRejected} rejected + ${rowsSkipped} skipped`);
    }
    const malformed = rejectsByReason.malformed_row ?? 0;
    if (extracted !== undefined && extracted.malformed !== malformed) {
      problems.push(`${name}: ${extracted.malformed} malformed rows extracted, ${malformed} rejected`);
    }
  }
  for (const { copiedRows, sources } of extracts) {
    const rows = sources.reduce((sum, read) => sum + read.rows, 0);
    if (copiedRows !== null && copiedRows !== rows) problems.push(`table: PostgreSQL copied ${copiedRows} rows, ${rows} arrived`);
  }
  for (const summary of summaries) problems.push(...compareSums(books, summary));
  if (problems.length > 0) throw new EtlError('BOOKS_UNBALANCED', problems.slice(0, 10).join('; '));
}

function key(source: string, file: string | null): string {
  return JSON.stringify([source, file]);
}

function emptyBooks(source: string, file: string | null): SourceBooks {
  return {
    source,
    file,
    rowsRead: 0,
    rowsAccepted: 0,
    rowsRejected: 0,
    rowsSkipped: 0,
    rejectsByReason: {},
    quantity: '0',
    amount: '0.000000',
  };
}

function longestRecord(a = 1, b = 1): Pick<SourceBooks, 'longestRecordLines'> {
  const lines = Math.max(a, b);
  return lines === 1 ? {} : { longestRecordLines: lines };
}

function addCounts(a: RejectCounts, b: RejectCounts): RejectCounts {
  const sum: RejectCounts = { ...a };
  for (const [reason, rows] of Object.entries(b) as [keyof RejectCounts, number][]) sum[reason] = (sum[reason] ?? 0) + rows;
  return sum;
}

/** Decimals that a number is written with. */
const decimalsOf = (text: string): number => text.split('.')[1]?.length ?? 0;

function addSkipped(a: SourceBooks['skippedByCause'], b: SourceBooks['skippedByCause']): Pick<SourceBooks, 'skippedByCause'> {
  if (a === undefined && b === undefined) return {};
  const sum: Record<string, number> = { ...a };
  for (const [cause, rows] of Object.entries(b ?? {})) sum[cause] = (sum[cause] ?? 0) + rows;
  return { skippedByCause: sum };
}

function addReturned(a: SourceBooks['returned'], b: SourceBooks['returned']): Pick<SourceBooks, 'returned'> {
  if (a === undefined || b === undefined) return a === undefined && b === undefined ? {} : { returned: (a ?? b)! };
  return {
    returned: { quantity: addDecimals([a.quantity, b.quantity], decimalsOf(b.quantity)), amount: addDecimals([a.amount, b.amount]) },
  };
}

/** Where the books do not sum exactly to a summary. */
function compareSums(books: readonly SourceBooks[], { shape, quantity, amount, returned }: SummedUp): string[] {
  const pieces = decimalsOf(quantity);
  const sums = [
    ['quantity', books.map((each) => each.quantity), quantity, pieces],
    ['amount', books.map((each) => each.amount), amount, 6],
    ['returned quantity', books.map((each) => each.returned?.quantity), returned?.quantity, pieces],
    ['returned amount', books.map((each) => each.returned?.amount), returned?.amount, 6],
  ] as const;
  return sums.flatMap(([what, parts, whole = '0', shown]) => {
    const sum = decimalUnits(addDecimals(parts.map((part) => part ?? '0')));
    if (sum === decimalUnits(whole)) return [];
    return [`${what} ${decimalText(sum, shown)} accepted, ${decimalText(decimalUnits(whole), shown)} in ${shape.name}`];
  });
}
