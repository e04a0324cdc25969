import { childEnvironment, dropDriverVariables, settingNames } from '@retail-etl/config';
import { readStartSettings } from '@retail-etl/local-stack/start/settings';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BOOTSTRAP = 'packages/local-stack/bin/bootstrap.mjs';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-stack-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly output: string;
}

function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { env: { PATH: process.env['PATH'], HOME: dir, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

const HOSTILE = {
  PGSSLMODE: 'require',
  PGOPTIONS: '-c search_path=elsewhere',
  PGHOST: '192.0.2.1',
  PGPORT: '1',
  PGPASSWORD: 'foreign',
  PGSSLNEGOTIATION: 'direct',
  NODE_PG_FORCE_NATIVE: '1',
  NODE_OPTIONS: '--max-old-space-size=10',
  LD_PRELOAD: '/lib/foreign.so',
  MYSQL_HOST: '192.0.2.1',
  MYSQL_PWD: 'foreign',
  REDIS_HOST: '192.0.2.1',
};

describe('the environment of the shell', () => {
  test('children get settings of the product and what any program needs, nothing of other tools', () => {
    const meant = { PATH: '/usr/bin', HOME: '/root', LANG: 'C.UTF-8', LC_ALL: 'C', TZ: 'UTC', MYSQL_URL_FILE: '/x', SCHEDULE_TZ: 'UTC' };
    const names = settingNames();
    expect(childEnvironment({ ...HOSTILE, ...meant, UNSET: undefined }, (name) => names.has(name))).toEqual(meant);
  });

  test('every setting of the manual is known', async () => {
    const manual = await readFile(join(ROOT, 'docs', 'settings.md'), 'utf8');
    const settings = manual.slice(manual.indexOf('| `REDIS_URL`'));
    const documented = [...settings.slice(0, settings.indexOf('\n\n')).matchAll(/^\|([^|]*)\|/gm)].flatMap((row) =>
      [...(row[1] ?? '').matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name ?? ''),
    );
    expect(documented).toContain('POSTGRES_URL');
    const names = settingNames();
    expect(documented.filter((name) => !names.has(name))).toEqual([]);
  });

  test('a PostgreSQL connection follows from its URL alone', () => {
    const url = 'postgres://someone@db.example.com/shop';
    const env: Record<string, string | undefined> = { ...HOSTILE };
    dropDriverVariables(env);
    expect(Object.keys(env).filter((name) => name.includes('PG'))).toEqual([]);
    for (const [name, value] of Object.entries(HOSTILE)) if (name.startsWith('PG')) process.env[name] = value;
    dropDriverVariables();
    const client = new pg.Client({ connectionString: url });
    expect([client.host, client.port, client.ssl, client.password]).toEqual(['db.example.com', 5432, false, null]);
  });

  test('HOST is an address or localhost; a name, as conda and tcsh set it, is ignored and told', () => {
    const hosts = ['x86_64-conda-linux-gnu', 'shop-server', '0.0.0.0', '::1', 'localhost', ''].map((HOST) => readStartSettings({ HOST }));
    expect(hosts.map(({ host, ignoredHost }) => [host, ignoredHost])).toEqual([
      ['127.0.0.1', 'x86_64-conda-linux-gnu'],
      ['127.0.0.1', 'shop-server'],
      ['0.0.0.0', undefined],
      ['::1', undefined],
      ['localhost', undefined],
      ['127.0.0.1', undefined],
    ]);
  });
});

/** The parts of a fresh clone that run before packages are there. */
async function makeBareClone(): Promise<string> {
  const clone = join(dir, 'clone');
  for (const path of [BOOTSTRAP, 'tests/bench/usage.txt', 'package.json', 'package-lock.json']) {
    await mkdir(join(clone, path, '..'), { recursive: true });
    await cp(join(ROOT, path), join(clone, path));
  }
  return clone;
}

describe('before anything is installed', () => {
  test.each(['start', 'test', 'bench', 'setup', 'lint'])('%s --help prints its usage', async (command) => {
    const clone = await makeBareClone();
    for (const flag of ['--help', '-h']) {
      const { code, output } = await runNode([join(clone, BOOTSTRAP), command, flag]);
      expect(code).toBe(0);
      expect(output).toContain(`npm ${command === 'start' || command === 'test' ? '' : 'run '}${command}`);
      expect(output).not.toContain('Installing');
    }
  });

  async function startWithRegistry(port: number): Promise<Ended> {
    const clone = await makeBareClone();
    return runNode([join(clone, BOOTSTRAP), 'start'], { npm_config_registry: `http://127.0.0.1:${port}/` });
  }

  test('a registry that is not there is named, with what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { code, output } = await startWithRegistry(port);
    expect(code).toBe(1);
    expect(output).toContain(`registry 127.0.0.1:${port} does not answer (ECONNREFUSED)`);
    expect(output).toContain('npm config set registry');
  });

  test('so is one that takes connections and never answers', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, output } = await startWithRegistry(port);
    for (const socket of sockets) socket.destroy();
    server.close();
    expect(code).toBe(1);
    expect(output).toContain(`registry 127.0.0.1:${port} does not answer (no answer within`);
  }, 60_000);
});

describe('the lock file', () => {
  test('pins every package by a hash', async () => {
    expect(await runNode([join(ROOT, '.ci/check-lock.mjs')])).toEqual({ code: 0, output: '' });
  });

  test('a package without a hash, and one with its address, are named', async () => {
    const path = join(dir, 'lock.json');
    const integrity = `sha512-${'a'.repeat(86)}==`;
    const packages = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', integrity, resolved: 'x' } };
    await writeFile(path, JSON.stringify({ packages }));
    const { code, output } = await runNode([join(ROOT, '.ci/check-lock.mjs'), path]);
    expect(code).toBe(1);
    expect(output).toContain('node_modules/a@1.0.0 has no sha512 integrity');
    expect(output).toContain('node_modules/b@2.0.0 names where it was downloaded from');
  });
});
