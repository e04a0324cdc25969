import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, OPERATOR, type RunningGateway, TOKEN, VIEWER } from '../../../tests/support/gateway-harness.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());
beforeEach(async () => {
  const keys = await world.redis.keys('retail-etl:login:*');
  if (keys.length > 0) await world.redis.del(...keys);
});

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

const form = { 'content-type': 'application/x-www-form-urlencoded' };

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

/** A log-in as it arrives by way of a proxy on this machine, from any address. */
const attempt = (user: { username: string; password: string }, address = '127.0.0.1'): Promise<Response> =>
  gateway.browse('POST', '/login', {
    headers: { ...form, 'x-forwarded-for': address },
    body: new URLSearchParams(user).toString(),
  });
const guess = (username: string, address?: string): Promise<Response> => attempt({ username, password: 'guess' }, address);
/** The statuses of so many guesses at once, at one account of one address each. */
const guesses = async (count: number, username: (index: number) => string, address: (index: number) => string): Promise<number[]> =>
  (await Promise.all(Array.from({ length: count }, (_, index) => guess(username(index), address(index))))).map(({ status }) => status);

test('a flood of log-ins is stopped for the account at that address, right password or not, and does not stop the service', async () => {
  const statuses = await guesses(
    60,
    () => OPERATOR.username,
    () => '203.0.113.1',
  );
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
  const locked = await attempt(OPERATOR, '203.0.113.1');
  expect(locked.status).toBe(429);
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await fetch(`${gateway.address}/healthz`)).status).toBe(200);
  expect((await gateway.api('GET', '/api/me')).status).toBe(200);
});

test('a stranger cannot lock an account out: it signs in from elsewhere', async () => {
  for (let index = 0; index < 15; index += 1) await guess(OPERATOR.username, '203.0.113.1');
  expect((await guess(OPERATOR.username, '203.0.113.1')).status).toBe(429);
  expect((await attempt(OPERATOR, '198.51.100.7')).status).toBe(303);
});

test('one address cannot try many accounts, and a valid account of its own does not help it', async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 40; index += 1) {
    statuses.push((await guess(`user${index}`)).status);
    // A log-in that is right neither costs the address a try nor gives one back.
    if (index === 20) expect((await attempt(VIEWER)).status).toBe(303);
  }
  expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 401));
  expect(statuses.slice(30)).toEqual(Array.from({ length: 10 }, () => 429));
  expect((await attempt(VIEWER)).status).toBe(429);
});

test('a log-in that is right forgets the failures of its account at its address', async () => {
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < 9; index += 1) expect((await guess(OPERATOR.username)).status).toBe(401);
    expect((await attempt(OPERATOR)).status).toBe(303);
  }
});

