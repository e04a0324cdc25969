import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EtlError } from '@retail-etl/contracts';
import { runFolders } from '@retail-etl/staging';
import type { RejectCells } from './reject-rows.js';

/** Downloads of rejects at the same time; each is a DuckDB of its own. */
const READERS_MAX = 2;
let readers = 0;

/**
 * The rejects of a run in batches, in the order of REJECT_CSV_COLUMNS. DuckDB is loaded by the first download, because it takes more
 * memory than the rest of the gateway, and each download opens and closes an instance of its own. Throws RATE_LIMITED when too many run.
 */
export async function* openRejects(dataDir: string, runId: string, limit?: number): AsyncGenerator<RejectCells[]> {
  if (readers >= READERS_MAX) throw new EtlError('RATE_LIMITED', `${READERS_MAX} downloads of rejects are under way already`);
  readers += 1;
  try {
    const { openEngine, streamRejects } = await import('@retail-etl/columnar');
    const engine = await openEngine(join(tmpdir(), 'retail-etl-gateway'));
    try {
      const connection = await engine.connect();
      try {
        for await (const batch of streamRejects(connection, await rejectFiles(dataDir, runId), limit)) {
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

/** The files that the winning attempts published; what an attempt has not published has another ending. */
async function rejectFiles(dataDir: string, runId: string): Promise<string[]> {
  const folder = runFolders(dataDir, runId).rejects;
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith('.parquet'))
    .sort()
    .map((name) => join(folder, name));
}
