import { redisOptions } from '@retail-etl/queue';
import { Redis } from 'ioredis';
import type { Children } from '../process/children.js';
import { createDataOnce, launchServer, prepareFolder, writeServerFile, type Durability, type RunningServer } from './server.js';

export interface RedisSpec {
  readonly program: string;
  readonly folder: string;
  readonly logPath: string;
  readonly password: string;
  readonly durability: Durability;
}

/** Starts a private Redis (or Valkey) that only this machine can reach. */
export async function startRedis(spec: RedisSpec, children: Children): Promise<{ server: RunningServer; url: string }> {
  const folder = await prepareFolder(spec.folder, spec.logPath, 'redis');
  const dataDir = await createDataOnce(folder, () => Promise.resolve());
  const url = (port: number): string => `redis://:${spec.password}@127.0.0.1:${port}`;
  const server = await launchServer(
    {
      label: 'Redis',
      // Given as a file, not as arguments: those show the password to everyone on the machine.
      command: (port) => [spec.program, writeServerFile(folder, 'redis.conf', configuration(spec, dataDir, port))],
      probe: (port) => pingRedis(url(port)),
      stopSignal: spec.durability === 'durable' ? 'SIGTERM' : 'SIGKILL',
    },
    folder,
    children,
  );
  return { server, url: url(server.port) };
}

function configuration(spec: RedisSpec, dataDir: string, port: number): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${spec.password}`,
    `dir "${dataDir.replace(/["\\]/g, '\\$&')}"`,
    // The queues are a record of intent: they survive a restart, and are refused rather than evicted when memory is full.
    `appendonly ${spec.durability === 'durable' ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'save ""',
    'maxmemory 512mb',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/** Throws the driver's error unless a Redis at `url` answers within two seconds. */
export async function pingRedis(url: string): Promise<void> {
  const client = new Redis({
    ...redisOptions(url, 'client'),
    lazyConnect: true,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: unknown;
  client.on('error', (error: unknown) => {
    reason = error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    // The promise only says that the connection is closed; the event says why.
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}