test('many addresses together are stopped for an account, but not where it is known', async () => {
  const home = '198.51.100.7';
  expect((await attempt(OPERATOR, home)).status).toBe(303);
  // Ten tries from each of ten addresses; what one address is refused must not count for the account.
  const statuses: number[] = [];
  for (let address = 1; address <= 10; address += 1) {
    for (let index = 0; index < 12; index += 1) statuses.push((await guess(OPERATOR.username, `203.0.113.${address}`)).status);
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(100);
  expect((await attempt(OPERATOR, '192.0.2.1')).status).toBe(429);
  expect((await attempt(VIEWER, '192.0.2.1')).status).toBe(303);
  expect((await attempt(OPERATOR, home)).status).toBe(303);
  const keys = await world.redis.keys('retail-etl:login:*');
  for (const key of keys) {
    expect(key).not.toMatch(/ada|198\.51/);
    const ttlSeconds = await world.redis.ttl(key);
    expect(ttlSeconds > 0 && ttlSeconds <= (key.includes(':known:') ? 30 * 86_400 : 15 * 60), key).toBe(true);
  }
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

test('the audit log tells who did what', async () => {
  await gateway.browse('POST', '/login', { headers: form, body: new URLSearchParams({ username: 'mallory', password: 'x' }).toString() });
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

test('every answer carries the policy, one to a malformed URL too', async () => {
  for (const path of ['/login', '/api/runs', '/queues', '/nowhere', '/%', '/api/runs/%ff', '/%C3%28', `/api/runs/${'x'.repeat(300)}`]) {
    const response = await gateway.browse('GET', path);
    expect(response.status, path).toBeLessThan(500);
    expect(response.headers.get('cache-control'), path).toBe('no-store');
    expect(response.headers.get('referrer-policy'), path).toBe('same-origin');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src|https?:/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('what is no HTTP is answered with the same headers', async () => {
  const { hostname, port } = new URL(gateway.address);
  for (const [request, status] of [
    ['GET /a b HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ] as const) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(request);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain("content-security-policy: default-src 'self'");
    expect(head).toContain('x-content-type-options: nosniff');
    expect(JSON.parse(body)).toMatchObject({ status, code: 'REQUEST_INVALID' });
  }
});

/** The newest lines of the audit log, oldest first. */
async function auditLines(count: number): Promise<{ actor: string; action: string; address: string; detail: Record<string, unknown> }[]> {
  const { entries } = (await (await gateway.api('GET', `/api/audit?limit=${count}`)).json()) as {
    entries: { actor: string; action: string; address: string; detail: Record<string, unknown> }[];
  };
  return entries.reverse();
}

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

test('wrong tokens are written down and limited per address; an address that programs are known at keeps its access', async () => {
  const ask = (token: string, address: string): Promise<Response> =>
    fetch(`${gateway.address}/api/me`, { headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': address } });
  const home = '198.51.100.30';
  const elsewhere = '203.0.113.30';
  expect((await ask(TOKEN, home)).status).toBe(200);
  for (const address of [home, elsewhere]) {
    const statuses: number[] = [];
    for (let index = 0; index < 40; index += 1) statuses.push((await ask(`wrong-${index}`, address)).status);
    expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 401));
    expect(statuses.slice(30)).toEqual(Array.from({ length: 10 }, () => 429));
  }
  expect((await ask(TOKEN, home)).status).toBe(200);
  const refused = await ask(TOKEN, elsewhere);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
  expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
  expect((await ask(TOKEN, '198.51.100.31')).status).toBe(200);
  const lines = (await auditLines(100)).filter(({ address }) => address === elsewhere);
  expect(lines.map(({ action }) => action)).toEqual([...Array.from({ length: 30 }, () => 'token.failed'), 'token.limited']);
  expect(lines[0]).toMatchObject({ actor: 'api', detail: { method: 'GET', path: '/api/me' } });
  expect(JSON.stringify(lines)).not.toContain('wrong-');
});

test('whatever is refused with 403 is in the audit log by the time it is answered', async () => {
  const viewer = await gateway.login(VIEWER);
  const operator = await gateway.login(OPERATOR);
  expect((await gateway.browse('POST', '/api/runs', { cookie: viewer })).status).toBe(403);
  expect((await gateway.browse('GET', '/api/audit', { cookie: viewer })).status).toBe(403);
  expect((await gateway.browse('POST', '/api/runs', { cookie: operator, headers: { origin: 'https://evil.example' } })).status).toBe(403);
  expect((await gateway.browse('PUT', '/queues/api/queues/load/obliterate', { cookie: operator })).status).toBe(403);
  expect(
    (await auditLines(4)).map(({ actor, action, detail }) => [actor, action, detail['method'], detail['path'], detail['origin']]),
  ).toEqual([
    [VIEWER.username, 'access.refused', 'POST', '/api/runs', gateway.address],
    [VIEWER.username, 'access.refused', 'GET', '/api/audit', gateway.address],
    ['nobody', 'access.refused', 'POST', '/api/runs', 'https://evil.example'],
    [OPERATOR.username, 'access.refused', 'PUT', '/queues/api/queues/load/obliterate', gateway.address],
  ]);
});

test('strangers cannot use up the capacity for log-ins: users sign in while it is full', async () => {
  const home = '198.51.100.40';
  expect((await attempt(OPERATOR, home)).status).toBe(303);
  const flood = guesses(
    120,
    (index) => `nobody-${index}`,
    (index) => `203.0.113.${index}`,
  );
  const [known, elsewhere] = await Promise.all([attempt(OPERATOR, home), attempt(VIEWER, '192.0.2.40')]);
  expect([known.status, elsewhere.status]).toEqual([303, 303]);
  // The flood was one: most of it found no place.
  expect((await flood).filter((status) => status === 429).length).toBeGreaterThan(60);
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
    expect((await gateway.browse('DELETE', `/api/sessions/${sessions[1]?.id}`, { cookie: second })).status).toBe(404);
    expect((await gateway.browse('DELETE', '/api/sessions/x', { cookie: second })).status).toBe(400);
    expect((await auditLines(1))[0]).toMatchObject({
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
