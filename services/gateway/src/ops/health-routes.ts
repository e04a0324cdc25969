import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsync } from 'fastify';
import type { GatewayDeps } from '../deps.js';
import { isOtherLedger } from './ledger-gate.js';

/** A server that does not answer within this time is not there. */
const PROBE_TIMEOUT_MS = 2_000;

/** What the gateway waits for, by name; empty when it is ready. */
async function waitingFor(deps: GatewayDeps): Promise<string[]> {
  const probes: [string, () => Promise<unknown>][] = [
    ['MySQL', () => deps.ledger.look()],
    // A replica answers, but takes no writes.
    ['Redis', () => deps.redis.set('retail-etl:probe', '1', 'PX', 10_000)],
  ];
  const missing = await Promise.all(
    probes.map(async ([name, probe]) => {
      const timer = new AbortController();
      const timeout = sleep(PROBE_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => Promise.reject(new Error('no answer')));
      timeout.catch(() => undefined);
      try {
        await Promise.race([probe(), timeout]);
        return undefined;
      } catch (error) {
        return isOtherLedger(error) ? 'the ledger' : name;
      } finally {
        timer.abort();
      }
    }),
  );
  const names = missing.filter((name) => name !== undefined);
  return names.length === 0 && !deps.isTakingJobs() ? ['the queue'] : names;
}

/** `/healthz` (the process lives) and `/readyz` (it can do its work), both open. */
export function healthRoutes(deps: GatewayDeps, liveness: () => string | null): FastifyPluginAsync {
  return async (app) => {
    const open = { config: { access: 'public' as const }, schema: { hide: true } };
    app.get('/healthz', open, (_request, reply) => {
      const problem = liveness();
      return reply.code(problem === null ? 200 : 503).send({ status: problem ?? 'ok' });
    });
    app.get('/readyz', open, async (_request, reply) => {
      const missing = await waitingFor(deps);
      return reply.code(missing.length === 0 ? 200 : 503).send({ status: missing.length === 0 ? 'ready' : 'waiting', waitingFor: missing });
    });
  };
}
