import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openGatewayQueues, openProducer, openRedisProbe, openWorker, redisError } from '@retail-etl/queue';
import { createLogger, outageLog } from '@retail-etl/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilOpen } from '../support/pg-bouncer.js';
import { freePort } from '../support/service-processes.js';

let folder: string;
const servers: ChildProcess[] = [];
let first: number;
let second: number;
let target: number;
let address: Server;
let url: string;

/** A server with nothing in it. A replica writes what it is sent into its folder, and the next server would load it from there. */
async function startRedis(...options: string[]): Promise<number> {
  const port = await freePort();
  const dir = await mkdtemp(join(folder, 'redis-'));
  servers.push(spawn('redis-server', ['--port', String(port), '--save', '', '--dir', dir, ...options], { stdio: 'ignore' }));
  await untilOpen(port);
  return port;
}
const command = (port: number, ...words: string[]): string =>
  execFileSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redis-'));
  first = await startRedis();
  second = await startRedis('--replicaof', '127.0.0.1', String(first));
  target = first;
  // New connections lead to the primary; the old ones stay where they are, as behind a DNS name.
  address = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    client.pipe(server).pipe(client);
    client.on('error', () => server.destroy()).on('close', () => server.destroy());
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => address.listen(0, '127.0.0.1', resolve));
  url = `redis://127.0.0.1:${(address.address() as { port: number }).port}`;
});
afterAll(async () => {
  address.close();
  for (const server of servers) server.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Tries until it works; the test's own limit ends it. */
async function untilWorks<T>(action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch {
      await sleep(50);
    }
  }
}

test('a replica is told as such, at once', async () => {
  const probe = openRedisProbe(`redis://127.0.0.1:${second}`);
  for (;;) {
    const error = await probe.check().then(
      () => undefined,
      (caught: unknown) => caught as { code: string },
    );
    if (error?.code === 'REDIS_READONLY') break;
    expect(error?.code).toBe('REDIS_UNAVAILABLE');
    await sleep(20);
  }
  probe.close();
});

test('after a failover behind one address clients and workers go on, with one line of log', async () => {
  const lines: string[] = [];
  const log = Object.assign(createLogger('test', 'silent'), { warn: (line: { code: string }) => lines.push(line.code) });
  const onError = outageLog(log);
  const probe = openRedisProbe(url);
  const producer = openProducer(url, onError);
  const taken: string[] = [];
  const worker = openWorker({
    redisUrl: url,
    queue: 'runs',
    concurrency: 1,
    onError,
    process: async ({ id }) => {
      taken.push(id);
      return { kind: 'done', result: null };
    },
  });
  const add = (runId: string): Promise<void> => producer.addStartRun({ runId, epoch: 1 });
  const untilTaken = async (count: number): Promise<void> => {
    while (taken.length < count) await sleep(50);
  };
  await untilWorks(() => probe.check());
  await untilWorks(() => add('20260101T000000-000001'));
  await untilTaken(1);

  command(second, 'replicaof', 'no', 'one');
  command(first, 'replicaof', '127.0.0.1', String(second));
  await expect(probe.check()).rejects.toMatchObject({ code: 'REDIS_READONLY' });
  target = second;
  await untilWorks(() => probe.check());
  await untilWorks(() => add('20260101T000000-000002'));
  await untilTaken(2);
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines.length).toBeLessThan(4);
  await worker.close();
  await producer.close();
  probe.close();
});

/** A primary that takes no writes, by each of the other ways that Redis has, and what makes it take them again. */
const REFUSING: readonly [string, (port: number) => Promise<void>, (port: number) => void][] = [
  [
    'MISCONF: its folder is gone, so that it cannot save',
    async (port) => {
      command(port, 'config', 'set', 'save', '3600 1000');
      await rm(command(port, 'config', 'get', 'dir').split('\n')[1] as string, { recursive: true });
      command(port, 'set', 'a', 'b');
      command(port, 'bgsave');
      while (!command(port, 'info', 'persistence').includes('rdb_last_bgsave_status:err')) await sleep(20);
    },
    (port) => void command(port, 'config', 'set', 'save', ''),
  ],
  [
    'NOREPLICAS: it wants more replicas than it has',
    async (port) => void command(port, 'config', 'set', 'min-replicas-to-write', '1'),
    (port) => void command(port, 'config', 'set', 'min-replicas-to-write', '0'),
  ],
];

