import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export type Connection = DuckDBConnection;

/** One DuckDB in memory, shared by the jobs of a process; each takes a connection of its own. */
export interface Engine {
  connect(): Promise<Connection>;
  close(): void;
}

/** DuckDB's share of the process's memory: the rest is for Node.js, and for what DuckDB allocates outside its buffers. */
const MEMORY_SHARE = 0.4;
const MEMORY_MAX_BYTES = 200 << 20;
const THREADS_MAX = 4;

/** Opens DuckDB within the limits of the container; what does not fit in memory is spilled to `spillFolder`. */
export async function openEngine(spillFolder: string): Promise<Engine> {
  const memoryBytes = Math.floor(Math.min(containerMemoryBytes() * MEMORY_SHARE, MEMORY_MAX_BYTES));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryBytes >> 20}MiB`,
    threads: String(Math.max(1, Math.min(containerProcessors(), THREADS_MAX))),
    temp_directory: spillFolder,
    // No order is relied on but where ORDER BY stands; keeping it would cost memory.
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  return { connect: () => instance.connect(), close: () => instance.closeSync() };
}

/** Memory that this container may use, or the machine's. */
function containerMemoryBytes(): number {
  const limit = Number(readControl('memory.max'));
  return Number.isFinite(limit) && limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Processors that this container may use, rounded up, or the machine's. */
function containerProcessors(): number {
  const [quota, period] = (readControl('cpu.max') ?? '').split(' ').map(Number);
  if (quota === undefined || period === undefined || !Number.isFinite(quota / period)) return availableParallelism();
  return Math.min(Math.ceil(quota / period), availableParallelism());
}

function readControl(name: string): string | undefined {
  try {
    return readFileSync(`/sys/fs/cgroup/${name}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
