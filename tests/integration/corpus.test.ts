import type { RunReport } from '@retail-etl/sales';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { contentOf, good, HEADER, lines, READ, READ_BY_ENCODING, type ReadFile, type Reject } from '../corpus/outcomes.js';
import { BOMB, REFUSED } from '../corpus/refused.js';
import { bytePath } from '../support/byte-path.js';
import { clearInput, publishedRows, rejectsOf } from '../support/oracle-stack.js';
import { refusal, refusedRun } from '../support/refused-run.js';
import { createSales, putFile } from '../support/sales-rows.js';
import { stopProcess } from '../support/service-processes.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let extractor: ChildProcess;
let transformer: ChildProcess;

beforeAll(async () => {
  stack = await startStack();
  ({ extractor, transformer } = stack.services);
  await createSales(stack, "(1, 7, 1, 1.50, '2026-01-01')");
});
afterAll(() => stack.stop());
beforeEach(() => clearInput(stack));

const input = (name: string): string => join(stack.dataDir, 'input', name);
const ONE_GOOD = `${HEADER}\n${good(1)}\n`;

async function restartExtractor(env: NodeJS.ProcessEnv): Promise<void> {
  await stopProcess(extractor);
  extractor = await stack.start('extractor', env);
}

async function restartTransformer(env: NodeJS.ProcessEnv): Promise<void> {
  await stopProcess(transformer);
  transformer = await stack.start('transformer', env);
}

/** Rejects of one file as the corpus writes them. */
async function rejectsByFile(report: RunReport): Promise<Map<string, Reject[]>> {
  const byFile = new Map<string, Reject[]>();
  for (const [, file = '', record, reason, ...texts] of await rejectsOf(stack, report.id)) {
    texts.pop();
    const raw = texts.pop()!;
    const reject = [Number(record), reason, raw === '' ? texts.join('|') : raw] as unknown as Reject;
    byFile.set(file, [...(byFile.get(file) ?? []), reject]);
  }
  return byFile;
}

/** Puts the files, runs, and compares each one's books and rejects. */
async function readAll(files: readonly ReadFile[]): Promise<RunReport> {
  for (const file of files) await putFile(stack, file.name, contentOf(file));
  const report = await stack.run();
  expect(report.error).toBeNull();
  const rejects = await rejectsByFile(report);
  expect(new Set(report.sources.map(({ file }) => file))).toEqual(new Set([null, ...files.map(({ name }) => name)]));
  for (const { name, why, records, rejects: expected, repeatedHeaders } of files) {
    const accepted = records - expected.length;
    const books = report.sources.find(({ file }) => file === name);
    expect(books, `${name}: ${why}`).toMatchObject({
      rowsRead: records,
      rowsAccepted: accepted,
      quantity: String(accepted),
      amount: `${(accepted * 1.5).toFixed(1)}00000`,
    });
    expect(books?.repeatedHeaders, `${name}: ${why}`).toBe(repeatedHeaders);
    expect(rejects.get(name) ?? [], `${name}: ${why}`).toEqual(expected);
  }
  const accepted = 1 + files.reduce((sum, file) => sum + file.records - file.rejects.length, 0);
  expect(await publishedRows(stack)).toEqual([`7,${accepted},${(accepted * 1.5).toFixed(2)}`]);
  return report;
}

describe('files that are read', () => {
  test('all of them, each with its records and rejects', async () => {
    expect((await readAll(READ)).state).toBe('published');
  });

  test.each(Object.keys(READ_BY_ENCODING))('without a mark by CSV_ENCODING=%s', async (encoding) => {
    await restartExtractor({ CSV_ENCODING: encoding });
    const marked = READ.find(({ name }) => name === 'utf8-mark.csv')!;
    expect((await readAll([READ_BY_ENCODING[encoding]!, marked])).state).toBe('published');
    await restartExtractor({});
  });

  test('names of any characters', async () => {
    const names = ['line\nend.csv', 'tab\t\u001b[31m.csv', 'quotes\'"`.csv', ' ü 😀\u202e.csv', 'a,b;c.csv'];
    const files = names.map((name): ReadFile => {
      const bad = JSON.stringify(name);
      return { name, why: bad, records: 2, rejects: [[2, 'malformed_row', bad]], content: () => lines(HEADER, good(1), bad) };
    });
    expect((await readAll(files)).state).toBe('published');
  });

  test('dotfiles, folders below and other names are not looked at', async () => {
    await mkdir(input('sub'));
    for (const name of ['.hidden.csv', 'sub/inner.csv', 'a.csv.bak', 'a.txt', 'csv', 'a.csv.zip']) await putFile(stack, name, 'nonsense');
    const report = await readAll(READ.filter(({ name }) => name === 'utf8.csv'));
    expect(report.sources).toHaveLength(2);
  });
});

