import { EtlError, shownName, shownText } from '@retail-etl/contracts';
import { refuseSettingsBeside } from '@retail-etl/config';
import type { SourceBooks } from '@retail-etl/sales';
import type { DateReading, ExtractManifest, PartialManifest, PlanManifest } from '@retail-etl/staging';

/** What a run may not exceed, by the name of the source. */
export interface RunLimits {
  /** 0 to 1, for a source with all its files together. */
  readonly maxRejectRatio: (source: string) => number;
  /** Whether two files may have the same content. */
  readonly allowsDuplicates: (source: string) => boolean;
  /** What the limit is called, for messages. */
  readonly ratioName: string;
}

/** The limits that the settings give, or the declaration that the run was planned by. */
export function limitsOf(
  { definition }: Pick<PlanManifest, 'definition'>,
  settings: { readonly maxRejectRatio: number; readonly allowDuplicateFiles: boolean; readonly builtInSettings: readonly string[] },
): RunLimits {
  if (definition !== undefined) refuseSettingsBeside(settings.builtInSettings);
  const find = (source: string) => definition?.sources.find(({ name }) => name === source);
  return {
    maxRejectRatio: (source) => find(source)?.maxRejectRatio ?? settings.maxRejectRatio,
    allowsDuplicates: (source) => find(source)?.allowsDuplicates ?? settings.allowDuplicateFiles,
    ratioName: definition === undefined ? 'MAX_REJECT_RATIO' : 'max_reject_ratio',
  };
}

/** Throws FILE_DUPLICATE if two files hold the same bytes: most likely one delivery under two names. */
export function refuseDuplicates(extracts: readonly ExtractManifest[], { allowsDuplicates }: RunLimits): void {
  const seen = new Map<string, string>();
  const files = extracts.flatMap(({ source, sources }) => (allowsDuplicates(source) ? [] : sources));
  for (const { file, sha256 } of files) {
    if (file === null || sha256 === null) continue;
    const other = seen.get(sha256);
    if (other !== undefined)
      throw new EtlError('FILE_DUPLICATE', `${[other, file].sort().map(shownName).join(' and ')} have the same content`);
    seen.set(sha256, file);
  }
}

/**
 * Throws DATES_CONTRADICT for a file of which some dates fit a pattern alone and others are read by an earlier pattern, although that one would make
 * another day of them: `12/31/2026` and `03/04/2026` with `%d/%m/%Y|%m/%d/%Y`. Read row by row, days and months would be swapped in some.
 */
export function refuseContradictingDates(partials: readonly Pick<PartialManifest, 'books'>[]): void {
  const seen = new Map<string, DateReading>();
  for (const { file, dateReadings = [] } of partials.flatMap(({ books }) => books)) {
    for (const { pattern, alone, passedOver } of dateReadings) {
      const key = JSON.stringify([file, pattern]);
      const known = seen.get(key);
      const both = { pattern, alone: known?.alone ?? alone, passedOver: known?.passedOver ?? passedOver };
      seen.set(key, both);
      if (both.alone !== null && both.passedOver !== null && file !== null)
        throw new EtlError(
          'DATES_CONTRADICT',
          `${shownName(file)}: "${shownText(both.alone)}" is a date by ${pattern} alone, but "${shownText(both.passedOver)}" is another day by a pattern before it in CSV_DATE_FORMATS than by ${pattern}`,
        );
    }
  }
}

/** Files that the message names. */
const FILES_NAMED_MAX = 3;

/** Throws REJECT_RATIO if more of a source's rows were rejected than its limit allows, all its files together; names the files that it is due to. */
export function checkRejectRatio(books: readonly SourceBooks[], limits: RunLimits): void {
  for (const source of new Set(books.map((each) => each.source))) {
    const max = limits.maxRejectRatio(source);
    const own = books.filter((each) => each.source === source);
    const read = own.reduce((sum, each) => sum + each.rowsRead, 0);
    const rejected = own.reduce((sum, each) => sum + each.rowsRejected, 0);
    if (read > 0 && rejected / read > max) {
      throw new EtlError(
        'REJECT_RATIO',
        `${source}: ${rejected} of ${read} rows were rejected (${(rejected / read).toFixed(4)}, allowed ${max}): ${describeWorst(own)}`,
      );
    }
  }
}

/**
 * Throws REJECT_RATIO if the reading of a source was stopped because it cannot pass, whatever is still to come. The books are of what was
 * read until then.
 */
export function refuseStopped(extracts: readonly ExtractManifest[], books: readonly SourceBooks[], limits: RunLimits): void {
  if (extracts.every(({ stoppedInEpoch }) => stoppedInEpoch === undefined)) return;
  try {
    checkRejectRatio(books, limits);
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    throw new EtlError(error.code, `${error.message}. Reading was stopped there: the rest could not have made it pass`);
  }
  const max = Math.min(
    ...extracts.flatMap(({ stoppedInEpoch, source }) => (stoppedInEpoch === undefined ? [] : [limits.maxRejectRatio(source)])),
  );
  throw new EtlError(
    'REJECT_RATIO',
    `reading was stopped under a lower limit than ${limits.ratioName} is now (${max}); a retry reads all of it`,
  );
}

/** Where most of the rejects are and why, for a table only why: `b.csv 4 of 5 (malformed_row 3, invalid_date 1), a.csv 1 of 9 (missing_value 1)`. */
function describeWorst(books: readonly SourceBooks[]): string {
  const worst = books.filter(({ rowsRejected }) => rowsRejected > 0).sort((a, b) => b.rowsRejected - a.rowsRejected);
  const named = worst.slice(0, FILES_NAMED_MAX).map(({ file, rowsRejected, rowsRead, rejectsByReason }) => {
    const reasons = Object.entries(rejectsByReason)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, rows]) => `${reason} ${rows}`)
      .join(', ');
    return file === null ? reasons : `${shownName(file)} ${rowsRejected} of ${rowsRead} (${reasons})`;
  });
  const more = worst.length - named.length;
  return `${named.join(', ')}${more === 0 ? '' : `, and ${more} more files`}`;
}
