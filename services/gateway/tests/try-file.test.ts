import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createWorld,
  eventually,
  type GatewayWorld,
  OPERATOR,
  type RunningGateway,
  TOKEN,
  VIEWER,
} from '../../../tests/support/gateway-harness.js';
import { workbook } from '../../../tests/support/workbook.js';
import { setTimeScale } from '@retail-etl/faults';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());

const SALES = [
  'Filiale;Artikel;Menge;Umsatz;Datum',
  'Köln;0042;2;19,90;02.01.2026',
  'Köln;0043;1;1.234,50;05.01.2026',
  'Bonn;0042;-1;-9,95;07.01.2026',
  '<img src=x onerror=alert(1)>;0044;x;49,90;08.01.2026',
  '',
].join('\n');

interface Answer {
  readonly file: string;
  readonly bytes: number;
  readonly problem: { code: string; message: string; remedy: string; faults: { line: number; column: number; message: string }[] } | null;
  readonly proposal: { yaml: string; decisions: { about: string; options: string[]; taken: number; isAnswered: boolean }[] } | null;
  readonly notes: string[];
  readonly trial: {
    source: string;
    isWhole: boolean;
    problem: { code: string } | null;
    counts: { records: number; accepted: number; rejected: number; skipped: number; reasons: { reason: string; rows: number }[] } | null;
    rows: { record: number; outcome: string; says: string; counted: { day: string } | null }[];
  } | null;
}

interface Form {
  readonly name?: string;
  readonly yaml?: string;
  readonly answers?: string;
}

function formOf(content: string | Buffer, { name = 'umsatz_01.csv', yaml, answers }: Form = {}): FormData {
  const form = new FormData();
  if (yaml !== undefined) form.set('yaml', yaml);
  if (answers !== undefined) form.set('answers', answers);
  form.set('file', new Blob([new Uint8Array(Buffer.from(content))]), name);
  return form;
}

const send = (body: FormData | string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.address}/api/try`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}`, ...headers }, body });

async function tried(content: string | Buffer, form: Form = {}): Promise<Answer> {
  const response = await send(formOf(content, form));
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Answer;
}

/** The folders of trials that are there. */
const leftFolders = async (): Promise<string[]> => readdir(join(world.dataDir, 'staging', '.spill')).catch(() => []);

/** Trials that were done or refused leave nothing. */
const expectNothingLeft = (): Promise<void> => eventually(async () => expect(await leftFolders()).toEqual([]), 5_000);

test('a file is proposed and tried, its name and size are audited, and nothing of it stays', async () => {
  const answer = await tried(SALES);
  expect(answer).toMatchObject({ file: 'umsatz_01.csv', bytes: Buffer.byteLength(SALES), problem: null });
  expect(answer.proposal?.yaml).toContain("files: 'umsatz_*.csv'");
  expect(answer.trial).toMatchObject({
    source: 'umsatz',
    isWhole: true,
    counts: {
      records: 4,
      accepted: 2,
      rejected: 2,
      skipped: 0,
      reasons: expect.arrayContaining([
        { reason: 'invalid_quantity', rows: 1 },
        { reason: 'non_positive_quantity', rows: 1 },
      ]),
    },
  });
  expect(answer.trial?.rows.map(({ record, outcome }) => [record, outcome])).toEqual([
    [1, 'accepted'],
    [2, 'accepted'],
    [3, 'rejected'],
    [4, 'rejected'],
  ]);
  const { entries } = (await (await gateway.api('GET', '/api/audit?limit=200')).json()) as {
    entries: { action: string; detail: unknown }[];
  };
  const audited = entries.filter(({ action }) => action === 'file.tried').map(({ detail }) => detail);
  expect(audited).toEqual([{ name: 'umsatz_01.csv', bytes: Buffer.byteLength(SALES) }]);
  await expectNothingLeft();
  expect(await readdir(world.dataDir)).not.toContain('sources.yaml');
});

test('a workbook is proposed and tried', async () => {
  const rows = [
    ['Artikel', 'Menge', 'Betrag', 'Datum'],
    ...[46_023, 46_024].map((day) => ['A', { number: '2' }, { number: '9.9' }, { day }]),
  ];
  const answer = await tried(workbook(rows), { name: 'kasse.xlsx' });
  expect(answer).toMatchObject({ problem: null, trial: { counts: { records: 2, accepted: 2 } } });
  expect(answer.proposal?.yaml).toContain('kasse.xlsx');
});

