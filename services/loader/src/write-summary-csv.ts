import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { TARGET_COLUMNS } from '@retail-etl/contracts';
import { format } from 'fast-csv';

/** Writes `sales_summary.csv` row by row: header, three columns, LF. */
export interface SummaryCsv {
  write(batch: readonly string[][]): Promise<void>;
  /** Resolves once everything is on disk. */
  finish(): Promise<void>;
  abandon(): void;
}

export function openSummaryCsv(path: string): SummaryCsv {
  const file = createWriteStream(path, { flags: 'wx', flush: true });
  const csv = format({ headers: [...TARGET_COLUMNS], alwaysWriteHeaders: true, includeEndRowDelimiter: true });
  // Both ends report a failure here, so that it reaches the writer instead of ending the process.
  const written = finished(csv.pipe(file));
  written.catch(() => csv.destroy());
  csv.on('error', () => file.destroy());
  return {
    async write(batch) {
      let hasRoom = true;
      for (const row of batch) hasRoom = csv.write(row);
      if (!hasRoom) await Promise.race([once(csv, 'drain'), written]);
    },
    async finish() {
      csv.end();
      await written;
    },
    abandon() {
      csv.destroy();
      file.destroy();
    },
  };
}
