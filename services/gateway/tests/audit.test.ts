import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, OPERATOR, type RunningGateway, VIEWER } from '../../../tests/support/gateway-harness.js';
import { auditLines, form } from './support/signing-in.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());

test('the audit log tells who did what', async () => {
  await gateway.browse('POST', '/login', {
    headers: form,
    body: new URLSearchParams({ username: 'mallory', password: 'guess' }).toString(),
  });
  await gateway.login(OPERATOR);
  const { entries } = (await (await gateway.api('GET', '/api/audit?limit=2')).json()) as {
    entries: { actor: string; action: string; address: string }[];
  };
  expect(entries.map(({ actor, action, address }) => [actor, action, address])).toEqual([
    [OPERATOR.username, 'login', '127.0.0.1'],
    ['mallory', 'login.failed', '127.0.0.1'],
  ]);
  const [rows] = await world.mysql.query('SELECT COUNT(*) AS count FROM etl_audit WHERE detail LIKE ? OR detail LIKE ?', [
    `%${OPERATOR.password}%`,
    '%guess%',
  ]);
  expect(rows).toEqual([{ count: 0 }]);
});

test('whatever is refused with 403 is in the audit log by the time it is answered', async () => {
  const viewer = await gateway.login(VIEWER);
  const operator = await gateway.login(OPERATOR);
  const refused = await gateway.browse('POST', '/api/runs', { cookie: viewer });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: 'FORBIDDEN' });
  expect((await gateway.browse('GET', '/api/audit', { cookie: viewer })).status).toBe(403);
  expect((await gateway.browse('POST', '/api/runs', { cookie: operator, headers: { origin: 'https://evil.example' } })).status).toBe(403);
  expect((await gateway.browse('PUT', '/queues/api/queues/load/obliterate', { cookie: operator })).status).toBe(403);
  expect(
    (await auditLines(gateway, 4)).map(({ actor, action, detail }) => [actor, action, detail['method'], detail['path'], detail['origin']]),
  ).toEqual([
    [VIEWER.username, 'access.refused', 'POST', '/api/runs', gateway.address],
    [VIEWER.username, 'access.refused', 'GET', '/api/audit', gateway.address],
    ['nobody', 'access.refused', 'POST', '/api/runs', 'https://evil.example'],
    [OPERATOR.username, 'access.refused', 'PUT', '/queues/api/queues/load/obliterate', gateway.address],
  ]);
});

test('a proxy is believed about who asks if TRUST_PROXY names it, and nobody else is', async () => {
  const seenFrom = async (trustProxy: readonly string[]): Promise<string> => {
    const other = await world.start({ trustProxy });
    await other.browse('POST', '/login', {
      // As two proxies in a row would have it: the second, which is the peer, wrote down the first.
      headers: { ...form, 'x-forwarded-for': '198.51.100.7, 10.9.0.1' },
      body: new URLSearchParams(OPERATOR).toString(),
    });
    const { entries } = (await (await other.api('GET', '/api/audit?limit=1')).json()) as { entries: { address: string }[] };
    await other.close();
    return entries[0]?.address ?? '';
  };
  expect(await seenFrom(['loopback'])).toBe('10.9.0.1');
  expect(await seenFrom(['loopback', '10.9.0.0/16'])).toBe('198.51.100.7');
  expect(await seenFrom(['10.9.0.1'])).toBe('127.0.0.1');
});
