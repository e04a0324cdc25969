import { join } from 'node:path';
import { EtlError } from '@retail-etl/contracts';
import type { Connection } from '@retail-etl/columnar';

/** Readers of run files at the same time; each is a DuckDB of its own. */
const READERS_MAX = 2;
let readers = 0;

/**
 * Opens a DuckDB for one request. It is loaded by the first, because it takes more memory than the rest of the gateway, and each
 * opens and closes an instance of its own, so that nothing is held between them. Throws RATE_LIMITED when too many are open.
 */
export async function openReader(dataDir: string, what: string): Promise<{ connection: Connection; close: () => void }> {
  if (readers >= READERS_MAX) throw new EtlError('RATE_LIMITED', `${READERS_MAX} readers of ${what} are at work already`);
  readers += 1;
  try {
    const { openEngine } = await import('@retail-etl/columnar');
    const engine = await openEngine(join(dataDir, 'staging', '.spill'));
    try {
      const connection = await engine.connect();
      return {
        connection,
        close: () => {
          readers -= 1;
          connection.closeSync();
          engine.close();
        },
      };
    } catch (error) {
      engine.close();
      throw error;
    }
  } catch (error) {
    readers -= 1;
    throw error;
  }
}
