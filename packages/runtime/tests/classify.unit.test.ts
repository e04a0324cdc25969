import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, runSql } from '@retail-etl/duckdb';
import { classifyError } from '@retail-etl/runtime';
import { CheckedFileWriter, publishJson, readJson, replaceByCopy } from '@retail-etl/store';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'retail-etl-classify-'));
const full = join(folder, 'full');
mkdirSync(full);
const mountProblem = mountSmallVolume();
if (mountProblem !== undefined)
  process.stderr.write(`no small volume can be mounted, so the tests of a full one are skipped: ${mountProblem}\n`);

afterAll(() => {
  if (mountProblem === undefined) execFileSync('umount', [full]);
  rmSync(folder, { recursive: true, force: true });
});

/** Mounts a volume with room for 64 KiB. Returns why that cannot be done here, if it cannot. */
function mountSmallVolume(): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n').at(-2) ?? error.message) : String(error);
  }
}

/** What the runner of steps makes of an action that fails. */
async function failure(action: () => Promise<unknown>): Promise<{ code: string; transient: boolean; message: string }> {
  try {
    await action();
  } catch (error) {
    const { code, transient, message } = classifyError(error);
    return { code, transient, message };
  }
  throw new Error('nothing failed');
}

describe.skipIf(mountProblem !== undefined)('a volume that is full', () => {
  const STAGING_FULL = { code: 'STAGING_FULL', transient: true };
  const fill = async (): Promise<void> => {
    const file = await CheckedFileWriter.create(full, 'chunk');
    try {
      for (let piece = 0; piece < 4; piece += 1) await file.append(Buffer.alloc(32 << 10, piece));
      await file.finish();
    } catch (error) {
      await file.discard();
      throw error;
    }
  };

  test('ends a chunk, a manifest and a copy as what will go on by itself', async () => {
    expect(await failure(fill)).toMatchObject(STAGING_FULL);
    expect(await failure(() => publishJson(join(full, 'plan.json'), { text: 'x'.repeat(100_000) }))).toMatchObject(STAGING_FULL);
    const large = join(folder, 'large');
    await writeFile(large, Buffer.alloc(200_000));
    expect(await failure(() => replaceByCopy(large, join(full, 'summary.csv')))).toMatchObject(STAGING_FULL);
  });

  test('ends what DuckDB writes in the same way', async () => {
    const engine = await openEngine(folder);
    const sql = `COPY (SELECT hash(n) AS h FROM range(200000) t(n)) TO '${join(full, 'rows.parquet')}' (FORMAT parquet)`;
    const connection = await engine.connect();
    const ended = await failure(() => runSql(connection, 'writing a chunk', sql));
    connection.closeSync();
    engine.close();
    expect(ended).toMatchObject(STAGING_FULL);
    expect(ended.message).toContain('writing a chunk');
  });
});

test('a folder that is not there, or is none, is staging that is unavailable', async () => {
  const unavailable = { code: 'STAGING_UNAVAILABLE', transient: true };
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  expect(await failure(() => CheckedFileWriter.create(join(folder, 'nowhere'), 'chunk'))).toMatchObject(unavailable);
  expect(await failure(() => CheckedFileWriter.create(file, 'chunk'))).toMatchObject(unavailable);
});

test.skipIf(process.getuid?.() === 0)('a file that may not be read (root may read all) is staging that is unavailable', async () => {
  const path = join(folder, 'secret.json');
  await writeFile(path, '{}');
  await chmod(path, 0);
  expect(await failure(() => readJson(path))).toMatchObject({ code: 'STAGING_UNAVAILABLE' });
});

test('anything else is a bug', async () => {
  expect(
    await failure(async () => {
      throw new TypeError('x is not a function');
    }),
  ).toEqual({ code: 'INTERNAL', transient: false, message: 'x is not a function' });
});
