import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OWN_SEGMENTS } from '@retail-etl/config';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser, openPage } from '../../../tests/support/gateway-browser.js';
import { createWorld, type GatewayWorld, OPERATOR, type RunningGateway, TOKEN } from '../../../tests/support/gateway-harness.js';
import { findNginx, startNginx } from './support/nginx.js';
import { startPathProxy } from './support/path-proxy.js';

const BASE = '/etl/';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start({ basePath: BASE });
});
afterAll(() => world.stop());

/** The location for nginx that the manual shows, with this gateway's address. */
async function locationOfManual(): Promise<string> {
  const manual = await readFile(join(import.meta.dirname, '..', '..', '..', 'docs', 'reverse-proxy.md'), 'utf8');
  const block = /```nginx\n([\s\S]*?)```/.exec(manual)?.[1] ?? '';
  return block.replace('http://127.0.0.1:8080', gateway.address);
}

interface Way {
  readonly url: string;
  /** What the proxy itself wants to see in each request. */
  readonly headers: Record<string, string>;
  close(): Promise<void>;
}

const WAYS: readonly [string, () => Promise<Way>][] = [
  [
    'a proxy that passes the path on',
    async () => ({ ...(await startPathProxy({ target: gateway.address, prefix: BASE, strips: false })), headers: {} }),
  ],
  [
    'a proxy that takes the prefix off',
    async () => ({ ...(await startPathProxy({ target: gateway.address, prefix: BASE, strips: true })), headers: {} }),
  ],
];
const nginx = findNginx();
if (nginx === undefined) process.stderr.write('no nginx is installed: its test is skipped (apt-get install nginx)\n');

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Everything that has to work below the prefix, over HTTP. */
async function walk(way: Way): Promise<void> {
  const ask: Ask = (path, init = {}) =>
    fetch(`${way.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { origin: way.url, ...way.headers, ...(init.headers as Record<string, string>) },
    });
  const cookie = await walkLogin(ask);
  const askSigned: Ask = (path, init = {}) => ask(path, { ...init, headers: { cookie, ...(init.headers as Record<string, string>) } });
  await walkPage(askSigned);
  await walkApi(askSigned);
  await walkBoard(askSigned);
  // A change from another site is refused here as well, and signing out ends the session.
  expect((await askSigned('/etl/api/runs', { method: 'POST', headers: { origin: 'https://evil.example' } })).status).toBe(403);
  const out = await askSigned('/etl/logout', { method: 'POST' });
  expect([out.status, pathOf(out)]).toEqual([303, '/etl/login']);
  expect(out.headers.get('set-cookie')).toMatch(/^retail_etl_session=; .*Path=\/etl\//);
  expect((await askSigned('/etl/api/me')).status).toBe(401);
}

/** A person is led to the log-in, through it, and back. Returns the cookie of the session. */
async function walkLogin(ask: Ask): Promise<string> {
  const bare = await ask('/etl?x=1');
  expect([bare.status, pathOf(bare)]).toEqual([308, '/etl/?x=1']);
  const led = await ask('/etl/runs?page=2', { headers: { accept: 'text/html' } });
  expect([led.status, pathOf(led)]).toEqual([303, '/etl/login?next=%2Fetl%2Fruns%3Fpage%3D2']);
  const page = await (await ask(pathOf(led))).text();
  expect(page).toContain('action="/etl/login"');
  expect(page).toContain('value="/etl/runs?page=2"');
  for (const [, path] of page.matchAll(/(?:href|src)="([^"]+)"/g)) expect((await ask(path as string)).status, path).toBe(200);
  const login = await ask('/etl/login', {
    method: 'POST',
    headers: form,
    body: new URLSearchParams({ ...OPERATOR, next: '/etl/runs?page=2' }).toString(),
  });
  expect([login.status, pathOf(login)]).toEqual([303, '/etl/runs?page=2']);
  expect(login.headers.get('set-cookie')).toMatch(/^retail_etl_session=[\w-]{43}; Path=\/etl\/; HttpOnly; SameSite=Lax$/);
  return (login.headers.get('set-cookie') ?? '').split(';')[0] as string;
}

/** The page and all its files. */
async function walkPage(ask: Ask): Promise<void> {
  const document = await (await ask('/etl/runs')).text();
  expect(document).toContain('<meta name="base-path" content="/etl/" />');
  const files = [...document.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path as string);
  expect(files.length).toBeGreaterThan(2);
  for (const path of files) {
    expect(path).toMatch(/^\/etl\//);
    expect((await ask(path)).status, path).toBe(200);
  }
}

/** The API, its document, and what it tells of its own addresses. */
async function walkApi(ask: Ask): Promise<void> {
  const trigger = await ask('/etl/api/runs', { method: 'POST' });
  expect(trigger.status).toBe(202);
  const { url, id } = (await trigger.json()) as { url: string; id: string };
  expect([url, pathOf(trigger)]).toEqual([`/etl/api/runs/${id}`, `/etl/api/runs/${id}`]);
  expect((await ask(url)).status).toBe(200);
  const api = (await (await ask('/etl/openapi.json')).json()) as { servers: unknown; paths: object };
  expect(api.servers).toEqual([{ url: '/etl' }]);
  expect(Object.keys(api.paths)).toContain('/api/runs');
  const docs = await (await ask('/etl/docs')).text();
  for (const [, path] of docs.matchAll(/(?:href|src)="([^"]+)"/g)) expect((await ask(path as string)).status, path).toBe(200);
  expect(pathOf(await ask('/etl/docs/static/index.html'))).toBe('/etl/docs/');
  expect(await (await ask('/etl/docs/static/swagger-initializer.js')).text()).toContain('/etl/openapi.json');
}

/** The dashboard. */
async function walkBoard(ask: Ask): Promise<void> {
  const board = await (await ask('/etl/queues')).text();
  expect(board).toContain('<base href="/etl/queues/"');
  expect(board).toContain('src="/etl/queues/offers.js"');
  expect((await ask('/etl/queues/api/queues')).status).toBe(200);
}

/** Where an answer leads, whether the proxy makes a whole address of it or not. */
function pathOf(response: Response): string {
  const { pathname, search } = new URL(response.headers.get('location') ?? '/none', 'http://x');
  return `${pathname}${search}`;
}

test.each(WAYS)('everything works below a prefix behind %s', async (_name, start) => {
  const way = await start();
  try {
    expect((await fetch(`${way.url}/other/`)).status).toBe(404);
    await walk(way);
  } finally {
    await way.close();
  }
});

test.skipIf(nginx === undefined)(
  'everything works behind nginx as in the manual, with a log-in of its own (skipped where no nginx is installed)',
  async () => {
    const server = await startNginx(nginx as string, await locationOfManual());
    try {
      expect((await fetch(`${server.url}/etl/`)).status).toBe(401);
      await walk({ ...server, headers: { authorization: `Basic ${btoa('guest:proxy password')}` } });
    } finally {
      await server.close();
    }
  },
);

test('health checks and programs that go past the proxy need no prefix', async () => {
  for (const path of ['/healthz', '/readyz', '/etl/healthz', '/etl/readyz'])
    expect((await fetch(`${gateway.address}${path}`)).status, path).toBe(200);
  for (const path of ['/api/me', '/metrics', '/etl/api/me', '/etl/metrics'])
    expect((await fetch(`${gateway.address}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } })).status, path).toBe(200);
});

