import { EtlError, shownName } from '@retail-etl/contracts';
import { fromMillionths, type RejectCounts, type SourceBooks, type SourceName, toMillionths } from '@retail-etl/sales';
import type { MergedSummary } from '@retail-etl/judging';
import type { ExtractManifest, PartialManifest } from '@retail-etl/staging';

/** Adds up the books of all chunks per table and file, in the order in which the sources were extracted. */
export function gatherBooks(extracts: readonly ExtractManifest[], partials: readonly PartialManifest[]): SourceBooks[] {
  const books = new Map<string, SourceBooks>();
  for (const extract of extracts) {
    for (const { file, repeatedHeaders } of extract.sources) {
      const noted = repeatedHeaders === undefined ? {} : { repeatedHeaders };
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
        quantity: (BigInt(sum.quantity) + BigInt(part.quantity)).toString(),
        amount: fromMillionths(toMillionths(sum.amount) + toMillionths(part.amount)),
        ...longestRecord(sum.longestRecordLines, part.longestRecordLines),
      });
    }
  }
  return [...books.values()];
}

/** Throws BOOKS_UNBALANCED, with the figures, unless every row read is accounted for and the parts sum exactly to the summary. */
export function balanceBooks(
  books: readonly SourceBooks[],
  extracts: readonly ExtractManifest[],
  summary: Pick<MergedSummary, 'quantity' | 'amount'>,
): void {
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
  const quantity = books.reduce((sum, each) => sum + BigInt(each.quantity), 0n);
  const amount = books.reduce((sum, each) => sum + toMillionths(each.amount), 0n);
  if (quantity !== BigInt(summary.quantity)) problems.push(`quantity ${quantity} accepted, ${summary.quantity} in the summary`);
  if (amount !== toMillionths(summary.amount)) problems.push(`amount ${fromMillionths(amount)} accepted, ${summary.amount} in the summary`);
  if (problems.length > 0) throw new EtlError('BOOKS_UNBALANCED', problems.slice(0, 10).join('; '));
}

function key(source: SourceName, file: string | null): string {
  return JSON.stringify([source, file]);
}

function emptyBooks(source: SourceName, file: string | null): SourceBooks {
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