test('an open decision is answered, and a packed file is as good', async () => {
  const open = 'sku,qty,total,day\nA1,2,9.90,01/02/2026\nA2,1,5.00,03/04/2026\n';
  const asked = await tried(open);
  expect(asked.proposal?.decisions).toMatchObject([{ about: 'dates', isAnswered: false }]);
  const answered = await tried(gzipSync(open), { name: 'days.csv.gz', answers: '{"dates":1}' });
  expect(answered.proposal?.decisions).toMatchObject([{ about: 'dates', taken: 1, isAnswered: true }]);
  const day = (answer: Answer): string | undefined => answer.trial?.rows[0]?.counted?.day;
  expect(new Set([day(asked), day(answered)])).toEqual(new Set(['2026-01-02', '2026-02-01']));
});

test('a changed declaration is tried instead, and all of its faults are told with their places', async () => {
  const { proposal } = await tried(SALES);
  const yaml = proposal!.yaml.replace('    columns:', '    returns: net\n    columns:');
  const netted = await tried(SALES, { yaml });
  expect(netted).toMatchObject({ proposal: null, problem: null, trial: { counts: { accepted: 3, rejected: 1 } } });

  const faulty = await tried(SALES, { yaml: 'product: colour\nsources:\n  - name: Umsatz\n    files: 7\n    colums: {}\n' });
  expect(faulty.problem?.code).toBe('SOURCES_INVALID');
  expect(faulty.problem?.faults.length).toBeGreaterThanOrEqual(3);
  expect(faulty.problem?.faults).toContainEqual({ line: 1, column: 10, message: expect.stringContaining('colour') });
  expect(faulty.problem?.faults.map(({ line }) => line)).toEqual(expect.arrayContaining([1, 3, 5]));

  const missing = await tried(SALES, { yaml: yaml.replace('Umsatz', 'Turnover') });
  expect(missing.trial?.problem?.code).toBe('HEADER_INVALID');
  const two = await tried(SALES, {
    yaml: `${yaml}  - name: other\n    files: 'umsatz*'\n    columns: { product_id: a, quantity: b, sale_amount: c, sale_date: d }\n`,
  });
  expect(two.problem?.code).toBe('SOURCE_AMBIGUOUS');
});

test('what is no file of sales is refused in words, without a path of the server', async () => {
  const picture = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(200)]);
  for (const [content, name, code] of [
    ['', 'empty.csv', 'SOURCE_EMPTY'],
    [picture, 'picture.csv', 'FILE_NOT_TEXT'],
    ['no header here', 'notes.txt', 'NO_PROPOSAL'],
    ['not gzip', 'sales.csv.gz', 'FILE_REFUSED'],
    [gzipSync('a,b\n1,2\n'.repeat(1_000)).subarray(0, 30), 'cut.csv.gz', 'FILE_REFUSED'],
  ] as const) {
    const answer = await tried(content, { name });
    expect(answer, name).toMatchObject({ trial: null, problem: { code, message: expect.any(String), remedy: expect.any(String) } });
    expect(JSON.stringify(answer)).not.toContain(world.dataDir);
  }
  await expectNothingLeft();
});

test('names are taken without folders, and those of hostile files stay what they are', async () => {
  for (const [name, told] of [
    ['../../etc/passwd.csv', 'passwd.csv'],
    ['C:\\sales\\<b>.csv', '<b>.csv'],
    ["it's # {a}: [*].csv", "it's # {a}: [*].csv"],
  ] as const) {
    const answer = await tried(SALES, { name });
    expect(answer).toMatchObject({ file: told, problem: null, trial: { counts: { accepted: 2 } } });
  }
});

