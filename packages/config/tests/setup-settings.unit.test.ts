import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSetupConfig } from '@retail-etl/config';
import { afterAll, expect, test, vi } from 'vitest';

const SERVERS = { POSTGRES_URL: 'postgres://u:p@localhost:5432/shop', MYSQL_URL: 'mysql://u:p@localhost:3306/w' };

const folder = mkdtempSync(join(tmpdir(), 'retail-etl-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file that holds `text`. */
function fileOf(text: string): string {
  const path = join(folder, `setting-${text.length}`);
  writeFileSync(path, text);
  return path;
}

test.each([
  [{}, '/clone/data'],
  [{ DATA_DIR: '', DATA_DIR_FILE: '' }, '/clone/data'],
  [{ DATA_DIR: '/srv/data' }, '/srv/data'],
  [{ DATA_DIR_FILE: fileOf('/from/file\n') }, '/from/file'],
])('set-up takes the default folder only if none is named: %j', (env, expected) => {
  expect(loadSetupConfig({ ...SERVERS, ...env }, '/clone/data').dataDir).toBe(expected);
});

test.each([
  [{ DATA_DIR_FILE: fileOf('') }, /DATA_DIR is not set/],
  [{ DATA_DIR_FILE: fileOf('\n') }, /DATA_DIR is not set/],
  [{ DATA_DIR_FILE: join(folder, 'absent') }, /DATA_DIR_FILE names .*absent, which cannot be read \(ENOENT\)/],
  [{ DATA_DIR: '/srv/data', DATA_DIR_FILE: fileOf('/from/file\n') }, /DATA_DIR and DATA_DIR_FILE are both set/],
])('a folder that is named wrongly is no reason to take the default: %j', (env, message) => {
  expect(() => loadSetupConfig({ ...SERVERS, ...env }, '/clone/data')).toThrow(message);
});

test('without a default the folder is required', () => {
  expect(() => loadSetupConfig(SERVERS)).toThrow(/DATA_DIR is not set/);
});

test("without settings of its own it reads the process's environment", () => {
  for (const [name, value] of Object.entries({ ...SERVERS, DATA_DIR: '/srv/data' })) vi.stubEnv(name, value);
  try {
    expect(loadSetupConfig()).toMatchObject({ dataDir: '/srv/data' });
  } finally {
    vi.unstubAllEnvs();
  }
});
