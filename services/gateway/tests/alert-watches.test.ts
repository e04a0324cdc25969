import { setTimeout as sleep } from 'node:timers/promises';
import { addAlert, claimAlerts, readDatabaseTime, watchedSince } from '@retail-etl/ledger';
import { openDatabase, withConnection } from '@retail-etl/mysql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, defaults, type GatewayWorld } from '../../../tests/support/gateway-harness.js';
import { watchRecorder } from '../src/alerts/watches.js';

let world: GatewayWorld;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

test('what is watched for counts from the start, however long MySQL takes to record it', async () => {
  const database = openDatabase(world.mysqlUrl);
  const config = defaults(world.redisUrl, world.mysqlUrl, world.dataDir);
  const record = watchRecorder({ config, database }, ['webhook']);
  await addAlert(database, { key: 'failed:x', kind: 'failed', channel: 'email', runId: null, body: {} });
  const afterStart = await readDatabaseTime(database);
  let recorded: Promise<void> | undefined;
  await withConnection(database, 'holding the alerts', async (connection) => {
    await connection.query('LOCK TABLES etl_alerts WRITE');
    recorded = record();
    await sleep(400);
    await connection.query('UNLOCK TABLES');
  });
  await recorded;
  const since = await watchedSince(database, { kind: 'failed', channel: 'webhook' });
  expect(since?.getTime()).toBeLessThanOrEqual(afterStart.getTime());
  // Of a channel that is not configured, but younger than the start.
  expect(await claimAlerts(database, 'here', 5)).toHaveLength(1);
  await database.end();
});
