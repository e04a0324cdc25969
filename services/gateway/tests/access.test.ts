import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, OPERATOR, type RunningGateway, TOKEN, VIEWER } from '../../../tests/support/gateway-harness.js';
import { form } from './support/signing-in.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());

/** All that may be seen without signing in, written down by hand. */
const OPEN = new Set(['/healthz', '/readyz', '/login', '/assets/gateway.css', '/assets/icon.svg', '/favicon.ico']);
const READS = new Set(['GET', 'HEAD']);

interface Route {
  readonly method: string;
  readonly url: string;
}

/** Every registered route, as a path that can be asked for. */
function routes(): Route[] {
  const seen = gateway.app.registeredRoutes
    .filter(({ method }) => ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method))
    .map(({ method, url }) => ({
      method,
      url: url
        .replace(/^\/api\/runs\/:id/, '/api/runs/20260101T000000-abcdef')
        .replace(':queueName', 'load')
        .replace(/:[A-Za-z]+/g, 'x1')
        .replace('*', 'x1.js'),
    }));
  return [...seen, { method: 'GET', url: '/nowhere' }, { method: 'POST', url: '/api/nowhere' }];
}

test('there are routes of every part to try', () => {
  const urls = routes().map(({ url }) => url);
  for (const prefix of ['/queues/api/', '/queues/static/', '/docs', '/openapi.json', '/api/runs', '/api/schedules', '/metrics']) {
    expect(
      urls.some((url) => url.startsWith(prefix)),
      prefix,
    ).toBe(true);
  }
});

test('no route but the open ones answers without credentials', async () => {
  for (const { method, url } of routes()) {
    if (OPEN.has(url)) continue;
    const response = await gateway.browse(method, url);
    expect([401], `${method} ${url}`).toContain(response.status);
    await response.body?.cancel();
  }
});

test('a wrong token or an invented session is no credential', async () => {
  for (const headers of [
    { authorization: 'Bearer wrong' },
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: `Basic ${btoa(`${OPERATOR.username}:${OPERATOR.password}`)}` },
    { cookie: `retail_etl_session=${'A'.repeat(43)}` },
    { cookie: 'retail_etl_session=*' },
  ]) {
    const response = await fetch(`${gateway.address}/api/runs`, { headers });
    expect(response.status, JSON.stringify(headers)).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  }
});

test('a browser is led to the log-in page and back, and nowhere else', async () => {
  const led = await gateway.browse('GET', '/queues/queue/runs?page=2', { headers: { accept: 'text/html' } });
  expect(led.status).toBe(303);
  expect(led.headers.get('location')).toBe('/login?next=%2Fqueues%2Fqueue%2Fruns%3Fpage%3D2');
  for (const [next, expected] of [
    ['/queues/queue/runs?page=2', '/queues/queue/runs?page=2'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example/', '/'],
    ['/..//evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
  ]) {
    const response = await gateway.browse('POST', '/login', {
      headers: form,
      body: new URLSearchParams({ ...OPERATOR, next: next as string }).toString(),
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location'), next).toBe(expected);
  }
});

test('a viewer sees every reading route and changes nothing', async () => {
  const cookie = await gateway.login(VIEWER);
  for (const { method, url } of routes()) {
    if (url === '/logout' || url === '/login') continue;
    const response = await gateway.browse(method, url, { cookie });
    if (READS.has(method) && !['/api/audit', '/api/sessions'].includes(url))
      expect([401, 403], `${method} ${url}`).not.toContain(response.status);
    else expect(response.status, `${method} ${url}`).toBe(403);
    await response.body?.cancel();
  }
  const [rows] = await world.mysql.query('SELECT COUNT(*) AS count FROM etl_runs');
  expect(rows).toEqual([{ count: 0 }]);
});

describe('requests from other sites', () => {
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'HTTPS://HERE' },
    { origin: 'HERE:OTHER-PORT' },
    {},
  ];
  /** The headers, with this gateway's own host in place of HERE. */
  const placed = ({ origin = '', ...headers }: Record<string, string>): Record<string, string> => {
    const { host, port } = new URL(gateway.address);
    const here = origin.replace('HTTPS://HERE', `https://${host}`).replace('HERE:OTHER-PORT', `http://127.0.0.1:${Number(port) + 1}`);
    return { ...headers, ...(here === '' ? {} : { origin: here }) };
  };
  test('change nothing, on any route, whatever the session', async () => {
    const cookie = await gateway.login(OPERATOR);
    for (const { method, url } of routes().filter((route) => !READS.has(route.method))) {
      for (const headers of foreign) {
        const response = await fetch(`${gateway.address}${url}`, { method, redirect: 'manual', headers: { cookie, ...placed(headers) } });
        expect(response.status, `${method} ${url} ${JSON.stringify(headers)}`).toBe(403);
        await response.body?.cancel();
      }
    }
    const still = await gateway.browse('GET', '/api/me', { cookie });
    expect(await still.json()).toEqual({ username: OPERATOR.username, role: 'operator' });
  });
  test('the same requests from here do', async () => {
    const cookie = await gateway.login(OPERATOR);
    const response = await gateway.browse('POST', '/api/runs', { cookie, headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(response.status).toBe(202);
  });
});

describe("a proxy's own log-in", () => {
  const foreign = ['Basic dTpw', 'basic dTpw', 'Negotiate YII=', 'NTLM TlRM', 'Digest username="u"', 'BearerX abc', 'x', ''];

  test('neither hides the session nor lets a change from another site through', async () => {
    const cookie = await gateway.login(OPERATOR);
    for (const authorization of foreign) {
      const me = await gateway.browse('GET', '/api/me', { cookie, headers: { authorization } });
      expect(await me.json(), authorization).toEqual({ username: OPERATOR.username, role: 'operator' });
      const change = (headers: Record<string, string>): Promise<Response> =>
        fetch(`${gateway.address}/api/schedules/none`, { method: 'DELETE', headers: { cookie, authorization, ...headers } });
      expect((await change({ origin: gateway.address })).status, authorization).toBe(404);
      expect((await change({ origin: 'https://evil.example' })).status, authorization).toBe(403);
      expect((await change({})).status, authorization).toBe(403);
    }
    // The log-in itself, and without a session it is no credential.
    const login = (origin: string): Promise<Response> =>
      fetch(`${gateway.address}/login`, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...form, authorization: 'Basic dTpw', origin },
        body: new URLSearchParams(OPERATOR).toString(),
      });
    expect((await login(gateway.address)).status).toBe(303);
    expect((await login('https://evil.example')).status).toBe(403);
    expect((await fetch(`${gateway.address}/api/me`, { headers: { authorization: 'Basic dTpw' } })).status).toBe(401);
  });

  test('a bearer token, right or wrong, does not spare the log-in its check of the origin', async () => {
    for (const token of [TOKEN, 'a-token-of-the-proxy']) {
      const response = await fetch(`${gateway.address}/login`, {
        method: 'POST',
        headers: { ...form, authorization: `Bearer ${token}`, origin: 'https://evil.example' },
        body: new URLSearchParams(OPERATOR).toString(),
      });
      expect(response.status).toBe(403);
    }
  });
});
