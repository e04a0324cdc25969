import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newRunId } from '@retail-etl/contracts';
import { retention } from '@retail-etl/gateway';
import { purgeRuns } from '@retail-etl/ledger';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { forgetRuns, ledgerRuns, trigger } from './support/triggers.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());
beforeEach(() => forgetRuns(world));

/** Passes of a gateway that has run for long each time, so that it may remove an hour's share. */
function aged(deps: RunningGateway['deps']): () => Promise<void> {
  let elapsedMs = 0;
  return retention({ ...deps, elapsedMs: () => (elapsedMs += 24 * 3_600_000) });
}

test('files of ended runs go in their time', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 4; index += 1) ids.push((await trigger(gateway)).id);
  const [working, failed, old, fresh] = ids as [string, string, string, string];
  await world.mysql.query("UPDATE etl_runs SET state = 'extracting' WHERE run_id = ?", [working]);
  await world.mysql.query("UPDATE etl_runs SET state = 'failed', finished_at = UTC_TIMESTAMP() WHERE run_id = ?", [failed]);
  await world.mysql.query("UPDATE etl_runs SET state = 'published', finished_at = UTC_TIMESTAMP() - INTERVAL 31 DAY WHERE run_id = ?", [
    old,
  ]);
  await world.mysql.query("UPDATE etl_runs SET state = 'cancelled', finished_at = UTC_TIMESTAMP() WHERE run_id = ?", [fresh]);
  for (const id of ids) {
    for (const kind of ['staging', 'runs']) {
      await mkdir(join(world.dataDir, kind, id, 'rejects'), { recursive: true });
      await writeFile(join(world.dataDir, kind, id, 'sales_summary.csv'), 'product_id,total_quantity,total_sale_amount\n1,2,3.00\n');
    }
  }
  // The ledger knows neither: it may have been set up anew.
  const forgotten = '20200102T030405-abcdef';
  const recent = newRunId(new Date());
  for (const kind of ['staging', 'runs']) for (const id of [forgotten, recent]) await mkdir(join(world.dataDir, kind, id));
  await mkdir(join(world.dataDir, 'staging', 'not-a-run'));
  await utimes(join(world.dataDir, 'staging', 'not-a-run'), 0, 0);
  const pass = aged(gateway.deps);
  await pass();
  // Of few folders one goes at a time.
  expect((await readdir(join(world.dataDir, 'runs'))).length).toBe(5);
  await pass();
  await pass();
  expect((await readdir(join(world.dataDir, 'staging'))).sort()).toEqual([failed, working, recent, 'not-a-run'].sort());
  expect((await readdir(join(world.dataDir, 'runs'))).sort()).toEqual([failed, fresh, working, recent].sort());
  const gone = await gateway.api('GET', `/api/runs/${old}/summary.csv`);
  expect(gone.status).toBe(410);
  expect(await gone.json()).toMatchObject({ code: 'GONE' });
  const there = await gateway.api('GET', `/api/runs/${fresh}/summary.csv`);
  expect(await there.text()).toBe('product_id,total_quantity,total_sale_amount\n1,2,3.00\n');
  expect((await gateway.api('GET', `/api/runs/${old}`)).status).toBe(200);
});

test('what is published stays however old it is, and so does what waits to be; neither keeps others', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 4; index += 1) ids.push((await trigger(gateway)).id);
  const [published, wanted, old, waiting] = ids as [string, string, string, string];
  await world.mysql.query("UPDATE etl_runs SET state = 'published', finished_at = UTC_TIMESTAMP() - INTERVAL 90 DAY WHERE run_id IN (?)", [
    [published, wanted, old],
  ]);
  await world.mysql.query('UPDATE etl_published SET run_id = ?, seq = (SELECT seq FROM etl_runs WHERE run_id = ?)', [published, published]);
  await world.mysql.query("UPDATE etl_runs SET state = 'queued', params = JSON_OBJECT('publish', ?) WHERE run_id = ?", [wanted, waiting]);
  for (const id of [published, wanted, old]) await mkdir(join(world.dataDir, 'runs', id, 'rejects'), { recursive: true });
  const pass = aged(gateway.deps);
  // One goes at a time: those that stay must not take its place.
  await pass();
  const left = await readdir(join(world.dataDir, 'runs'));
  expect(left).toEqual(expect.arrayContaining([published, wanted]));
  expect(left).not.toContain(old);
  await world.mysql.query('UPDATE etl_published SET run_id = NULL, seq = 0');
});

