import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, OPERATOR, type RunningGateway, TOKEN, VIEWER } from '../../../tests/support/gateway-harness.js';
import { auditLines, forgetLogins, form } from './support/signing-in.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());
beforeEach(() => forgetLogins(world));

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
  const lines = (await auditLines(gateway, 100)).filter(({ address }) => address === elsewhere);
  expect(lines.map(({ action }) => action)).toEqual([...Array.from({ length: 30 }, () => 'token.failed'), 'token.limited']);
  expect(lines[0]).toMatchObject({ actor: 'api', detail: { method: 'GET', path: '/api/me' } });
  expect(JSON.stringify(lines)).not.toContain('wrong-');
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
