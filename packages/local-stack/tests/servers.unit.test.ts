import { keepCredentials } from '@retail-etl/local-stack/servers/credentials';
import { findFreePort, isPortFree } from '@retail-etl/local-stack/servers/free-port';
import { addressOf, readSettings, waitForServer } from '@retail-etl/setup';
import { readGivenUrls } from '@retail-etl/local-stack/servers/given-urls';
import { EtlError } from '@retail-etl/contracts';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-stack-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('credentials', () => {
  test('are made once, only for the owner to read, each different', async () => {
    const path = join(dir, 'credentials.json');
    const first = keepCredentials(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
    for (const secret of Object.values(first)) expect(secret).toMatch(/^[a-z0-9]{24}$/);
    await chmod(path, 0o644);
    expect(keepCredentials(path)).toEqual(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('one that is missing is added, the others stay', async () => {
    const path = join(dir, 'credentials.json');
    await writeFile(path, JSON.stringify({ adminPassword: 'chosen-by-hand', apiToken: 'quote"d' }));
    const credentials = keepCredentials(path);
    expect(credentials.adminPassword).toBe('chosen-by-hand');
    expect(credentials.apiToken).toMatch(/^[a-z0-9]{24}$/);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(credentials);
  });

  test('a damaged file is a problem with a remedy', async () => {
    const path = join(dir, 'credentials.json');
    await writeFile(path, '{');
    expect(() => keepCredentials(path)).toThrow(expect.objectContaining({ code: 'CREDENTIALS_INVALID' }));
  });
});

describe('ports', () => {
  test('a port is taken while something listens on it', async () => {
    const port = await findFreePort();
    expect(await isPortFree('127.0.0.1', port)).toBe(true);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await isPortFree('127.0.0.1', port)).toBe(false);
    server.close();
  });
});

describe('given URLs', () => {
  test('each may be given by itself, also by a file', async () => {
    const path = join(dir, 'url');
    await writeFile(path, 'mysql://u:p@db/x\n');
    const given = readSettings({ MYSQL_URL_FILE: path, REDIS_URL: '' }, readGivenUrls);
    expect(given).toEqual({ redis: undefined, postgres: undefined, mysql: 'mysql://u:p@db/x' });
  });

  test('every wrong one is reported', () => {
    const env = { REDIS_URL: 'http://x', POSTGRES_URL: 'y' };
    expect(() => readSettings(env, readGivenUrls)).toThrow(/REDIS_URL.*POSTGRES_URL/);
  });

  test('an address never shows the password', () => {
    expect(addressOf('postgres://user:secret@db.example.com:5433/shop')).toBe('db.example.com:5433');
  });
});

describe('waiting for a server', () => {
  const away = new EtlError('REDIS_UNAVAILABLE', 'connection refused');

  test('says so once and goes on when the server is there', async () => {
    const lines: string[] = [];
    let attempts = 0;
    const action = (): Promise<number> => {
      attempts += 1;
      return attempts < 3 ? Promise.reject(away) : Promise.resolve(7);
    };
    expect(await waitForServer(action, { what: 'Redis at x', say: (line) => lines.push(line) })).toBe(7);
    expect(lines).toEqual(['waiting for Redis at x, for up to 60 s: connection refused']);
  });

  test('ends at the deadline, and at once for an error that waiting does not cure', async () => {
    const options = { what: 'x', say: () => undefined, timeoutMs: 0 };
    await expect(waitForServer(() => Promise.reject(away), options)).rejects.toBe(away);
    const refused = new EtlError('POSTGRES_REFUSED', 'no');
    await expect(waitForServer(() => Promise.reject(refused), { ...options, timeoutMs: 60_000 })).rejects.toBe(refused);
  });
});
