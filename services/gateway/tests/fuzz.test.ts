import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, type RunningGateway, TOKEN } from '../../../tests/support/gateway-harness.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());

/** Requests of one property; each is a whole HTTP exchange. */
const RUNS = 25;

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '..',
    '%00',
    '%2e%2e%2f',
    "' OR 1=1 --",
    '__proto__',
    '\u0000',
    '9'.repeat(300),
    '-1',
    '1e9',
    'NaN',
    '20260101T000000-abcdef',
    '\ud800',
    '*',
    ':id',
  ),
);
const segment = hostile.map((text) => {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%FF';
  }
});

interface Target {
  readonly method: string;
  readonly url: string;
}

function targets(): Target[] {
  return gateway.app.registeredRoutes
    .filter(
      ({ method, url }) => ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method) && !url.endsWith('/events') && url !== '/logout',
    )
    .map(({ method, url }) => ({ method, url }));
}

async function send(target: Target, path: string, init: { body?: string; headers?: Record<string, string> } = {}): Promise<void> {
  const response = await fetch(`${gateway.address}${path}`, {
    method: target.method,
    redirect: 'manual',
    ...init,
    headers: { authorization: `Bearer ${TOKEN}`, ...init.headers },
  });
  const text = await response.text();
  expect(response.status, `${target.method} ${path} ${init.body ?? ''}: ${text}`).toBeLessThan(500);
  if (response.status >= 400 && path.startsWith('/api/')) {
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.parse(text)).toEqual({
      type: expect.stringContaining('urn:retail-etl:error:'),
      title: expect.any(String),
      status: response.status,
      code: expect.stringMatching(/^[A-Z_]+$/),
      message: expect.any(String),
      remedy: expect.any(String),
    });
  }
}

test('no path parameter leads to a 500', async () => {
  const withParams = targets().filter(({ url }) => /[:*]/.test(url));
  expect(withParams.length).toBeGreaterThan(10);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...withParams), fc.array(segment, { minLength: 4, maxLength: 4 }), async (target, values) => {
      let index = 0;
      await send(
        target,
        target.url.replace(/:[A-Za-z]+|\*/g, () => values[index++ % values.length] || 'x'),
      );
    }),
    { numRuns: RUNS * 4 },
  );
});

test('no query leads to a 500', async () => {
  const reads = targets().filter(({ method, url }) => method === 'GET' && !/[:*]/.test(url));
  expect(reads.length).toBeGreaterThan(10);
  const name = fc.constantFrom(
    'limit',
    'before',
    'state',
    'offset',
    'q',
    'sort',
    'order',
    'next',
    'activeQueue',
    'page',
    'status',
    'jobsPerPage',
    '__proto__',
    'x',
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...reads), fc.array(fc.tuple(name, segment), { maxLength: 4 }), async (target, pairs) => {
      await send(target, `${target.url}?${pairs.map(([key, value]) => `${key}=${value}`).join('&')}`);
    }),
    { numRuns: RUNS * 3 },
  );
});

test('no body leads to a 500, and none with a field that is not known is taken', async () => {
  const writes = targets().filter(({ method, url }) => method !== 'GET' && url.startsWith('/api/'));
  const path = ({ url }: Target): string =>
    url.replace('/api/runs/:id', '/api/runs/20260101T000000-abcdef').replace(':id', 'some-schedule');
  const near = fc.record(
    {
      from: fc.oneof(hostile, fc.constant('2026-01-01')),
      to: fc.oneof(hostile, fc.constant('2026-12-31')),
      dryRun: fc.oneof(fc.boolean(), fc.anything()),
      cron: fc.oneof(hostile, fc.constantFrom('0 0 * * *', '0 0 30 2 *', '* * * * * *', '@daily', '60 0 * * *', 'H H * * *')),
      tz: fc.oneof(hostile, fc.constantFrom('UTC', 'Europe/Berlin', 'Mars/Olympus', '+02:00')),
      paused: fc.oneof(fc.boolean(), fc.anything()),
      params: fc.oneof(fc.anything(), fc.record({ from: hostile })),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...writes), fc.oneof(near, fc.jsonValue()), async (target, body) => {
      await send(target, path(target), { body: JSON.stringify(body) ?? 'null', headers: { 'content-type': 'application/json' } });
    }),
    { numRuns: RUNS * 4 },
  );
  for (const [method, url, body] of [
    ['POST', '/api/runs', { dryRun: true, colour: 'red' }],
    ['PUT', '/api/schedules/a', { cron: '0 0 * * *', colour: 'red' }],
    ['PUT', '/api/schedules/a', { cron: '0 0 * * *', params: { colour: 'red' } }],
  ] as const) {
    expect((await gateway.api(method, url, body)).status).toBe(400);
  }
});

test('what is no JSON, of another kind, or too large is refused', async () => {
  const post = (body: string, type: string): Promise<Response> =>
    gateway.api('POST', '/api/runs', undefined, {}).then(async (ignored) => {
      await ignored.body?.cancel();
      return fetch(`${gateway.address}/api/runs`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': type },
      });
    });
  expect((await post('{"from":', 'application/json')).status).toBe(400);
  expect((await post('{"__proto__":{"x":1}}', 'application/json')).status).toBe(400);
  expect((await post('from=2026-01-01', 'application/x-www-form-urlencoded')).status).toBe(415);
  expect((await post(JSON.stringify({ from: 'x'.repeat(100_000) }), 'application/json')).status).toBe(413);
  expect((await gateway.api('POST', '/api/runs', {}, { 'idempotency-key': 'x'.repeat(201) })).status).toBe(400);
});
