import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkLedger, migrateLedger, readMigrationLog, readMigrations } from '@retail-etl/ledger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLedgerDatabase, describeSchema, type LedgerDatabase } from './ledger-database.js';
import { runSetUp, startSetUp } from './set-up-process.js';

const SHIPPED = join(import.meta.dirname, '..', 'migrations');
const COUNT = readdirSync(SHIPPED).length;
const ALL = Array.from({ length: COUNT }, (_, index) => index + 1);
const NEXT = COUNT + 1;
/** The beginning of the name of a migration's file. */
const nnn = (number: number): string => String(number).padStart(3, '0');

let ledger: LedgerDatabase;
let folder: string;

beforeEach(async () => {
  ledger = await createLedgerDatabase();
  folder = await mkdtemp(join(tmpdir(), 'retail-etl-migrations-'));
  await cp(SHIPPED, folder, { recursive: true });
});
afterEach(async () => {
  await ledger.drop();
  await rm(folder, { recursive: true });
});

const add = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text);
const finished = async (): Promise<number[]> =>
  ((await readMigrationLog(ledger.database)) ?? []).filter((each) => each.finishedAt !== null).map((each) => each.number);

/** What an undisturbed set-up makes. */
async function expectedSchema(migrations = SHIPPED): Promise<Awaited<ReturnType<typeof describeSchema>>> {
  const other = await createLedgerDatabase();
  try {
    await migrateLedger(other.database, { migrations: readMigrations(migrations) });
    return await describeSchema(other);
  } finally {
    await other.drop();
  }
}

test('a new ledger gets every migration once, in order, with name, checksum, version, start and end', async () => {
  expect(await migrateLedger(ledger.database)).toBe(COUNT);
  const files = (await readdir(SHIPPED)).sort();
  const log = (await readMigrationLog(ledger.database)) ?? [];
  expect(log.map(({ number, name }) => `${nnn(number)}-${name}.sql`)).toEqual(files);
  for (const [index, entry] of log.entries()) {
    const text = await readFile(join(SHIPPED, files[index] ?? ''), 'utf8');
    const statement = text.replaceAll(/^--.*\n/gm, '').replace(/;\n$/, '');
    const unless = /^-- unless: (.*)$/m.exec(text)?.[1] ?? null;
    expect(entry.checksum).toBe(
      createHash('sha256')
        .update(JSON.stringify([statement, unless]))
        .digest('hex'),
    );
    expect(entry.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(entry.finishedAt?.getTime()).toBeGreaterThanOrEqual(entry.startedAt.getTime());
  }
  await checkLedger(ledger.database);
  expect(await migrateLedger(ledger.database)).toBe(0);
  expect(await readMigrationLog(ledger.database)).toEqual(log);
});

test.each(['migrate.after-start', 'migrate.after-statement', 'migrate.after-end'])(
  'set-up killed at %s, for any migration, is resumed',
  async (point) => {
    const expected = await expectedSchema();
    for (let passing = 1; passing <= COUNT; passing += 1) {
      expect(await runSetUp(ledger.url, { crash: `${point}:${passing}` })).toEqual({ code: null, signal: 'SIGKILL' });
      const done = point === 'migrate.after-end' ? passing : passing - 1;
      const before = (await readMigrationLog(ledger.database)) ?? [];
      expect(before.map(({ finishedAt }) => finishedAt !== null)).toEqual(
        Array.from({ length: point === 'migrate.after-end' ? done : passing }, (_, index) => index < done),
      );
      if (done < COUNT) await expect(checkLedger(ledger.database)).rejects.toMatchObject({ code: 'LEDGER_OLDER' });
      expect(await migrateLedger(ledger.database)).toBe(COUNT - done);
      await checkLedger(ledger.database);
      const after = (await readMigrationLog(ledger.database)) ?? [];
      expect(after.slice(0, done)).toEqual(before.slice(0, done));
      expect(await describeSchema(ledger)).toEqual(expected);
      expect(await ledger.rows('SELECT id, seq FROM etl_slot')).toEqual([{ id: 1, seq: null }]);
      expect(await ledger.rows('SELECT id, seq FROM etl_published')).toEqual([{ id: 1, seq: 0 }]);
      for (const { TABLE_NAME: table } of await ledger.rows<{ TABLE_NAME: string }>(
        'SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
      ))
        await ledger.sql.query(`DROP TABLE ${table}`);
    }
  },
);

const ADD_COLUMN = `-- A statement that cannot be repeated as it is.
-- unless: SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'etl_runs' AND COLUMN_NAME = 'note'
ALTER TABLE etl_runs ADD COLUMN note VARCHAR(20) NULL;
`;

test('a statement without IF NOT EXISTS is applied once, whether set-up dies before it, after it, or while the server works on it', async () => {
  await add(`${nnn(NEXT)}-run-note.sql`, ADD_COLUMN);
  const expected = await expectedSchema(folder);
  // The first time all are missing, the second time only this one.
  for (const point of [`migrate.after-start:${NEXT}`, 'migrate.after-statement:1']) {
    expect(await runSetUp(ledger.url, { crash: point, migrations: folder })).toMatchObject({ signal: 'SIGKILL' });
    expect(await migrateLedger(ledger.database, { migrations: readMigrations(folder) })).toBe(1);
    expect(await describeSchema(ledger)).toEqual(expected);
    await ledger.sql.query('ALTER TABLE etl_runs DROP COLUMN note');
    await ledger.sql.query(`DELETE FROM etl_migrations WHERE number = ${NEXT}`);
  }
  // A reader's open transaction keeps the ALTER waiting in the server.
  await ledger.sql.query('START TRANSACTION');
  await ledger.sql.query('SELECT * FROM etl_runs');
  const child = startSetUp(ledger.url, { migrations: folder });
  const waiting = `SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE 'ALTER TABLE etl\\_runs%'`;
  while ((await ledger.rows(waiting)).length === 0) await sleep(20);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const resumed = migrateLedger(ledger.database, { migrations: readMigrations(folder) });
  await sleep(300);
  await ledger.sql.query('COMMIT');
  expect(await resumed).toBe(1);
  expect(await describeSchema(ledger)).toEqual(expected);
  await checkLedger(ledger.database, readMigrations(folder));
});

test('of several set-ups at once one makes the ledger, and the others find it made', async () => {
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => runSetUp(ledger.url)));
  expect(outcomes).toEqual([1, 2, 3, 4].map(() => ({ code: 0, signal: null })));
  expect(await finished()).toEqual(ALL);
  const counts = await Promise.all([1, 2, 3].map(() => migrateLedger(ledger.database)));
  expect(counts).toEqual([0, 0, 0]);

  const other = await createLedgerDatabase();
  const applied = await Promise.all([1, 2, 3].map(() => migrateLedger(other.database)));
  expect(applied.reduce((sum, count) => sum + count, 0)).toBe(COUNT);
  await other.drop();
});

