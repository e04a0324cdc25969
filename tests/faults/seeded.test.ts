import { CRASH_POINTS, type CrashPoint } from '@retail-etl/faults';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SERVICE_NAMES, type ServiceName } from '../support/service-processes.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished } from './support/oracle.js';
import type { OwnServerName } from './support/own-servers.js';
import { chooseSeed, type SeededRandom, seededRandom } from './support/seeded-random.js';
import type { LostCommit } from './support/tcp-proxy.js';

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

interface Draw {
  readonly service: ServiceName;
  readonly server: OwnServerName;
  readonly point: CrashPoint;
  readonly passing: number;
  readonly afterMs: number;
  readonly forMs: number;
  readonly which: LostCommit;
  readonly nth: number;
}

/** Draws everything that a fault needs before it happens, so that the draw does not depend on what happens. */
function draw(random: SeededRandom): Fault {
  const service: ServiceName = random.pick(SERVICE_NAMES);
  const drawn: Draw = {
    service,
    server: random.pick(SERVERS),
    point: random.pick<CrashPoint>(CRASH_POINTS[service]),
    passing: random.chance(0.8) ? 1 : 2,
    afterMs: random.int(0, 400),
    forMs: random.int(50, 2_500),
    which: random.pick(['before', 'after'] as const),
    nth: random.int(1, 2),
  };
  return random.pick([...serviceFaults(drawn), ...networkFaults(drawn), ...redisFaults(drawn)]);
}

/** A kill at a crash point counts twice, since most that can go wrong goes wrong there. */
function serviceFaults({ service, point, passing, ...times }: Draw): Fault[] {
  const atPoint: Fault = {
    name: `kill ${service} at ${point}:${passing}`,
    act: () => stack.services[service].arm(point, passing),
  };
  return [
    atPoint,
    atPoint,
    later(`kill ${service}`, times, () => stack.services[service].signal('SIGKILL')),
    later(`end ${service}`, times, () => stack.services[service].signal('SIGTERM')),
    during(
      `stop ${service}`,
      times,
      () => stack.services[service].signal('SIGSTOP'),
      () => stack.services[service].signal('SIGCONT'),
    ),
  ];
}

function networkFaults({ service, server, which, nth, ...times }: Draw): Fault[] {
  const proxy = stack.proxies[server][service];
  const restore = (): void => proxy.restore();
  return [
    later(`cut ${service} from ${server}`, times, () => proxy.cut()),
    during(`refuse ${service} at ${server}`, times, () => proxy.refuse(), restore),
    during(`hold ${service} at ${server}`, times, () => proxy.hold(), restore),
    during(
      `delay ${service} at ${server}`,
      times,
      () => proxy.delay(20),
      () => proxy.delay(0),
    ),
    {
      name: `lose COMMIT ${nth} of the ${service} ${which} it arrives`,
      act: async () => void stack.proxies.mysql[service].loseCommit(which, nth),
    },
  ];
}

function redisFaults(times: Times): Fault[] {
  return [
    during(
      'restart Redis',
      times,
      () => stack.redis.kill(),
      () => stack.redis.start(),
    ),
    later('wipe Redis', times, async () => {
      const redis = stack.redisClient();
      await redis.flushall().catch(() => undefined);
      redis.disconnect();
    }),
  ];
}

interface Times {
  readonly afterMs: number;
  readonly forMs: number;
}

function later(name: string, { afterMs }: Times, act: () => unknown): Fault {
  return {
    name: `${name} after ${afterMs} ms`,
    act: async () => {
      await sleep(afterMs);
      await act();
    },
  };
}

function during(name: string, { afterMs, forMs }: Times, begin: () => unknown, end: () => unknown): Fault {
  return {
    name: `${name}, after ${afterMs} ms for ${forMs} ms`,
    act: async () => {
      await sleep(afterMs);
      await begin();
      await sleep(forMs);
      await end();
    },
  };
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