test('behind TLS the cookie of a prefix is a secure one, of this path', async () => {
  const response = await gateway.browse('POST', '/etl/login', {
    headers: { ...form, 'x-forwarded-proto': 'https', origin: gateway.address.replace('http:', 'https:') },
    body: new URLSearchParams(OPERATOR).toString(),
  });
  expect(response.headers.get('set-cookie')).toMatch(
    /^__Secure-retail_etl_session=[\w-]{43}; Path=\/etl\/; HttpOnly; Secure; SameSite=Lax$/,
  );
});

test('a log-in leads to nowhere outside the prefix', async () => {
  for (const next of ['/shop/', '/etl/../shop/', '/etlx', '//evil.example/etl/', '/etl//evil.example']) {
    const response = await gateway.browse('POST', '/etl/login', {
      headers: form,
      body: new URLSearchParams({ ...OPERATOR, next }).toString(),
    });
    expect([response.status, response.headers.get('location')], next).toEqual([303, '/etl/']);
  }
});

test('a malformed URL below the prefix is answered like any other', async () => {
  const response = await fetch(`${gateway.address}/etl/%`);
  expect(response.status).toBe(400);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
});

test('the first segments of all routes are known, so that no prefix can hide one', () => {
  const segments = gateway.app.registeredRoutes
    .map(({ url }) => url.split('/')[1] ?? '')
    .filter((segment) => segment !== '' && segment !== '*');
  expect([...new Set(segments)].filter((segment) => !OWN_SEGMENTS.has(segment))).toEqual([]);
});

const chromium = findChromium();

describe.skipIf(chromium === undefined)('in Chromium, below the prefix (skipped where no chromium is installed)', () => {
  test('the run page and the dashboard load, find their way and ask nothing outside', async () => {
    const proxy = await startPathProxy({ target: gateway.address, prefix: BASE, strips: false });
    const browser = await openBrowser(chromium as string);
    try {
      const { page, complaints } = await openPage(await browser.newContext(), `${proxy.url}/etl/`);
      await page.goto(`${proxy.url}/etl/schedules`);
      await page.getByLabel('User name').fill(OPERATOR.username);
      await page.getByLabel('Password').fill(OPERATOR.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(page.url()).toBe(`${proxy.url}/etl/schedules`);
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Runs' }).click();
      await page.waitForURL(`${proxy.url}/etl/runs`);
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Queues' }).click();
      await page.waitForURL(`${proxy.url}/etl/queues`);
      await page.locator('a[href*="/etl/queues/queue/runs"]').first().waitFor();
      await page.goto(`${proxy.url}/etl/docs`);
      await page.locator('.opblock-summary').first().waitFor();
      await page.goto(`${proxy.url}/etl/`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${proxy.url}/etl/login`);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await proxy.close();
    }
  });
});
