import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());

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
