import type { RunReport } from '@retail-etl/sales';
import { parseStartArguments } from '@retail-etl/local-stack/start/arguments';
import { formatBooks } from '@retail-etl/local-stack/start/books-view';
import { formatTable } from '@retail-etl/local-stack/start/format';
import { chooseGatewayPort, reachableHost } from '@retail-etl/local-stack/start/gateway-port';
import { GatewayClient } from '@retail-etl/local-stack/start/gateway-client';
import { toCounts, toProgress } from '@retail-etl/local-stack/start/progress';
import { formatStage } from '@retail-etl/local-stack/start/progress-view';
import { lastServiceError } from '@retail-etl/local-stack/start/service-error';
import { readStartSettings, withSettings } from '@retail-etl/local-stack/start/settings';
import { formatSummary } from '@retail-etl/local-stack/start/summary-view';
import { createStyle } from '@retail-etl/setup';
import { planVitest } from '@retail-etl/local-stack/test/vitest-arguments';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const plain = createStyle({});

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-stack-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const books = (over: Partial<RunReport['sources'][number]>): RunReport['sources'][number] => ({
  source: 'online_sales',
  file: null,
  rowsRead: 0,
  rowsAccepted: 0,
  rowsRejected: 0,
  rowsSkipped: 0,
  rejectsByReason: {},
  quantity: '0',
  amount: '0',
  ...over,
});

const report = (over: Partial<RunReport>): RunReport => ({
  id: 'x',
  seq: 1,
  state: 'queued',
  epoch: 1,
  trigger: { kind: 'api', by: 'x', late: false },
  params: {},
  createdAt: '2026-03-02T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  pausedMs: 0,
  retryable: false,
  retryRefusal: 'it is queued',
  cancelled: null,
  sources: [],
  totals: null,
  changes: null,
  differences: [],
  stages: [],
  alerts: [],
  error: null,
  published: null,
  ...over,
});

describe('arguments and settings', () => {
  test('npm start knows --once and nothing else', () => {
    expect(parseStartArguments([])).toEqual({ once: false });
    expect(parseStartArguments(['--once'])).toEqual({ once: true });
    expect(() => parseStartArguments(['--twice'])).toThrow(/--twice/);
  });

  test('set-up looks for the declaration where the services do', () => {
    expect(readStartSettings({ SOURCES_FILE: '/etc/sources.yaml' }).sourcesFile).toBe('/etc/sources.yaml');
    expect(readStartSettings({}).sourcesFile).toBeUndefined();
  });

  test('all problems are reported at once', () => {
    expect(() => readStartSettings({ PORT: 'x', REDIS_URL: 'http://y' })).toThrow(/REDIS_URL.*PORT/);
  });

  test('a setting decided here takes the place of its file', () => {
    const merged = withSettings({ API_TOKEN_FILE: '/run/secrets/token', LOG_LEVEL: 'info' }, { API_TOKEN: 'x' });
    expect(merged).toEqual({ API_TOKEN: 'x', LOG_LEVEL: 'info' });
  });

  test('a taken port is an error only where PORT asks for it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(chooseGatewayPort('127.0.0.1', port)).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    expect(await chooseGatewayPort('127.0.0.1', undefined)).toBeGreaterThanOrEqual(8080);
    server.close();
  });

  test('a server that listens everywhere is reached at home', () => {
    expect(['0.0.0.0', '::', '10.0.0.1', 'fd00::1'].map(reachableHost)).toEqual(['127.0.0.1', '[::1]', '10.0.0.1', '[fd00::1]']);
  });

  test('npm test leaves the fault sweeps out, and starts no server for unit tests alone', () => {
    expect(planVitest([])).toEqual({
      args: [
        'run',
        '--project',
        'architecture',
        '--project',
        'unit',
        '--project',
        'integration',
        '--project',
        'e2e',
        '--project',
        'faults-short',
      ],
      needsServers: true,
      needsBrowser: true,
    });
    expect(planVitest(['--project', 'faults', '-t', 'x'])).toEqual({
      args: ['run', '--project', 'faults', '-t', 'x'],
      needsServers: true,
      needsBrowser: false,
    });
    expect(planVitest(['--reporter', 'dot']).args.at(-1)).toBe('--reporter=./packages/local-stack/dist/test/count-reporter.js');
    expect(planVitest(['tests/e2e']).needsBrowser).toBe(false);
    expect(planVitest(['--coverage']).needsBrowser).toBe(true);
    expect(planVitest(['packages/a/tests/x.unit.test.ts', '--coverage']).needsServers).toBe(false);
    expect(planVitest(['./services/a/tests/x.unit.test.ts', 'packages/a/tests/x.test.ts']).needsServers).toBe(true);
    expect(planVitest(['packages/a/tests']).needsServers).toBe(true);
    expect(planVitest(['--project=unit']).needsServers).toBe(false);
    expect(planVitest(['--project', 'architecture']).needsServers).toBe(false);
    expect(planVitest(['tests/architecture', 'packages/a/tests/x.unit.test.ts']).needsServers).toBe(false);
    expect(planVitest(['packages/reading/tests/x.unit.test.ts']).needsServers).toBe(false);
    expect(planVitest(['packages/reading/tests/x.test.ts']).needsServers).toBe(true);
  });
});

