import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { check, Sources } from '@retail-etl/contracts';
import { recordRun } from '@retail-etl/ledger';
import { EMPTY_FINDINGS, type SourceBooks } from '@retail-etl/sales';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';

const COLUMNS = 'columns: { product_id: sku, quantity: qty, sale_amount: total, sale_date: day }';
const YAML = `sources:
  - { name: partners, files: ['eu/**/*.csv', 'both.csv'], ${COLUMNS} }
  - { name: copies, files: ['copies/*', '{both,x}.csv'], allow_duplicates: true, ${COLUMNS} }
  - { name: web_shop, table: shop.orders, ${COLUMNS} }
`;
const BEFORE = new Date('2026-01-01T00:00:00Z');

let world: GatewayWorld;
let gateway: RunningGateway;
beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
  await recordLastRun();
});
afterAll(() => world.stop());

const books = (source: string, file: string | null, rowsRead: number): SourceBooks => ({
  source,
  file,
  rowsRead,
  rowsAccepted: rowsRead,
  rowsRejected: 0,
  rowsSkipped: 0,
  rejectsByReason: {},
  quantity: '0',
  amount: '0',
});

async function recordLastRun(): Promise<void> {
  const { run } = await recordRun(gateway.deps.database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
  const sources = [books('partners', 'eu/a.csv', 4), books('partners', 'eu/gone.csv', 7), books('web_shop', null, 10)];
  await world.mysql.query("UPDATE etl_runs SET state = 'published', started_at = ?, finished_at = ?, report = ? WHERE run_id = ?", [
    new Date('2026-02-01T00:00:00Z'),
    new Date('2026-02-01T00:01:00Z'),
    JSON.stringify({ ...EMPTY_FINDINGS, sources }),
    run.runId,
  ]);
}

async function put(path: string, content: string, modified = BEFORE): Promise<void> {
  const file = join(world.dataDir, 'input', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await utimes(file, modified, modified);
}

async function read(from = gateway): Promise<Sources> {
  const response = await from.api('GET', '/api/sources');
  expect(response.status).toBe(200);
  const answer: unknown = await response.json();
  check(Sources, answer, 'sources');
  return answer as Sources;
}

test('each declared source with its table or patterns, and every file below the input folder with whose it is', async () => {
  await writeFile(join(world.dataDir, 'sources.yaml'), YAML);
  await put('eu/a.csv', 'a');
  await put('eu/de/b.csv', 'bb', new Date('2026-03-01T00:00:00Z'));
  await put('eu/de/c.csv', 'bb');
  await put('copies/1.txt', 'bb');
  await put('copies/2.txt', 'bb');
  await put('both.csv', 'd');
  await put('top.csv', 'e');
  for (const unread of ['eu/.hidden.csv', 'eu/x.csv.part', '~$x.csv', '.git/y.csv']) await put(unread, 'f');
  const { table, declaration, files, truncated } = await read();
  expect([table, truncated]).toEqual([null, false]);
  expect(declaration).toEqual({
    problem: null,
    ignoresUnclaimed: false,
    sources: [
      { name: 'partners', kind: 'files', table: null, patterns: ['eu/**/*.csv', 'both.csv'], lastRows: null },
      { name: 'copies', kind: 'files', table: null, patterns: ['copies/*', '{both,x}.csv'], lastRows: null },
      { name: 'web_shop', kind: 'table', table: 'shop.orders', patterns: [], lastRows: 10 },
    ],
  });
  expect(files.map(({ name, status, claimedBy, lastRows, sameAs }) => [name, status, claimedBy, lastRows, sameAs])).toEqual([
    ['both.csv', 'ambiguous', ['partners', 'copies'], null, null],
    ['copies/1.txt', 'new', ['copies'], null, null],
    ['copies/2.txt', 'new', ['copies'], null, null],
    ['eu/a.csv', 'unchanged', ['partners'], 4, null],
    ['eu/de/b.csv', 'new', ['partners'], null, null],
    ['eu/de/c.csv', 'duplicate', ['partners'], null, 'eu/de/b.csv'],
    ['top.csv', 'unclaimed', [], null, null],
    ['eu/gone.csv', 'gone', ['partners'], 7, null],
  ]);
  await writeFile(join(world.dataDir, 'sources.yaml'), `unclaimed: ignore\n${YAML}`);
  expect((await read()).declaration?.ignoresUnclaimed).toBe(true);
});

test('a declaration with faults is shown as what it is', async () => {
  await writeFile(join(world.dataDir, 'sources.yaml'), 'sources:\n  - { name: Shop, files: [] }\nmore: 1\n');
  const { declaration, files } = await read();
  expect([declaration?.sources, files]).toEqual([[], []]);
  expect(declaration?.problem).toEqual({
    code: 'SOURCES_INVALID',
    message: expect.stringMatching(/^sources\.yaml: line 2, column 5: .*; line 3, column 1: /) as string,
  });
  const elsewhere = await world.start({ sourcesFile: '/nowhere/shops.yaml' });
  expect((await read(elsewhere)).declaration?.problem).toEqual({
    code: 'SOURCES_GONE',
    message: expect.stringContaining('/nowhere/shops.yaml') as string,
  });
});

test('without a declaration the answer is that of the built-in sources, whatever is declared elsewhere', async () => {
  await writeFile(join(world.dataDir, 'sources.yaml'), YAML);
  const none = await world.start({ sourcesFile: 'none' });
  const expected = await read(none);
  expect(Object.keys(expected)).toEqual(['table', 'files', 'lastRun', 'truncated']);
  expect(expected.table).toEqual({ name: 'online_sales', lastRows: 10 });
  const files = expected.files.map(({ name, status }) => `${name} ${status}`);
  expect(files).toEqual(['both.csv new', 'top.csv new', '~$x.csv new', 'eu/a.csv gone', 'eu/gone.csv gone']);
  expect(Object.keys(expected.files[0]!)).toEqual(['name', 'bytes', 'modifiedAt', 'lastRows', 'status', 'sameAs']);
  await rm(join(world.dataDir, 'sources.yaml'));
  expect(await read()).toEqual(expected);
});
