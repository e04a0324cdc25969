import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { isSpillName, newAttemptToken, newSpillName } from '@retail-etl/contracts';

export type DuckDbConnection = DuckDBConnection;

/** One DuckDB in memory, shared by the jobs of a process; each takes a connection of its own. */
export interface Engine {
  connect(): Promise<DuckDbConnection>;
  /** While `work` lasts, statements of all connections run in one thread: reading Parquet then takes half the memory. */
  withOneThread<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** DuckDB's share of the process's memory: the rest is for Node.js, and for what DuckDB allocates outside its buffers. */
const MEMORY_SHARE = 0.4;
/** Two chunks of half a million products at a time need about 100 MiB. The process came to 397 MB with 128, to 510 with 200, nearly all that its container has. */
const MEMORY_MAX_BYTES = 112 << 20;
const THREADS_MAX = 4;

/** What a process that was killed has spilled is removed after this time, by the next one that starts. */
const SPILL_AGE_MAX_MS = 24 * 3_600_000;

/** Opens DuckDB within the limits of the container; what does not fit in memory is spilled below `spillFolder`, which others may share. */
export async function openEngine(spillFolder: string): Promise<Engine> {
  await mkdir(spillFolder, { recursive: true });
  await removeOldSpills(spillFolder);
  const memoryBytes = Math.floor(Math.min(containerMemoryBytes() * MEMORY_SHARE, MEMORY_MAX_BYTES));
  const threads = Math.min(Math.ceil(containerProcessors()), THREADS_MAX);
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryBytes >> 20}MiB`,
    threads: String(threads),
    // DuckDB names its files alike in every process: two that shared a folder would read each other's pages. It makes and removes this one.
    temp_directory: join(spillFolder, newSpillName()),
    // No order is relied on but where ORDER BY stands; keeping it would cost memory.
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const useThreads = async (count: number): Promise<void> => {
    const connection = await instance.connect();
    await connection.run(`SET threads = ${count}`).finally(() => connection.closeSync());
  };
  return {
    connect: () => instance.connect(),
    withOneThread: async (work) => {
      await useThreads(1);
      try {
        return await work();
      } finally {
        await useThreads(threads);
      }
    },
    close: () => instance.closeSync(),
  };
}

async function removeOldSpills(spillFolder: string): Promise<void> {
  const oldest = (await fileServerTimeMs(spillFolder)) - SPILL_AGE_MAX_MS;
  for (const name of (await readdir(spillFolder)).filter(isSpillName)) {
    const path = join(spillFolder, name);
    // Another process may be removing it, too.
    const modifiedMs = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    if (modifiedMs < oldest) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Times of files are by the file server's clock, which this machine's may differ from. In ms since 1970. */
async function fileServerTimeMs(folder: string): Promise<number> {
  const probe = join(folder, `.time-${newAttemptToken()}`);
  await writeFile(probe, '');
  const { mtimeMs } = await stat(probe);
  await rm(probe, { force: true });
  return mtimeMs;
}

/** Memory that this container may use, or the machine's. */
function containerMemoryBytes(): number {
  // Without a limit this is 0 or more than there is.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Processors that this container may use, which may be a part of one, or the machine's. */
export function containerProcessors(): number {
  // Control groups of version 2, then of version 1, where -1 is "no limit".
  const text = readControl('cpu.max') ?? `${readControl('cpu/cpu.cfs_quota_us')} ${readControl('cpu/cpu.cfs_period_us')}`;
  const [quota = NaN, period = NaN] = text.split(' ').map(Number);
  return quota / period > 0 ? Math.min(quota / period, availableParallelism()) : availableParallelism();
}

function readControl(name: string): string | undefined {
  try {
    return readFileSync(`/sys/fs/cgroup/${name}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
