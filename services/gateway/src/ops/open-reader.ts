import type { DuckDbConnection } from '@retail-etl/duckdb';
import { spillFolder } from '@retail-etl/staging';

export interface Reader {
  readonly connection: DuckDbConnection;
  readonly close: () => void;
}

/**
 * Opens a DuckDB for one request. It is loaded by the first, because it takes more memory than the rest of the gateway, and each
 * opens and closes an instance of its own, so that nothing is held between them. The caller bounds how many are open.
 */
export async function openReader(dataDir: string): Promise<Reader> {
  const { openEngine } = await import('@retail-etl/duckdb');
  const engine = await openEngine(spillFolder(dataDir));
  try {
    const connection = await engine.connect();
    return {
      connection,
      close: () => {
        connection.closeSync();
        engine.close();
      },
    };
  } catch (error) {
    engine.close();
    throw error;
  }
}