test.each(REFUSING)('%s: not ready, few lines of log, and work goes on afterwards', async (kind, refuse, allow) => {
  const port = await startRedis();
  const lines: string[] = [];
  const log = Object.assign(createLogger('test', 'silent'), { warn: (line: { code: string }) => lines.push(line.code) });
  const mine = `redis://127.0.0.1:${port}`;
  const taken: string[] = [];
  const worker = openWorker({
    redisUrl: mine,
    queue: 'runs',
    concurrency: 1,
    onError: outageLog(log),
    process: async ({ id }) => {
      taken.push(id);
      return { kind: 'done', result: null };
    },
  });
  const probe = openRedisProbe(mine);
  const producer = openProducer(mine, outageLog(log));
  await untilWorks(() => probe.check());
  await refuse(port);
  const said = expect.stringContaining(kind.split(':')[0] as string) as string;
  await untilWorks(() => expect(probe.check()).rejects.toMatchObject({ code: 'REDIS_READONLY', message: said }));
  await untilWorks(() =>
    expect(producer.addStartRun({ runId: '20260101T000000-000001', epoch: 1 })).rejects.toMatchObject({ code: 'REDIS_READONLY' }),
  );
  await sleep(2_000);
  expect(lines.length).toBeLessThan(4);
  allow(port);
  await untilWorks(() => probe.check());
  await untilWorks(() => producer.addStartRun({ runId: '20260101T000000-000002', epoch: 1 }));
  while (taken.length === 0) await sleep(50);
  await worker.close();
  await producer.close();
  probe.close();
});

/** What a probe with this log-in says once the server has answered. */
async function refusal(login: string): Promise<unknown> {
  const probe = openRedisProbe(`redis://${login}@127.0.0.1:${second}`);
  try {
    for (;;) {
      const error = (await probe.check().catch((caught: unknown) => caught)) as { code: string };
      if (error.code !== 'REDIS_UNAVAILABLE') return error;
      await sleep(20);
    }
  } finally {
    probe.close();
  }
}

test('the documented ACL is enough, and a lack of rights names the command', async () => {
  const rules = ['on', '>pw', '~{retail-etl}*', '~retail-etl:*', '+@all', '-@admin', '-@dangerous', '+info', '+client|list'];
  command(second, 'acl', 'setuser', 'etl', ...rules);
  command(second, 'acl', 'setuser', 'less', 'on', '>pw', '~*', '+@all', '-set');
  const mine = `redis://etl:pw@127.0.0.1:${second}`;
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);
  const probe = openRedisProbe(mine);
  const producer = openProducer(mine, onError);
  const queues = openGatewayQueues(mine, onError);
  const taken: string[] = [];
  const worker = openWorker({
    redisUrl: mine,
    queue: 'runs',
    concurrency: 1,
    onError,
    process: async (delivery) => {
      await delivery.note('a line');
      taken.push(delivery.id);
      return { kind: 'done', result: null };
    },
  });
  await untilWorks(() => probe.check());
  await untilWorks(() => producer.addStartRun({ runId: '20260101T000000-000003', epoch: 1 }));
  while (taken.length === 0) await sleep(50);
  await untilWorks(() => queues.runs.getJobCounts());
  await queues.runs.getWorkers();
  await queues.runs.getJobSchedulers();
  expect(errors.map((error) => redisError(error, 'x').code)).not.toContain('REDIS_RIGHTS');
  await worker.close();
  await producer.close();
  await Promise.all(Object.values(queues).map((queue) => queue.close()));
  probe.close();

  expect(await refusal('less:pw')).toMatchObject({ code: 'REDIS_RIGHTS', message: expect.stringContaining("'set'") as string });
  expect(await refusal('less:wrong')).toMatchObject({ code: 'REDIS_ACCESS' });
});