test('reports of runs go after 400 days, or when there are too many, but not the published one nor one that works', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 6; index += 1) ids.push((await trigger(gateway)).id);
  const [published, working, old, ancient, young, fresh] = ids as [string, string, string, string, string, string];
  const end = (id: string, state: string, days: number): Promise<unknown> =>
    world.mysql.query(`UPDATE etl_runs SET state = ?, finished_at = UTC_TIMESTAMP() - INTERVAL ? DAY WHERE run_id = ?`, [state, days, id]);
  await end(published, 'published', 900);
  await world.mysql.query('UPDATE etl_published SET run_id = ?, seq = (SELECT seq FROM etl_runs WHERE run_id = ?)', [published, published]);
  await world.mysql.query("UPDATE etl_runs SET state = 'extracting', created_at = '2020-01-01' WHERE run_id = ?", [working]);
  await end(old, 'failed', 401);
  await end(ancient, 'published', 2_000);
  await end(young, 'cancelled', 399);
  await end(fresh, 'published', 0);
  const pass = aged(gateway.deps);
  await pass();
  await pass();
  const left = async (): Promise<unknown[]> => (await ledgerRuns(world)).map((run) => run.run_id);
  expect(new Set(await left())).toEqual(new Set([published, working, young, fresh]));
  // Numbers may be left out; only runs that are there count.
  await world.mysql.query('UPDATE etl_runs SET seq = seq + 100000 WHERE run_id = ?', [fresh]);
  await pass();
  await pass();
  expect(new Set(await left())).toEqual(new Set([published, working, young, fresh]));
  const purge = (keptMax: number): Promise<number> => purgeRuns(gateway.deps.database, { days: 20_000, keptMax, limit: 1_000 });
  expect(await purge(4)).toBe(0);
  // Of the two oldest one is published and one works.
  expect(await purge(2)).toBe(0);
  expect(await purge(1)).toBe(1);
  expect(new Set(await left())).toEqual(new Set([published, working, fresh]));
});

test('a clock that MySQL and the gateway share and that is wrong takes days, not minutes, to empty what is kept', async () => {
  // As if it had just gone years ahead: every run is too old.
  for (let index = 0; index < 30; index += 1) {
    const { id } = await trigger(gateway);
    await world.mysql.query("UPDATE etl_runs SET state = 'published', finished_at = UTC_TIMESTAMP() - INTERVAL 3650 DAY WHERE run_id = ?", [
      id,
    ]);
    await world.mysql.query('UPDATE etl_slot SET seq = NULL');
    await mkdir(join(world.dataDir, 'runs', id));
  }
  const kept = async (): Promise<number[]> => [(await ledgerRuns(world)).length, (await readdir(join(world.dataDir, 'runs'))).length];
  const [reports, folders] = (await kept()) as [number, number];
  let elapsedMs = 0;
  const pass = retention({ ...gateway.deps, elapsedMs: () => elapsedMs });
  const run = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 10) {
      elapsedMs += 10 * 60_000;
      await pass();
    }
  };
  await run(60);
  const afterAnHour = (await kept()) as [number, number];
  expect(afterAnHour[0]).toBeGreaterThanOrEqual(reports - 2);
  expect(afterAnHour[1]).toBeGreaterThanOrEqual(folders - 2);
  await run(23 * 60);
  const afterADay = (await kept()) as [number, number];
  expect(afterADay[0]).toBeGreaterThan(reports / 3);
  expect(afterADay[1]).toBeGreaterThan(folders / 3);
  expect(afterADay[1]).toBeLessThan(folders * 0.6);
});
