import { EtlError } from '@retail-etl/contracts';
import { readRejects, runFolders } from '@retail-etl/staging';
import { openReader } from '../ops/open-reader.js';
import type { RejectCells } from './reject-rows.js';

/** Readings of rejects at the same time; each is a DuckDB of its own. */
const READERS_MAX = 2;
let readers = 0;

/**
 * The rejects of a run in batches, in the order of REJECT_CSV_COLUMNS. Throws NOT_FOUND before the run was merged, RATE_LIMITED when
 * too many are being read.
 */
export async function* openRejects(dataDir: string, runId: string, limit?: number): AsyncGenerator<RejectCells[]> {
  const files = await readRejects(runFolders(dataDir, runId));
  if (files === undefined) throw new EtlError('NOT_FOUND', `run ${runId} has no rejects on record: it has not been merged`);
  if (readers >= READERS_MAX) throw new EtlError('RATE_LIMITED', `${READERS_MAX} downloads of rejects are under way already`);
  readers += 1;
  try {
    const reader = await openReader(dataDir);
    try {
      const { streamRejects } = await import('@retail-etl/judging');
      for await (const batch of streamRejects(reader.connection, files, limit)) yield batch.map((cells) => [runId, ...cells]);
    } finally {
      reader.close();
    }
  } finally {
    readers -= 1;
  }
}