describe('files that fail the run', () => {
  test.each(REFUSED)('$name: $why', async (file) => {
    await putFile(stack, 'fine.csv', ONE_GOOD);
    await putFile(stack, file.name, contentOf(file));
    expect((await refusedRun(stack)).error).toMatchObject(refusal(file.code, file.message));
  });

  test('a gzip bomb', async () => {
    await restartExtractor({ FILE_BYTES_MAX: '1000000' });
    await putFile(stack, BOMB.name, contentOf(BOMB));
    expect((await refusedRun(stack)).error).toMatchObject(refusal(BOMB.code, BOMB.message));
    await restartExtractor({});
  });

  test('a link, a folder, a socket and a named pipe, at once', async () => {
    const socket = createServer();
    const kinds: [kind: string, make: () => Promise<unknown>][] = [
      ['a link', () => symlink('/etc/hostname', input('x.csv'))],
      ['a folder', () => mkdir(input('x.csv'))],
      ['a socket', () => once(socket.listen(input('x.csv')), 'listening')],
      ['a named pipe', async () => execFileSync('mkfifo', [input('x.csv')])],
    ];
    for (const [kind, make] of kinds) {
      await clearInput(stack);
      await putFile(stack, 'fine.csv', ONE_GOOD);
      await make();
      expect((await refusedRun(stack)).error).toMatchObject(refusal('FILE_REFUSED', `x.csv is ${kind}, not a regular file`));
    }
    socket.close();
  });

  test.each(['growing.csv', 'growing.csv.gz'])('%s is written to while it is read', async (name) => {
    const content = contentOf(READ.find((file) => file.name === (name.endsWith('.gz') ? 'compressed.csv.gz' : 'utf8.csv'))!);
    await putFile(stack, name, content);
    const over = new AbortController();
    const writing = (async () => {
      while (!over.signal.aborted) {
        await appendFile(input(name), content);
        await sleep(1);
      }
    })();
    try {
      expect((await refusedRun(stack)).error).toMatchObject(
        refusal('FILE_CHANGED', /^growing\.csv(\.gz)? was changed while it was being read/),
      );
    } finally {
      over.abort();
      await writing;
    }
  });

  test('a name that is not valid UTF-8, with its bytes, and any other in one line', async () => {
    await putFile(stack, 'fine.csv', ONE_GOOD);
    const name = bytePath(input(''), 'K\xf6ln.csv');
    await writeFile(name, ONE_GOOD);
    expect((await refusedRun(stack)).error).toMatchObject(
      refusal('FILE_NAME_INVALID', /^names of files that are not valid UTF-8: K\\xf6ln\.csv /),
    );
    await rm(name);
    await putFile(stack, 'line\nend.csv', 'sale_id\n1\n');
    expect((await refusedRun(stack)).error).toMatchObject(refusal('HEADER_INVALID', /^line\\nend\.csv: column product_id is missing/));
  });

  test('the same content under two names, unless it is allowed', async () => {
    await putFile(stack, 'utf8.csv', contentOf({ name: 'utf8.csv' }));
    await putFile(stack, 'other.csv', contentOf({ name: 'crlf.csv' }));
    await putFile(stack, 'again.csv', contentOf({ name: 'utf8.csv' }));
    expect((await refusedRun(stack)).error).toMatchObject(refusal('FILE_DUPLICATE', 'again.csv and utf8.csv have the same content'));
    await rm(input('again.csv'));
    await putFile(stack, 'packed.csv.gz', gzipSync(contentOf({ name: 'utf8.csv' })));
    expect((await refusedRun(stack)).error).toMatchObject(refusal('FILE_DUPLICATE', 'packed.csv.gz and utf8.csv have the same content'));
    await restartTransformer({ ALLOW_DUPLICATE_FILES: 'true' });
    const report = await stack.run();
    expect(report.error).toBeNull();
    expect(report.sources.map(({ file, rowsRead }) => [file, rowsRead])).toEqual([
      [null, 1],
      ['other.csv', 2],
      ['packed.csv.gz', 3],
      ['utf8.csv', 3],
    ]);
    await restartTransformer({});
  });

  test('no store file, no folder', async () => {
    expect((await refusedRun(stack)).error).toMatchObject(
      refusal('SOURCE_MISSING', 'the folder input of DATA_DIR holds no store file (*.csv, *.csv.gz)'),
    );
    await rm(input(''), { recursive: true });
    expect((await refusedRun(stack)).error).toMatchObject(refusal('SOURCE_MISSING', 'the folder input of DATA_DIR does not exist'));
    await mkdir(input(''));
  });
});

describe('limits of a run', () => {
  test('too many rejects in a source, all its files together: nothing is published, and the rejects can be read', async () => {
    await putFile(stack, 'a.csv', `${HEADER}\n${good(1)}\nx\n`);
    await putFile(stack, 'b.csv', `${HEADER}\n${good(2)}\n3,7,0,1.50,2026-01-01\n`);
    expect((await stack.run()).state).toBe('published');
    await putFile(stack, 'b.csv', `${HEADER}\ny\n3,7,0,1.50,2026-01-01\n`);
    const report = await refusedRun(stack);
    expect(report.error).toMatchObject({
      code: 'REJECT_RATIO',
      message: expect.stringMatching(/^store_sales: 3 of 4 rows were rejected \(0\.7500, allowed 0\.5\): /),
    });
    expect(report.sources).toMatchObject([
      { file: null, rowsRead: 1 },
      { file: 'a.csv', rowsRejected: 1 },
      { file: 'b.csv', rowsRejected: 2 },
    ]);
    expect(Object.fromEntries(await rejectsByFile(report))).toEqual({
      'a.csv': [[2, 'malformed_row', 'x']],
      'b.csv': [
        [1, 'malformed_row', 'y'],
        [2, 'non_positive_quantity', '3|7|0|1.50|2026-01-01'],
      ],
    });
  });

  test('nothing accepted', async () => {
    await putFile(stack, 'a.csv', ONE_GOOD);
    const before = await publishedRows(stack);
    const report = await stack.run({ from: '2030-01-01' });
    expect(report.error).toMatchObject({ code: 'SUMMARY_EMPTY', message: 'none of 2 rows was accepted: 0 rejected, 2 skipped' });
    expect(await publishedRows(stack)).toEqual(before);
  });
});
