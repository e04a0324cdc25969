import { CRASH_POINTS, type CrashPoint } from '@retail-etl/faults';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SERVICE_NAMES, type ServiceName } from '../support/stack.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished } from './support/oracle.js';
import type { OwnServerName } from './support/own-servers.js';
import { chooseSeed, type SeededRandom, seededRandom } from './support/seeded-random.js';

/** ETL_FAULT_SEED repeats a whole sweep, ETL_FAULT_CASE one case of it. */
const seed = chooseSeed();
const only = process.env['ETL_FAULT_CASE'];
const cases =
  only === undefined ? Array.from({ length: Number(process.env['ETL_FAULT_CASES'] ?? 200) }, (_, index) => index) : [Number(only)];

/** What a run may fail with when several faults meet. Anything else is a fault of the program. */
const REASONS = ['STEP_CRASHED', 'JOBS_LOST'];

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: 0.1 });
});
afterAll(() => stack?.stop());

interface Fault {
  readonly name: string;
  readonly act: () => Promise<void>;
}

const SERVERS: readonly OwnServerName[] = ['redis', 'postgres', 'mysql'];

/** Draws everything that a fault needs before it happens, so that the draw does not depend on what happens. */
function draw(random: SeededRandom): Fault {
  const service: ServiceName = random.pick(SERVICE_NAMES);
  const server = random.pick(SERVERS);
  const point: CrashPoint = random.pick<CrashPoint>(CRASH_POINTS[service]);
  const passing = random.chance(0.8) ? 1 : 2;
  const afterMs = random.int(0, 400);
  const forMs = random.int(50, 2_500);
  const which = random.pick(['before', 'after'] as const);
  const nth = random.int(1, 2);
  const proxy = stack.proxies[server][service];
  const timed = (name: string, begin: () => void, end: () => void): Fault => ({
    name: `${name}, after ${afterMs} ms for ${forMs} ms`,
    act: async () => {
      await sleep(afterMs);
      begin();
      await sleep(forMs);
      end();
    },
  });
  const kinds: (() => Fault)[] = [
    () => ({ name: `kill ${service} at ${point}:${passing}`, act: () => stack.services[service].arm(point, passing) }),
    () => ({ name: `kill ${service} at ${point}:${passing}`, act: () => stack.services[service].arm(point, passing) }),
    () => ({
      name: `kill ${service} after ${afterMs} ms`,
      act: async () => {
        await sleep(afterMs);
        stack.services[service].signal('SIGKILL');
      },
    }),
    () => ({
      name: `end ${service} after ${afterMs} ms`,
      act: async () => {
        await sleep(afterMs);
        stack.services[service].signal('SIGTERM');
      },
    }),
    () =>
      timed(
        `stop ${service}`,
        () => stack.services[service].signal('SIGSTOP'),
        () => stack.services[service].signal('SIGCONT'),
      ),
    () => ({
      name: `cut ${service} from ${server} after ${afterMs} ms`,
      act: async () => {
        await sleep(afterMs);
        proxy.cut();
      },
    }),
    () =>
      timed(
        `refuse ${service} at ${server}`,
        () => proxy.refuse(),
        () => proxy.restore(),
      ),
    () =>
      timed(
        `hold ${service} at ${server}`,
        () => proxy.hold(),
        () => proxy.restore(),
      ),
    () =>
      timed(
        `delay ${service} at ${server}`,
        () => proxy.delay(20),
        () => proxy.delay(0),
      ),
    () => ({
      name: `lose COMMIT ${nth} of the ${service} ${which} it arrives`,
      act: async () => void stack.proxies.mysql[service].loseCommit(which, nth),
    }),
    () => ({
      name: `restart Redis after ${afterMs} ms, for ${forMs} ms`,
      act: async () => {
        await sleep(afterMs);
        await stack.redis.kill();
        await sleep(forMs);
        await stack.redis.start();
      },
    }),
    () => ({
      name: `wipe Redis after ${afterMs} ms`,
      act: async () => {
        await sleep(afterMs);
        const redis = stack.redisClient();
        await redis.flushall().catch(() => undefined);
        redis.disconnect();
      },
    }),
  ];
  return random.pick(kinds)();
}

test.each(cases)(`case %i of seed ${seed}`, async (index) => {
  const random = seededRandom(seed + index * 7_919);
  const faults = Array.from({ length: random.int(1, 3) }, () => draw(random));
  // Two restarts of the one Redis at a time would be one fault of the test itself.
  const chosen = faults.filter(
    (fault, at) => !fault.name.startsWith('restart') || faults.findIndex(({ name }) => name.startsWith('restart')) === at,
  );
  const story = `case ${index} of seed ${seed}: ${chosen.map(({ name }) => name).join(' + ')}`;
  try {
    await stack.source.change();
    const acting = Promise.all(chosen.map(({ act }) => act()));
    const runId = await stack.trigger();
    await announce(stack, runId);
    let report = await stack.waitFor(runId);
    await acting;
    if (report.state === 'failed') {
      expect(REASONS).toContain(report.error?.code);
      for (const name of SERVICE_NAMES) await stack.services[name].disarm();
      await Promise.all(Object.values(stack.services).map((service) => service.ready()));
      expect((await stack.request(`/api/runs/${runId}/retry`, { method: 'POST' })).status).toBe(202);
      report = await stack.waitFor(runId, ({ state, epoch }) => state === 'published' || (epoch > 1 && state === 'failed'));
    }
    await expectPublished(stack, report);
  } catch (error) {
    throw new Error(`${story}\n${error instanceof Error ? error.message : String(error)}\n${stack.logs()}`, { cause: error });
  } finally {
    for (const name of SERVICE_NAMES) {
      await stack.services[name].disarm();
      stack.services[name].signal('SIGCONT');
      for (const server of SERVERS) {
        stack.proxies[server][name].restore();
        stack.proxies[server][name].delay(0);
        stack.proxies[server][name].forget();
      }
    }
  }
});

test('nothing is left', () => expectNothingLeft(stack));
