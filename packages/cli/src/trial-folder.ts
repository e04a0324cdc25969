import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@retail-etl/duckdb';

/** Lends an engine, and a folder that is removed afterwards. */
export async function withTrialFolder<T>(use: (engine: Engine, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'retail-etl-'));
  try {
    const engine = await openEngine(folder);
    try {
      return await use(engine, folder);
    } finally {
      engine.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