test('a set-up waits for the lock of its own database only, says so, and gives up after its time', async () => {
  const lock = (name: string): string => `retail-etl-ledger-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  await ledger.sql.query('SELECT GET_LOCK(?, 0)', [lock(ledger.name)]);
  const said: string[] = [];
  const refused = migrateLedger(ledger.database, { lockWaitMs: 300, say: (line) => said.push(line) });
  await expect(refused).rejects.toMatchObject({ code: 'LEDGER_LOCKED', transient: true });
  expect(said).toEqual(['another set-up is changing the ledger; waiting for it']);
  expect(await readMigrationLog(ledger.database)).toBeUndefined();

  const other = await createLedgerDatabase();
  expect(await migrateLedger(other.database)).toBe(COUNT);
  await other.drop();

  const waits = migrateLedger(ledger.database);
  await ledger.sql.query('SELECT RELEASE_LOCK(?)', [lock(ledger.name)]);
  expect(await waits).toBe(COUNT);
});

test.each(['2026-01-01', null])(
  'a ledger with a later migration (finished: %s) is refused by services and by set-up',
  async (finishedAt) => {
    await migrateLedger(ledger.database);
    await ledger.sql.query(`INSERT INTO etl_migrations VALUES (${NEXT}, 'later', REPEAT('0', 64), '9.1.0', UTC_TIMESTAMP(3), ?)`, [
      finishedAt,
    ]);
    const newer = {
      code: 'LEDGER_NEWER',
      transient: false,
      message: expect.stringContaining(`version ${NEXT} (later, applied by 9.1.0)`) as string,
    };
    await expect(checkLedger(ledger.database)).rejects.toMatchObject(newer);
    await ledger.sql.query('DROP TABLE etl_audit');
    await ledger.sql.query(`DELETE FROM etl_migrations WHERE number = ${COUNT}`);
    await expect(migrateLedger(ledger.database)).rejects.toMatchObject(newer);
    expect(await ledger.rows("SHOW TABLES LIKE 'etl_audit'")).toEqual([]);
  },
);

test('a service finds a ledger older if it is absent, unfinished, or lacks any migration', async () => {
  const older = { code: 'LEDGER_OLDER', transient: true, message: expect.stringContaining('run set-up') as string };
  await expect(checkLedger(ledger.database)).rejects.toMatchObject(older);
  await migrateLedger(ledger.database);
  await checkLedger(ledger.database);
  await ledger.sql.query(`UPDATE etl_migrations SET finished_at = NULL WHERE number = ${COUNT}`);
  await expect(checkLedger(ledger.database)).rejects.toMatchObject(older);
  await migrateLedger(ledger.database);
  await ledger.sql.query('DELETE FROM etl_migrations WHERE number = 3');
  await expect(checkLedger(ledger.database)).rejects.toMatchObject(older);
  await migrateLedger(ledger.database);
  await checkLedger(ledger.database);
});

test('a migration that was changed after it was begun is refused; its comments may change', async () => {
  await migrateLedger(ledger.database);
  const slot = await readFile(join(SHIPPED, '002-slot.sql'), 'utf8');
  await add('002-slot.sql', `-- Other words.\n${slot.replaceAll('\n', '\r\n')}`);
  await add(`${nnn(NEXT)}-more.sql`, 'CREATE TABLE IF NOT EXISTS etl_more (id INT PRIMARY KEY);\n');
  const said: string[] = [];
  expect(await migrateLedger(ledger.database, { migrations: readMigrations(folder), say: (line) => said.push(line) })).toBe(1);
  expect(said).toEqual([`the ledger was brought from version ${COUNT} to ${NEXT}`]);

  await add('002-slot.sql', slot.replace('TINYINT', 'SMALLINT'));
  await add(`${nnn(NEXT + 1)}-most.sql`, 'CREATE TABLE etl_most (id INT PRIMARY KEY);\n');
  for (const finishedAt of ['2026-01-01', null]) {
    await ledger.sql.query('UPDATE etl_migrations SET finished_at = ? WHERE number = 2', [finishedAt]);
    const changed = migrateLedger(ledger.database, { migrations: readMigrations(folder) });
    await expect(changed).rejects.toMatchObject({
      code: 'LEDGER_CHANGED',
      message: expect.stringContaining('2 (slot, applied by') as string,
    });
    expect(await ledger.rows("SHOW TABLES LIKE 'etl_most'")).toEqual([]);
  }
});

test('a statement that the server refuses leaves those before it applied, and a corrected one takes its place', async () => {
  await add(`${nnn(NEXT)}-more.sql`, 'CREATE TABLE etl_more (id INT PRIMARY KEY, id INT);\n');
  const failing = migrateLedger(ledger.database, { migrations: readMigrations(folder) });
  await expect(failing).rejects.toMatchObject({
    code: 'MYSQL_REFUSED',
    message: expect.stringContaining(`migration ${NEXT} of the ledger (more)`) as string,
  });
  expect(await finished()).toEqual(ALL);
  await add(`${nnn(NEXT)}-more.sql`, 'CREATE TABLE etl_more (id INT PRIMARY KEY);\n');
  expect(await migrateLedger(ledger.database, { migrations: readMigrations(folder) })).toBe(1);
});

test('set-up that loses its connection between two statements fails as one that may be repeated', async () => {
  await add(`${nnn(NEXT)}-kill.sql`, '-- Ends its own session.\nKILL CONNECTION_ID();\n');
  await expect(migrateLedger(ledger.database, { migrations: readMigrations(folder) })).rejects.toMatchObject({ code: 'MYSQL_UNAVAILABLE' });
  expect(await finished()).toEqual(ALL);
  await expect(checkLedger(ledger.database, readMigrations(folder))).rejects.toMatchObject({ code: 'LEDGER_OLDER' });
});

test.each([`${nnn(NEXT + 1)}-gap.sql`, `${nnn(NEXT)}-Upper.sql`, `${COUNT}-short.sql`, `${nnn(COUNT)}-twice.sql`, 'notes.txt'])(
  'a file named %s is refused',
  async (file) => {
    await add(file, 'SELECT 1;\n');
    expect(() => readMigrations(folder)).toThrow(/is not migration/);
  },
);