describe('what is shown', () => {
  test('columns are aligned, numbers to the right', () => {
    expect(
      formatTable(
        [
          ['a', 'n'],
          ['long', '10'],
        ],
        [1],
      ),
    ).toEqual(['a      n', 'long  10']);
  });

  test('the summary shows the first twenty products and says how many more there are', async () => {
    const path = join(dir, 'sales_summary.csv');
    const lines = Array.from({ length: 1_300 }, (_, index) => `${index + 1},2,3.50`);
    await writeFile(path, `product_id,total_quantity,total_sale_amount\n${lines.join('\n')}\n`);
    const shown = await formatSummary(path, 1_300);
    expect(shown).toHaveLength(22);
    expect(shown[1]).toBe('         1               2               3.50');
    expect(shown.at(-1)).toBe('... and 1,280 more');
    expect(await formatSummary(path, 20)).not.toContain('more');
  });

  test('the books show every source, why rows were rejected, and the balance', () => {
    const online = books({
      rowsRead: 15,
      rowsAccepted: 10,
      rowsRejected: 5,
      rejectsByReason: { non_positive_amount: 1, missing_value: 4 },
    });
    const store = books({ source: 'store_sales', file: 'a.csv', rowsRead: 1_985, rowsAccepted: 1_985 });
    const totals = {
      rowsRead: 2_000,
      rowsAccepted: 1_995,
      rowsRejected: 5,
      rowsSkipped: 0,
      products: 1,
      quantity: '1',
      amount: '1',
      publishedAmount: '1',
    };
    expect(formatBooks({ sources: [online, store], totals })).toEqual([
      'source              read  accepted  rejected  skipped  rejected because',
      'online_sales          15        10         5        0  missing_value 4, non_positive_amount 1',
      'store_sales a.csv  1,985     1,985         0        0',
      'all                2,000     1,995         5        0',
      '',
      '2,000 read = 1,995 accepted + 5 rejected + 0 skipped: balanced',
    ]);
  });

  test('a stage goes from waiting over running to done or failed', () => {
    const at = (second: number): string => `2026-03-02T00:00:0${second}.000Z`;
    const stages: RunReport['stages'] = [
      // It was retried, and waited for that in the middle of this stage.
      { name: 'extract', startedAt: at(1), finishedAt: at(9), jobs: 2, durationMs: 2_000 },
      { name: 'transform', startedAt: at(9), finishedAt: null, jobs: 4, durationMs: null },
    ];
    const counts = toCounts({ state: 'transforming', stages: [{ name: 'transform', done: 2, total: 4, rows: 1_000 }, { name: 'other' }] });
    const { stages: shown } = toProgress(report({ state: 'transforming', stages }), counts);
    expect(shown.map((stage) => formatStage(stage, plain, true))).toEqual([
      'extract    done   2.00 s',
      'transform  ████████████░░░░░░░░░░░░  2/4  1,000 rows',
      'load       -',
    ]);
    const error = { code: 'X', message: 'm', remedy: 'r', stage: 'transform' };
    expect(toProgress(report({ state: 'failed', stages, error }), counts).stages[1]?.status).toBe('failed');
  });

  test('there is colour only on a terminal, and not under NO_COLOR', () => {
    expect(createStyle({ isTTY: true }, { TERM: 'xterm' }).red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(createStyle({ isTTY: true }, { TERM: 'xterm', NO_COLOR: '1' }).red('x')).toBe('x');
    expect(createStyle({ isTTY: false }, { TERM: 'xterm' }).red('x')).toBe('x');
  });

  test("a service's last error is found in its log", async () => {
    const path = join(dir, 'x.log');
    await writeFile(path, '{"level":"fatal","msg":"old"}\n');
    const lines = ['{"level":"fatal","code":"CONFIG_INVALID","remedy":"set it","msg":"PORT is x"}', '{"level":"info","msg":"stopped"}'];
    await writeFile(path, `{"level":"fatal","msg":"old"}\n${lines.join('\n')}\n`);
    expect(lastServiceError(path, 0)).toEqual({ code: 'CONFIG_INVALID', message: 'PORT is x', remedy: 'set it' });
    await writeFile(path, 'Cannot find module\n');
    expect(lastServiceError(path, 0).message).toBe('Cannot find module');
  });
});

describe('the client of the gateway', () => {
  const never = new AbortController().signal;

  async function withServer(handler: RequestListener, action: (url: string) => Promise<void>): Promise<void> {
    const server = createServer(handler).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await action(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  async function collect(events: AsyncIterable<unknown>): Promise<unknown[]> {
    const all: unknown[] = [];
    for await (const event of events) all.push(event);
    return all;
  }

  test('asks again under the same key while the gateway is not ready', async () => {
    const keys: unknown[] = [];
    const handler: RequestListener = (request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.writeHead(keys.length < 3 ? 503 : 202).end(JSON.stringify({ id: 'run-1' }));
    };
    await withServer(handler, async (url) => {
      expect(await new GatewayClient(url, 't').startRun(never)).toBe('run-1');
    });
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test("fails in the gateway's own words", async () => {
    const handler: RequestListener = (_request, response) => {
      response.writeHead(401).end(JSON.stringify({ code: 'UNAUTHENTICATED', message: 'no token', remedy: 'send it' }));
    };
    await withServer(handler, async (url) => {
      await expect(new GatewayClient(url, 't').startRun(never)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', remedy: 'send it' });
    });
  });

  test('reads progress events however they are cut, and none where there are none', async () => {
    const handler: RequestListener = (request, response) => {
      if (request.url !== '/api/runs/a/events') {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\nevent: progress\nda');
      setTimeout(() => response.end('ta: {"n":1}\n\nevent: end\ndata: {"n":2}\n\nevent: progress\r\ndata: {"n":3}\r\n\r\n'), 30);
    };
    await withServer(handler, async (url) => {
      const gateway = new GatewayClient(url, 't');
      expect(await collect(gateway.readEvents('a', never))).toEqual([{ n: 1 }, { n: 3 }]);
      expect(await collect(gateway.readEvents('b', never))).toEqual([]);
    });
  });
});
