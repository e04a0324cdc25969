import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishManifest, readManifest, readOwnManifest } from '@retail-etl/staging';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retail-etl-manifest-'));
  path = join(folder, 'plan.json');
});
afterEach(() => rm(folder, { recursive: true }));

/** What services of other versions leave: those of 0.1.0 wrote no format, and later ones will write another number or none at all. */
const OTHER_FORMATS = [
  { rows: 1 },
  { format: 1, rows: 1 },
  { format: 2, rows: 1 },
  { format: 99, rows: 1 },
  { format: '3', rows: 1 },
  { format: null, rows: 1 },
];

test('what was published is read, and a second attempt gets the first one', async () => {
  expect(await readManifest(path)).toBeUndefined();
  expect((await publishManifest(path, { rows: 1 })).won).toBe(true);
  expect(await readManifest(path)).toMatchObject({ rows: 1 });
  expect(await publishManifest(path, { rows: 2 })).toMatchObject({ won: false, manifest: { rows: 1 } });
});

test.each(OTHER_FORMATS)('a manifest of another version is not read: %j', async (stored) => {
  await writeFile(path, JSON.stringify(stored));
  const refused = { code: 'STAGED_FORMAT', transient: false, message: expect.stringContaining('plan.json is of format') as string };
  await expect(readManifest(path)).rejects.toMatchObject(refused);
  await expect(publishManifest(path, { rows: 2 })).rejects.toMatchObject(refused);
  // It is the other version's, so reading it leaves it as it is.
  expect(await readdir(folder)).toContain('plan.json');
});

test.each([...OTHER_FORMATS.map((stored) => JSON.stringify(stored)), '{"format":3,'])(
  'the step that makes the manifest removes it and makes it anew: %s',
  async (text) => {
    await writeFile(path, text);
    expect(await readOwnManifest(path)).toBeUndefined();
    expect(await publishManifest(path, { rows: 3 })).toMatchObject({ won: true, manifest: { rows: 3 } });
    expect(await readOwnManifest(path)).toMatchObject({ rows: 3 });
  },
);
