import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, OPERATOR, type RunningGateway, VIEWER } from '../../../tests/support/gateway-harness.js';
import { auditLines, form } from './support/signing-in.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());

test('the cookie is out of reach of scripts and other sites, and secure behind TLS', async () => {
  const body = new URLSearchParams(OPERATOR).toString();
  const plain = await gateway.browse('POST', '/login', { headers: form, body });
  expect(plain.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
  const tls = await gateway.browse('POST', '/login', {
    headers: { ...form, 'x-forwarded-proto': 'https', origin: gateway.address.replace('http:', 'https:') },
    body,
  });
  expect(tls.headers.get('set-cookie')).toMatch(/^__Host-retail_etl_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  // Behind TLS a cookie without the prefix, which any site of the domain could have set, counts for nothing.
  const [name, token] = (tls.headers.get('set-cookie') ?? '').split(';')[0]?.split('=') ?? [];
  const me = (cookie: string): Promise<Response> => gateway.browse('GET', '/api/me', { cookie, headers: { 'x-forwarded-proto': 'https' } });
  expect((await me(`${name}=${token}`)).status).toBe(200);
  expect((await me(`retail_etl_session=${token}`)).status).toBe(401);
  const out = await gateway.browse('POST', '/logout', {
    cookie: `${name}=${token}`,
    headers: { 'x-forwarded-proto': 'https', origin: gateway.address.replace('http:', 'https:') },
  });
  expect(out.headers.get('set-cookie')).toMatch(/^__Host-retail_etl_session=; .*Path=\/;.* Secure/);
});

test('signing out ends the session', async () => {
  const cookie = await gateway.login(OPERATOR);
  expect((await gateway.browse('GET', '/api/me', { cookie })).status).toBe(200);
  expect((await gateway.browse('POST', '/logout', { cookie })).status).toBe(303);
  expect((await gateway.browse('GET', '/api/me', { cookie })).status).toBe(401);
});

test('a session ends when the password changes', async () => {
  const cookie = await gateway.login(OPERATOR);
  const other = await world.start({ adminPassword: 'a new one' });
  expect((await other.browse('GET', '/api/me', { cookie })).status).toBe(401);
  const same = await world.start();
  expect((await same.browse('GET', '/api/me', { cookie })).status).toBe(200);
  await Promise.all([other.close(), same.close()]);
});

describe('sessions', () => {
  interface Listed {
    id: string;
    username: string;
    role: string;
    address: string;
    client: string;
    startedAt: string;
    lastUsedAt: string;
    current: boolean;
  }
  const list = async (cookie: string): Promise<Listed[]> =>
    ((await (await gateway.browse('GET', '/api/sessions', { cookie })).json()) as { sessions: Listed[] }).sessions;
  beforeEach(async () => {
    const keys = await world.redis.keys('retail-etl:session*');
    if (keys.length > 0) await world.redis.del(...keys);
  });

  test('are listed for operators, with where they come from, and ended one by one', async () => {
    const viewer = await gateway.login(VIEWER);
    const first = await gateway.login(OPERATOR);
    const second = await gateway.login(OPERATOR);
    const sessions = await list(second);
    expect(sessions.map(({ username, current }) => [username, current])).toEqual([
      [OPERATOR.username, true],
      [OPERATOR.username, false],
      [VIEWER.username, false],
    ]);
    expect(sessions[0]).toMatchObject({ role: 'operator', address: '127.0.0.1', client: expect.any(String) as string });
    expect(Math.abs(Date.now() - Date.parse(sessions[0]?.lastUsedAt ?? ''))).toBeLessThan(60_000);
    // The id that is shown opens nothing.
    expect((await gateway.browse('GET', '/api/me', { cookie: `retail_etl_session=${sessions[1]?.id}` })).status).toBe(401);
    expect((await gateway.browse('GET', '/api/sessions', { cookie: viewer })).status).toBe(403);
    expect((await gateway.browse('DELETE', `/api/sessions/${sessions[1]?.id}`, { cookie: viewer })).status).toBe(403);

    expect((await gateway.browse('DELETE', `/api/sessions/${sessions[1]?.id}`, { cookie: second })).status).toBe(204);
    expect((await gateway.browse('GET', '/api/me', { cookie: first })).status).toBe(401);
    expect((await gateway.browse('GET', '/api/me', { cookie: viewer })).status).toBe(200);
    const missing = await gateway.browse('DELETE', `/api/sessions/${sessions[1]?.id}`, { cookie: second });
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ code: 'NOT_FOUND' });
    expect((await gateway.browse('DELETE', '/api/sessions/x', { cookie: second })).status).toBe(400);
    expect((await auditLines(gateway, 1))[0]).toMatchObject({
      actor: OPERATOR.username,
      action: 'session.end',
      detail: { username: OPERATOR.username },
    });
    expect((await gateway.api('GET', '/api/sessions')).status).toBe(200);
  });

  test('signing out everywhere ends all of the user, and only those', async () => {
    const viewers = [await gateway.login(VIEWER), await gateway.login(VIEWER), await gateway.login(VIEWER)];
    const operator = await gateway.login(OPERATOR);
    const response = await gateway.browse('POST', '/logout', { cookie: viewers[0] as string, headers: form, body: 'everywhere=true' });
    expect(response.status).toBe(303);
    for (const cookie of viewers) expect((await gateway.browse('GET', '/api/me', { cookie })).status).toBe(401);
    expect((await list(operator)).map(({ username }) => username)).toEqual([OPERATOR.username]);
  });

  test('one that ran out, or whose entry is no session, is not listed', async () => {
    const operator = await gateway.login(OPERATOR);
    await world.redis.zadd('retail-etl:sessions', Date.now(), 'gone'.padEnd(43, 'x'), Date.now(), 'odd'.padEnd(43, 'x'));
    await world.redis.set(`retail-etl:session:${'odd'.padEnd(43, 'x')}`, 'no JSON');
    expect(await list(operator)).toHaveLength(1);
    expect(await world.redis.zcard('retail-etl:sessions')).toBe(1);
  });
});
