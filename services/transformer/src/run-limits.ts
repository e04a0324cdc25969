import { EtlError } from '@retail-etl/contracts';
import type { SourceBooks } from '@retail-etl/sales';
import type { ExtractManifest } from '@retail-etl/staging';

/** Throws FILE_DUPLICATE if two files hold the same bytes: most likely one delivery under two names. */
export function refuseDuplicates(extracts: readonly ExtractManifest[]): void {
  const seen = new Map<string, string>();
  for (const { file, sha256 } of extracts.flatMap((extract) => extract.sources)) {
    if (file === null || sha256 === null) continue;
    const other = seen.get(sha256);
    if (other !== undefined) throw new EtlError('FILE_DUPLICATE', `${[other, file].sort().join(' and ')} have the same content`);
    seen.set(sha256, file);
  }
}

/** Throws REJECT_RATIO if more than `max` (0 to 1) of a source's rows were rejected, all its files together. */
export function checkRejectRatio(books: readonly SourceBooks[], max: number): void {
  for (const source of new Set(books.map((each) => each.source))) {
    const own = books.filter((each) => each.source === source);
    const read = own.reduce((sum, each) => sum + each.rowsRead, 0);
    const rejected = own.reduce((sum, each) => sum + each.rowsRejected, 0);
    if (read > 0 && rejected / read > max) {
      throw new EtlError(
        'REJECT_RATIO',
        `${source}: ${rejected} of ${read} rows were rejected (${(rejected / read).toFixed(4)}, allowed ${max})`,
      );
    }
  }
}
