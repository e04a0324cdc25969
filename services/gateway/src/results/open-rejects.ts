import { EtlError } from '@retail-etl/contracts';
import { readRejects, runFolders } from '@retail-etl/staging';
import { openReader } from './open-reader.js';
import type { RejectCells } from './reject-rows.js';

/**
 * The rejects of a run in batches, in the order of REJECT_CSV_COLUMNS. Throws NOT_FOUND before the run was merged, RATE_LIMITED when
 * too many are being read.
 */
export async function* openRejects(dataDir: string, runId: string, limit?: number): AsyncGenerator<RejectCells[]> {
  const files = await readRejects(runFolders(dataDir, runId));
  if (files === undefined) throw new EtlError('NOT_FOUND', `run ${runId} has no rejects on record: it has not been merged`);
  const reader = await openReader(dataDir, 'rejects');
  try {
    const { streamRejects } = await import('@retail-etl/columnar');
    for await (const batch of streamRejects(reader.connection, files, limit)) yield batch.map((cells) => [runId, ...cells]);
  } finally {
    reader.close();
  }
}
