import { startHealthServer } from '@retail-etl/runtime';
import { expect, test } from 'vitest';

test('health and metrics of a worker are served where they are told, and nowhere else', async () => {
  const server = await startHealthServer({ host: '127.0.0.2', port: 0, readiness: () => Promise.resolve(null), liveness: () => null });
  try {
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await fetch(`http://127.0.0.2:${server.port}${path}`)).status, path).toBe(200);
    await expect(fetch(`http://127.0.0.1:${server.port}/metrics`)).rejects.toThrow('fetch failed');
  } finally {
    await server.close();
  }
});
