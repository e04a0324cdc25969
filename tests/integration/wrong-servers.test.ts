import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { openDatabase, select } from '@retail-etl/mysql';
import { openRedis, openRedisProbe } from '@retail-etl/queue';
import { connectPostgres } from '@retail-etl/reading';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantReader, grantWriter } from '../../packages/setup/src/server-access.js';
import { freePort } from '../support/service-processes.js';
import { serverUrl } from '../support/test-databases.js';

/** Servers that are no database: one that answers when it is asked, and one that speaks first, as SSH and SMTP do. */
const web = createServer((_request, response) => response.end('hello'));
const talker = createTcpServer((socket) => {
  socket.on('error', () => undefined);
  socket.write('SSH-2.0-OpenSSH_9.2\r\n');
});
const portOf = (server: Server): string => String((server.address() as AddressInfo).port);
const listening = async (server: Server): Promise<unknown> => once(server.listen(0, '127.0.0.1'), 'listening');
beforeAll(async () => {
  for (const server of [web, talker]) await listening(server);
});
afterAll(() => {
  for (const server of [web, talker]) server.close();
  web.closeAllConnections();
});

const places = {
  PostgreSQL: () => new URL(serverUrl('POSTGRES_URL')).port,
  MySQL: () => new URL(serverUrl('MYSQL_URL')).port,
  Redis: () => new URL(serverUrl('REDIS_URL')).port,
  'a web server': () => portOf(web),
  'another kind of server': () => portOf(talker),
} as const;

/** One try to work with the server, as services make it at their start. */
const tries: Readonly<Record<string, (port: string) => Promise<unknown>>> = {
  POSTGRES_URL: async (port) => (await connectPostgres(`postgres://etl:secret@127.0.0.1:${port}/shop`)).destroy(),
  'POSTGRES_URL with TLS': async (port) =>
    (await connectPostgres(`postgres://etl:secret@127.0.0.1:${port}/shop?sslmode=no-verify`)).destroy(),
  MYSQL_URL: async (port) => {
    const database = openDatabase(`mysql://etl:secret@127.0.0.1:${port}/warehouse`, { connectTimeoutMs: 2_000 });
    try {
      await select(database, 'connecting', 'SELECT 1');
    } finally {
      await database.end();
    }
  },
  REDIS_URL: async (port) => {
    const probe = openRedisProbe(`redis://127.0.0.1:${port}`);
    try {
      await expect
        .poll(
          () =>
            probe.check().then(
              () => 'OK',
              (error: { code: string }) => error.code,
            ),
          { timeout: 10_000 },
        )
        .not.toBe('REDIS_UNAVAILABLE');
      await probe.check();
    } finally {
      probe.close();
    }
  },
};

const EXPECTED: Readonly<Record<string, string>> = { POSTGRES_URL: 'PostgreSQL', MYSQL_URL: 'MySQL', REDIS_URL: 'Redis' };

const cases = Object.keys(tries).flatMap((what) => {
  const setting = what.split(' ')[0]!;
  return Object.keys(places).flatMap((found) => (found === EXPECTED[setting] ? [] : [[what, setting, found] as const]));
});

test.concurrent.for(cases)('%s (%s) leads to %s, and is told so at once', async ([what, setting, found]) => {
  const startMs = performance.now();
  const port = places[found as keyof typeof places]();
  await expect(tries[what]!(port)).rejects.toMatchObject({
    code: 'WRONG_SERVER',
    transient: false,
    message: expect.stringMatching(
      new RegExp(`^${setting} is to lead to ${EXPECTED[setting]}, but (a )?${found}.* answers at 127.0.0.1:${port}$`),
    ) as string,
  });
  expect(performance.now() - startMs).toBeLessThan(12_000);
});

test('set-up names its own settings', async () => {
  const [postgres, mysql] = [serverUrl('POSTGRES_URL'), serverUrl('MYSQL_URL')];
  const at = (scheme: string, port: string): string => `${scheme}://root:secret@127.0.0.1:${port}/any`;
  await expect(grantReader(at('postgres', places.Redis()), postgres)).rejects.toMatchObject({
    code: 'WRONG_SERVER',
    message: expect.stringMatching(/^SETUP_POSTGRES_URL is to lead to PostgreSQL, but a Redis server/) as string,
  });
  await expect(grantWriter(at('mysql', places.PostgreSQL()), mysql)).rejects.toMatchObject({
    code: 'WRONG_SERVER',
    message: expect.stringMatching(/^SETUP_MYSQL_URL is to lead to MySQL, but a PostgreSQL server/) as string,
  });
});

test('an absent server, one that says nothing and the right one with a wrong password are no other kind', async () => {
  const silent = createTcpServer((socket) => socket.on('error', () => undefined));
  await listening(silent);
  const silentPort = portOf(silent);
  const absentPort = String(await freePort());
  try {
    for (const port of [silentPort, absentPort]) {
      await expect(tries['POSTGRES_URL']!(port)).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
      await expect(tries['MYSQL_URL']!(port)).rejects.toMatchObject({ code: 'MYSQL_UNAVAILABLE' });
      const probe = openRedisProbe(`redis://127.0.0.1:${port}`);
      await expect(probe.check()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
      probe.close();
    }
    await expect(tries['MYSQL_URL']!(places.MySQL())).rejects.toMatchObject({ code: 'MYSQL_ACCESS' });
  } finally {
    silent.close();
  }
});

test('a client that has no probe of its own tells it in the log', async () => {
  let redis: ReturnType<typeof openRedis> | undefined;
  const told = await new Promise<Error>((resolve) => {
    redis = openRedis(`redis://127.0.0.1:${places.PostgreSQL()}`, (error) => 'remedy' in error && resolve(error));
  });
  redis?.disconnect();
  expect(told).toMatchObject({ code: 'WRONG_SERVER', message: expect.stringContaining('a PostgreSQL server') as string });
});