test('requests that are no such form are refused', async () => {
  const without = new FormData();
  without.set('yaml', 'sources: []');
  const surplus = formOf(SALES);
  surplus.set('path', '/etc');
  for (const [body, headers, status] of [
    [without, {}, 400],
    [surplus, {}, 400],
    [formOf(SALES, { answers: '{"dates":"first"}' }), {}, 400],
    [formOf(SALES, { answers: '{' }), {}, 400],
    ['no form', { 'content-type': 'multipart/form-data; boundary=x' }, 400],
    ['no form', { 'content-type': 'multipart/form-data' }, 400],
    ['{}', { 'content-type': 'application/json' }, 415],
  ] as const) {
    const response = await send(body, headers);
    expect(response.status, await response.clone().text()).toBe(status);
    expect(await response.json()).toMatchObject({ code: 'REQUEST_INVALID' });
  }
  expect((await fetch(`${gateway.address}/api/try`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(400);
  await expectNothingLeft();
});

test('more than 8 MiB are not taken, whether the request says so first or not', async () => {
  for (const bytes of [(8 << 20) + 1, 11 << 20]) {
    const response = await send(formOf(Buffer.alloc(bytes, 'a')));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ status: 413, message: expect.stringContaining('8 MiB') });
  }
  const chunked = await fetch(`${gateway.address}/api/try`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'multipart/form-data; boundary=x' },
    body: new ReadableStream({
      start(controller) {
        for (let piece = 0; piece < 11; piece += 1) controller.enqueue(new Uint8Array(1 << 20));
        controller.close();
      },
    }),
    duplex: 'half',
  });
  expect(chunked.status).toBe(413);
  await expectNothingLeft();
});

test('only operators on pages of this site may try files', async () => {
  const viewer = await gateway.login(VIEWER);
  const operator = await gateway.login(OPERATOR);
  const post = (cookie: string, origin: string): Promise<Response> =>
    fetch(`${gateway.address}/api/try`, { method: 'POST', headers: { cookie, origin }, body: formOf(SALES) });
  expect((await post(viewer, gateway.address)).status).toBe(403);
  expect((await post(operator, 'https://evil.example')).status).toBe(403);
  expect((await post(operator, gateway.address)).status).toBe(200);
});

/** Sends the beginning of a form and no more. */
function sendHalf(): { leave: () => void } {
  const sending = httpRequest(`${gateway.address}/api/try`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'multipart/form-data; boundary=x' },
  });
  sending.on('error', () => undefined);
  sending.write(`--x\r\ncontent-disposition: form-data; name="file"; filename="half.csv"\r\n\r\n${SALES}`);
  return { leave: () => void sending.destroy() };
}

test('a client that goes away in the middle of its upload leaves nothing, and gives up its place', async () => {
  const half = sendHalf();
  await eventually(async () => expect(await leftFolders()).toHaveLength(1));
  half.leave();
  await expectNothingLeft();
  expect((await tried(SALES)).trial?.counts?.accepted).toBe(2);
});

test('one file is tried at a time, three wait, and more are refused', async () => {
  const half = sendHalf();
  await eventually(async () => expect(await leftFolders()).toHaveLength(1));
  const others = [1, 2, 3, 4, 5].map(() => send(formOf(SALES)));
  const firstTwo = await Promise.race([
    Promise.all(others.map((other) => other.then(({ status }) => status))).then(() => 'all'),
    eventually(async () => {
      const settled = await Promise.all(others.map((other) => Promise.race([other, Promise.resolve(undefined)])));
      const refused = settled.filter((each) => each !== undefined);
      expect(refused).toHaveLength(2);
      return refused;
    }),
  ]);
  for (const refused of firstTwo as Response[]) {
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
  }
  expect(await leftFolders()).toHaveLength(1);
  half.leave();
  const statuses = (await Promise.all(others)).map(({ status }) => status).sort((left, right) => left - right);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  await expectNothingLeft();
});

test('4 MiB are tried without holding up the gateway', async () => {
  const lines = Array.from({ length: 150_000 }, (_, index) => `${index};${index % 5_000};1;9,95;0${1 + (index % 9)}.01.2026\n`);
  const content = Buffer.from(`Bon;Artikel;Menge;Umsatz;Datum\n${lines.join('')}`).subarray(0, (4 << 20) + (64 << 10));
  expect(content.length).toBeGreaterThan(4 << 20);
  const form = formOf(content, { name: 'large.csv' });
  const response = await send(form);
  const answer = (await response.json()) as Answer;
  expect(answer.trial).toMatchObject({ isWhole: false, problem: null });
  expect(answer.trial?.counts?.accepted).toBeGreaterThan(100_000);
  await expectNothingLeft();
});

test('a trial that takes too long is given up', async () => {
  setTimeScale(0.0004);
  try {
    const response = await send(formOf(SALES));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'TRIAL_LIMIT', message: expect.stringContaining('25 s') as string });
  } finally {
    setTimeScale(1);
  }
  await expectNothingLeft();
});
