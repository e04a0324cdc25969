import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERROR_CATALOGUE } from '@retail-etl/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabases, serverUrl, type TestDatabases } from '../../../tests/support/test-databases.js';

const DIST = join(import.meta.dirname, '..', 'dist');

let databases: TestDatabases;
let dataDir: string;
beforeEach(async () => {
  databases = await createTestDatabases();
  dataDir = await mkdtemp(join(tmpdir(), 'remedies-'));
});
afterEach(async () => {
  await databases.drop();
  await rm(dataDir, { recursive: true });
});

/** What a command prints on stderr, in a process of its own. */
async function printed(script: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const options = { env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...databases.urls, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, [...(script === '' ? [] : [join(DIST, script)]), ...args], options, (_error, _stdout, stderr) =>
      resolve(stderr),
    );
  });
}

const setUp = (env: Record<string, string>): Promise<string> =>
  printed(
    '',
    ['--input-type=module', '--eval', `import { runCommand } from ${JSON.stringify(join(DIST, 'main.js'))}; await runCommand()`],
    env,
  );

const changed = (url: string, change: (url: URL) => void): string => {
  const copy = new URL(url);
  change(copy);
  return copy.toString();
};

test.each<[code: string, urls: () => Record<string, string>]>([
  ['POSTGRES_ACCESS', () => ({ POSTGRES_URL: changed(databases.urls.POSTGRES_URL, (url) => (url.password = 'wrong')) })],
  ['POSTGRES_SETTINGS', () => ({ POSTGRES_URL: `${databases.urls.POSTGRES_URL}?options=-c%20DateStyle%3Dx` })],
  ['MYSQL_ACCESS', () => ({ MYSQL_URL: changed(databases.urls.MYSQL_URL, (url) => (url.password = 'wrong')) })],
  ['MYSQL_MISSING', () => ({ MYSQL_URL: changed(databases.urls.MYSQL_URL, (url) => (url.pathname = '/nowhere')) })],
  ['WRONG_SERVER', () => ({ MYSQL_URL: `mysql://a:b@127.0.0.1:${new URL(serverUrl('REDIS_URL')).port}/any` })],
  ['CONFIG_INVALID', () => ({ MYSQL_URL: `${databases.urls.MYSQL_URL}?unknown=1` })],
])('set-up that meets %s says what to do, and speaks of no run', async (code, urls) => {
  const text = await setUp(urls());
  expect(text).toContain(code);
  expect(text).toMatch(/What to do:.*(run this command|start) again\.\n$/s);
  expect(text).not.toMatch(/retry|the run\b/);
});

test('the set-up image names the settings that it connects by', async () => {
  const text = await printed('container-main.js', ['databases'], {
    SETUP_POSTGRES_URL: changed(databases.urls.POSTGRES_URL, (url) => (url.password = 'wrong')),
    SETUP_MYSQL_URL: changed(databases.urls.MYSQL_URL, (url) => (url.password = 'wrong')),
    SERVICE_USER: `${process.getuid!()}:${process.getgid!()}`,
  });
  // Whichever answers first.
  expect(text).toMatch(/(MYSQL|POSTGRES)_ACCESS .*\n.*Check user(,| and) password.* in SETUP_(MYSQL|POSTGRES)_URL/);
  expect(text).not.toMatch(/retry|the run\b/);
});

test('no error of a server has a remedy for commands that speaks of a run', () => {
  const ofServers = Object.entries(ERROR_CATALOGUE).filter(([code]) =>
    /^(POSTGRES|MYSQL|LEDGER|TARGET_UNFIT|WRONG_SERVER|CERTIFICATE|TLS|CONFIG)/.test(code),
  );
  expect(ofServers.length).toBeGreaterThan(18);
  for (const [, { commandRemedy }] of ofServers) expect(commandRemedy).not.toMatch(/retry|the run\b|a new run/);
});

test('in a run, the remedies say how it goes on', () => {
  for (const code of ['POSTGRES_ACCESS', 'MYSQL_RIGHTS', 'TARGET_UNFIT', 'WRONG_SERVER'] as const)
    expect(ERROR_CATALOGUE[code].remedy).toMatch(/Then retry the run/);
  expect(ERROR_CATALOGUE.MYSQL_READONLY.remedy).toMatch(/within ten minutes; later retry it\.$/);
});
