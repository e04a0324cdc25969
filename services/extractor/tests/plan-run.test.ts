import { readdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '@retail-etl/mysql';
import { PlannedRun } from './planned-run.js';

let planned: PlannedRun;
beforeAll(async () => {
  planned = await PlannedRun.open();
});
beforeEach(() => planned.begin(['a.csv', 'b.csv']));
afterAll(() => planned.close());

const NOTE = 'the table and 2 files, in 2 partitions';

/** Everything that the run has staged, but for the plan itself. */
async function staged(): Promise<string[]> {
  const entries = await readdir(planned.folders.staging, { recursive: true });
  return entries.filter((name) => !['plan.json', 'chunks', 'partials'].includes(name)).sort();
}

/** What earlier steps have left: an extract, a chunk and a partial, and rejects that people may be looking at. */
async function leaveTraces(): Promise<void> {
  const { folders } = planned;
  for (const path of [
    folders.extractManifest('table'),
    folders.chunkManifest('c'),
    folders.partialManifest('c'),
    join(folders.rejects, 'r'),
  ])
    await writeFile(path, '{}');
}

test('the plan lists the table and every file, and each partition gets a job below the merge', async () => {
  await planned.ledger.sql.query("UPDATE etl_runs SET params = JSON_OBJECT('from', '2026-01-01', 'to', '2026-01-31')");
  expect(await planned.plan()).toEqual({ rows: 0, note: NOTE });
  expect(planned.notes).toEqual([NOTE]);
  const { partitions, ...rest } = await planned.manifest();
  expect(rest).toEqual({
    format: 3,
    params: { from: '2026-01-01', to: '2026-01-31' },
    csvEncoding: 'utf-8',
    dateFormats: [],
    inputs: [{ source: 'store_sales', reused: 0, read: 2, new: 2, changed: 0, gone: 0 }],
    startedAt: expect.any(String) as string,
    finishedAt: expect.any(String) as string,
  });
  expect(String(rest['startedAt']) <= String(rest['finishedAt'])).toBe(true);
  expect(partitions.map(({ source, files }) => [source, files.map(({ name }) => name)])).toEqual([
    ['online_sales', []],
    ['store_sales', ['a.csv', 'b.csv']],
  ]);
  expect(await planned.jobs()).toEqual(
    partitions.map(({ name }) => planned.job(1, name)).sort((a, b) => String(a.id).localeCompare(String(b.id))),
  );
  expect(await readdir(planned.folders.results)).toEqual(['rejects']);
});

test('a repeated plan keeps the list of the first, and what was staged under it', async () => {
  await planned.plan();
  const [text, jobs] = [await readFile(planned.folders.planManifest, 'utf8'), await planned.jobs()];
  await leaveTraces();
  const traces = await staged();
  await planned.addFile('c.csv');
  await planned.ledger.sql.query("UPDATE etl_runs SET params = JSON_OBJECT('from', '2026-02-01')");
  expect(await planned.plan()).toEqual({ rows: 0, note: NOTE });
  expect(await readFile(planned.folders.planManifest, 'utf8')).toBe(text);
  expect(await planned.jobs()).toEqual(jobs);
  expect(await staged()).toEqual(traces);
});

test('the plan of a retry keeps the list as well, and attaches the jobs of its own epoch', async () => {
  await planned.plan();
  await planned.addFile('c.csv');
  await planned.addFlow(2);
  expect(await planned.plan({ epoch: 2 })).toEqual({ rows: 0, note: NOTE });
  const names = (await planned.manifest()).partitions.map(({ name }) => name).sort();
  expect(await planned.jobs()).toEqual([1, 2].flatMap((epoch) => names.map((name) => planned.job(epoch, name))));
});

test.each(['{"format":3,"partitions":', '{"partitions":[]}', '{"format":4,"partitions":[]}'])(
  'a plan that cannot be read is made anew, and all that was staged under it goes; results stay: %s',
  async (text) => {
    await planned.plan();
    await leaveTraces();
    await planned.addFile('c.csv');
    await writeFile(planned.folders.planManifest, text);
    expect(await planned.plan()).toEqual({ rows: 0, note: 'the table and 3 files, in 2 partitions' });
    expect(await planned.files()).toEqual(['a.csv', 'b.csv', 'c.csv']);
    expect(await staged()).toEqual([]);
    expect((await readdir(planned.folders.staging)).sort()).toEqual(['chunks', 'partials', 'plan.json']);
    expect(await readdir(planned.folders.rejects)).toEqual(['r']);
  },
);

test('what the disk says of the plan is passed on, and nothing goes for it', async () => {
  await planned.plan();
  await leaveTraces();
  const traces = await staged();
  await unlink(planned.folders.planManifest);
  await symlink(planned.folders.planManifest, planned.folders.planManifest);
  await expect(planned.plan()).rejects.toMatchObject({ code: 'ELOOP' });
  expect(await staged()).toEqual(traces);
});

test('without a file there is no plan and no job; once there is one, the next try finds it', async () => {
  await planned.begin([]);
  await expect(planned.plan()).rejects.toMatchObject({ code: 'SOURCE_MISSING' });
  expect((await readdir(planned.folders.staging)).sort()).toEqual(['chunks', 'partials']);
  expect(await planned.jobs()).toEqual([]);
  expect(planned.notes).toEqual([]);
  await planned.addFile('late.csv');
  expect(await planned.plan()).toEqual({ rows: 0, note: 'the table and 1 files, in 2 partitions' });
  expect(await planned.jobs()).toHaveLength(2);
});

test('of two plans at once one counts, for both', async () => {
  expect(await Promise.all([planned.plan(), planned.plan()])).toEqual([
    { rows: 0, note: NOTE },
    { rows: 0, note: NOTE },
  ]);
  expect((await planned.jobs()).map(({ data }) => (data as { partition: string }).partition).sort()).toEqual(
    (await planned.manifest()).partitions.map(({ name }) => name).sort(),
  );
  expect(await staged()).toEqual([]);
});

test('a plan that comes second takes the list of the first, not its own', async () => {
  const beforeFiles = async (): Promise<void> => {
    await planned.plan();
    for (const name of ['c.csv', 'd.csv']) await planned.addFile(name);
  };
  expect(await planned.plan({ beforeFiles })).toEqual({ rows: 0, note: NOTE });
  expect(await planned.files()).toEqual(['a.csv', 'b.csv']);
  expect(planned.notes).toEqual([NOTE, NOTE]);
});

test('a step that is stopped plans nothing', async () => {
  const stop = new Error('the service stops');
  await expect(planned.plan({ signal: AbortSignal.abort(stop) })).rejects.toBe(stop);
  expect(await planned.jobs()).toEqual([]);
  expect(await readdir(planned.folders.staging)).not.toContain('plan.json');
});

test('without Redis the plan waits for its jobs, and the next try attaches those of the same list', async () => {
  const away = await planned.closedProducer();
  await expect(planned.plan({ producer: away })).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', transient: true });
  expect(await planned.files()).toEqual(['a.csv', 'b.csv']);
  expect(await planned.jobs()).toEqual([]);
  await planned.addFile('c.csv');
  expect(await planned.plan()).toEqual({ rows: 0, note: NOTE });
  expect(await planned.jobs()).toHaveLength(2);
});

test('a run that the ledger does not know is planned without limits', async () => {
  await planned.ledger.sql.query('DELETE FROM etl_runs');
  await planned.plan();
  expect(await planned.manifest()).toMatchObject({ params: {} });
});

test.each(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE TEMPORARY TABLES'])(
  'a user who lacks %s on the target is told before the sources are looked at',
  async (right) => {
    const { sql, url } = planned.ledger;
    const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE TEMPORARY TABLES'];
    const user = `plan_${Math.random().toString(36).slice(2, 10)}`;
    await sql.query(`CREATE USER ${user} IDENTIFIED BY 'x'`);
    // Plan asks what the run is to do, and whether what is published was declared.
    for (const table of ['etl_published', 'etl_runs']) await sql.query(`GRANT SELECT ON ${table} TO ${user}`);
    for (const each of rights) {
      const on = each === 'CREATE TEMPORARY TABLES' ? '*' : 'sales_summary';
      if (each !== right) await sql.query(`GRANT ${each} ON ${on} TO ${user}`);
    }
    const own = new URL(url);
    own.username = user;
    own.password = 'x';
    const database = openDatabase(own.toString());
    let looked = 0;
    const beforeFiles = async (): Promise<void> => void (looked += 1);
    await expect(planned.plan({ database, beforeFiles })).rejects.toMatchObject({
      code: 'MYSQL_RIGHTS',
      message: expect.stringMatching(right === 'CREATE TEMPORARY TABLES' ? /denied/ : right) as string,
    });
    await database.end();
    await sql.query(`DROP USER ${user}`);
    expect(looked).toBe(0);
    expect(await readdir(planned.dataDir)).toEqual(['input']);
  },
);
