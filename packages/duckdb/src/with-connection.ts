import type { DuckDbConnection, Engine } from './engine.js';

/** Lends a DuckDB connection. Once the signal is aborted its statement is interrupted; if it is so already, `use` is not called. */
export async function withDuckDb<T>(engine: Engine, signal: AbortSignal, use: (connection: DuckDbConnection) => Promise<T>): Promise<T> {
  const connection = await engine.connect();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    // A listener does not hear of an abort that came before it, as while its job waited for room.
    signal.throwIfAborted();
    return await use(connection);
  } finally {
    signal.removeEventListener('abort', interrupt);
    connection.closeSync();
  }
}
