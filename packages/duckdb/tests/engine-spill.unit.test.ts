import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDbConnection, openEngine } from '@retail-etl/duckdb';
import { expect, onTestFinished, test } from 'vitest';

const ROWS = 1_500_000;

/** More than the memory that is left to it, so that most of it is on disk. */
async function fill(connection: DuckDbConnection, salt: number): Promise<void> {
  await connection.run("SET memory_limit = '24MiB'; SET threads = 1");
  await connection.run(`CREATE TEMP TABLE t AS SELECT i, hash(i + ${salt}) AS h FROM range(${ROWS}) AS r(i)`);
}

async function intactRows(connection: DuckDbConnection, salt: number): Promise<number> {
  const reader = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM t WHERE h = hash(i + ${salt})`);
  return Number(reader.getRows()[0]?.[0]);
}

test('engines that share a spill folder do not touch what the others have spilled', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'retail-etl-spill-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const engines = [await openEngine(folder), await openEngine(folder)] as const;
  const connections = [await engines[0].connect(), await engines[1].connect()] as const;
  await fill(connections[0], 1);
  await fill(connections[1], 2);
  expect(await readdir(folder)).toHaveLength(2);
  expect(await intactRows(connections[0], 1)).toBe(ROWS);
  expect(await intactRows(connections[1], 2)).toBe(ROWS);
  for (const connection of connections) connection.closeSync();
  for (const engine of engines) engine.close();
  expect(await readdir(folder)).toEqual([]);
});

test('what a killed process has spilled goes after a day; anything else stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'retail-etl-spill-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const yesterday = new Date(Date.now() - 25 * 3_600_000);
  for (const name of ['duckdb-spill-00000001', 'duckdb-spill-00000002', 'else']) await mkdir(join(folder, name));
  for (const name of ['duckdb-spill-00000001', 'else']) await utimes(join(folder, name), yesterday, yesterday);
  const engine = await openEngine(folder);
  engine.close();
  expect((await readdir(folder)).sort()).toEqual(['duckdb-spill-00000002', 'else']);
});
