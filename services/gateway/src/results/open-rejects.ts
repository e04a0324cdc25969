import { join } from 'node:path';
import { EtlError } from '@retail-etl/contracts';
import { readRejects, runFolders } from '@retail-etl/staging';
import type { RejectCells } from './reject-rows.js';

/** Downloads of rejects at the same time; each is a DuckDB of its own. */
const READERS_MAX = 2;
let readers = 0;

/**
 * The rejects of a run in batches, in the order of REJECT_CSV_COLUMNS. DuckDB is loaded by the first download, because it takes more
 * memory than the rest of the gateway, and each download opens and closes an instance of its own. Throws NOT_FOUND before
 * the run was merged, RATE_LIMITED when too many run.
 */
export async function* openRejects(dataDir: string, runId: string, limit?: number): AsyncGenerator<RejectCells[]> {
  const files = await readRejects(runFolders(dataDir, runId));
  if (files === undefined) throw new EtlError('NOT_FOUND', `run ${runId} has no rejects on record: it has not been merged`);
  if (readers >= READERS_MAX) throw new EtlError('RATE_LIMITED', `${READERS_MAX} downloads of rejects are under way already`);
  readers += 1;
  try {
    const { openEngine, streamRejects } = await import('@retail-etl/columnar');
    const engine = await openEngine(join(dataDir, 'staging', '.spill'));
    try {
      const connection = await engine.connect();
      try {
        for await (const batch of streamRejects(connection, files, limit)) {
          yield batch.map((cells) => [runId, ...cells]);
        }
      } finally {
        connection.closeSync();
      }
    } finally {
      engine.close();
    }
  } finally {
    readers -= 1;
  }
}
