import { Redis } from 'ioredis';

/** Redis has sixteen databases unless told otherwise; the first holds the leases. */
const DATABASES = 16;
/** Longer than any test file takes. Test runs that were killed leave their leases to expire. */
const LEASE_SECONDS = 3_600;

export interface RedisDatabase {
  readonly url: string;
  /** Empties the database and gives it back. */
  release(): Promise<void>;
}

/**
 * An empty database of the Redis server at `serverUrl` that no other test uses meanwhile, whichever process it runs in.
 * vitest's pool ids are no substitute: a second test run on the same server has the same ones.
 */
export async function leaseRedisDatabase(serverUrl: string): Promise<RedisDatabase> {
  const leases = await connect(serverUrl, 0);
  try {
    for (let database = 1; database < DATABASES; database += 1) {
      const lease = `retail-etl-test:database:${database}`;
      if ((await leases.set(lease, process.pid, 'EX', LEASE_SECONDS, 'NX')) === null) continue;
      const url = withDatabase(serverUrl, database);
      await empty(serverUrl, database);
      return {
        url,
        async release() {
          await empty(serverUrl, database);
          const client = await connect(serverUrl, 0);
          await client.del(lease);
          client.disconnect();
        },
      };
    }
  } finally {
    leases.disconnect();
  }
  throw new Error(`all ${DATABASES - 1} databases of the test Redis are in use: a test does not give its own back`);
}

async function empty(serverUrl: string, database: number): Promise<void> {
  const client = await connect(serverUrl, database);
  await client.flushdb();
  client.disconnect();
}

async function connect(serverUrl: string, database: number): Promise<Redis> {
  const client = new Redis(withDatabase(serverUrl, database), { lazyConnect: true });
  await client.connect();
  return client;
}

function withDatabase(serverUrl: string, database: number): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}
