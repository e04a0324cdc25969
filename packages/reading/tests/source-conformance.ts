import { setImmediate as nextTurn } from 'node:timers/promises';
import { EtlError } from '@retail-etl/contracts';
import type { Partition } from '@retail-etl/staging';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import type { PartitionRead, Source } from '../src/sources/source.js';
import { describeBytesLeft } from './bytes-left-conformance.js';
import { HOSTILE_ROWS, largeRows, plainRows } from './conformance-rows.js';
import { asText, expectCounts, expectFigures } from './expected-figures.js';
import { type RecordingOptions, RecordingSink, sorted } from './recording-sink.js';
import { casesOf, named, type Refusal, type SourceHarness } from './source-harness.js';

const OPEN = new AbortController().signal;

/** One test for each promise in the docstrings of `Source`. */
export function describeSource(name: string, harness: SourceHarness): void {
  describe(`${name} keeps the promises of a source`, () => {
    beforeAll(() => harness.open());
    afterAll(() => harness.close());
    describePlan(harness);
    describeRefusals(harness);
    describeRead(harness);
    describeBytesLeft(harness);
    describeFailures(harness);
    describeAbort(harness);
  });
}

function describePlan(harness: SourceHarness): void {
  test('plan names each partition once, by names that job ids may hold, and says whose it is', async () => {
    await harness.putRows(largeRows());
    const source = harness.source();
    const partitions = await source.plan(OPEN);
    expect(partitions.length).toBeGreaterThan(0);
    expect(new Set(partitions.map((partition) => partition.name)).size).toBe(partitions.length);
    for (const partition of partitions) {
      expect(partition.name).toMatch(/^[a-z0-9-]{1,80}$/);
      expect(partition.source).toBe(source.name);
    }
  });

  test('plan changes nothing, and gives the same when it is repeated or made by another process', async () => {
    await harness.putRows(largeRows());
    const before = await harness.describePlace();
    const source = harness.source();
    const first = await source.plan(OPEN);
    expect(await source.plan(OPEN)).toEqual(first);
    expect(await harness.source().plan(OPEN)).toEqual(first);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    expect(await harness.describePlace()).toEqual(before);
  });

  test('plan rejects with the reason of its signal', async () => {
    await harness.putRows(plainRows(3));
    const reason = new Error('stopped');
    await expect(harness.source().plan(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
}

function describeRefusals(harness: SourceHarness): void {
  const all: readonly Refusal[] = [...harness.refusals, ...harness.empties.map((empty) => ({ ...empty, code: 'SOURCE_EMPTY' as const }))];
  test.each(named(all))('%s: refused, and again when it is repeated', async (_what, { code, arrange }) => {
    await harness.putRows(plainRows(5));
    await arrange();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const error = await failureOf(() => readAll(harness.source()));
      expect(error).toBeInstanceOf(EtlError);
      expect((error as EtlError).code).toBe(code);
      expect((error as EtlError).transient).toBe(false);
    }
  });
}

function describeRead(harness: SourceHarness): void {
  test('every record arrives exactly once, over all partitions and writers, and the counts say so', async () => {
    const rows = largeRows();
    await harness.putRows(rows);
    const { reads, sink } = await readAll(harness.source());
    expect(sink.sortedCells).toEqual(sorted(rows.map(asText)));
    expectCounts(reads, sink);
    expectFigures(reads, sink, await harness.expectedFiles());
  });

  test('records of more than 1 MiB arrive as malformed, with how they begin; longer cells than most are read', async () => {
    const long = 'x'.repeat(1_000_000);
    const tooLong = 'é'.repeat(600_000);
    const rows = [...plainRows(3), ['4', long, '1', '2', '2026-01-01'], ['5', tooLong, '1', '2', '2026-01-01'], ...plainRows(2, 6)];
    await harness.putRows(rows);
    const { reads, sink } = await readAll(harness.source());
    expect(sink.sortedCells).toEqual(sorted(rows.filter((row) => row[1] !== tooLong).map(asText)));
    expect(sink.malformed).toHaveLength(1);
    expect(sink.malformed[0]?.raw.toString('utf8')).toContain('é'.repeat(1_900));
    expect(sink.malformed[0]?.raw.length).toBeLessThanOrEqual(4_096);
    expectCounts(reads, sink);
  });

  test('values arrive as they were written: quotes, line ends, all scripts, missing ones as empty text', async () => {
    await harness.putRows(HOSTILE_ROWS);
    const { reads, sink } = await readAll(harness.source());
    expect(sink.sortedCells).toEqual(sorted(HOSTILE_ROWS.map(asText)));
    expectCounts(reads, sink);
  });

  describeAnyText(harness);

  test('reading again gives the same, by another process and after an attempt that failed', async () => {
    await harness.putRows(largeRows());
    const partitions = await harness.source().plan(OPEN);
    const first = await readPlanned(harness.source(), partitions);
    const fault = new Error('the sink failed');
    const failing = { onAdvance: (call: number) => (call === 2 ? Promise.reject(fault) : undefined) };
    expect(await failureOf(() => readPlanned(harness.source(), partitions, failing))).toBe(fault);
    const again = await readPlanned(harness.source(), partitions);
    expect(again.reads).toEqual(first.reads);
    expect(again.sink.sortedCells).toEqual(first.sink.sortedCells);
  });
}

function describeAnyText(harness: SourceHarness): void {
  test('values of any text arrive as they were written', { timeout: 120_000 }, async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', '\\', '.', ' ', 'a', 'é', '\u{1f600}', '|') }),
      fc.constant(null),
    );
    const row = fc.tuple(cell, cell, cell, cell, cell);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
        // The first cell is never empty and has a digit: a line of delimiters alone is no record of a file, and one of words alone is a second header.
        const clean = rows.map(([first, ...rest]) => [`x1${first ?? ''}`, ...rest].map((text) => text?.replaceAll('\0', '') ?? null));
        await harness.putRows(clean);
        const { reads, sink } = await readAll(harness.source());
        expect(sink.sortedCells).toEqual(sorted(clean.map(asText)));
        expectCounts(reads, sink);
      }),
      propertySettings('values of any text', 25),
    );
  });
}

function describeFailures(harness: SourceHarness): void {
  const { changes, losses } = harness;
  const whileOpen = 'skip' in changes ? changes : changes.filter(({ onlyBefore }) => onlyBefore !== true);

  test.skipIf('skip' in changes).each(casesOf(changes))('%s after plan: FILE_CHANGED', async (_what, { arrange }) => {
    await harness.putRows(largeRows());
    const partitions = await harness.source().plan(OPEN);
    await arrange();
    const error = await failureOf(() => readPlanned(harness.source(), partitions));
    expect(error).toMatchObject({ code: 'FILE_CHANGED', transient: false });
  });

  test.skipIf('skip' in whileOpen).each(casesOf(whileOpen))('%s while it is read: FILE_CHANGED', async (_what, { arrange }) => {
    await harness.putRows(largeRows());
    const partitions = await harness.source().plan(OPEN);
    const onAdvance = (call: number): unknown => (call === 1 ? arrange() : undefined);
    const error = await failureOf(() => readPlanned(harness.source(), partitions, { onAdvance }));
    expect(error).toMatchObject({ code: 'FILE_CHANGED', transient: false });
  });

  test.skipIf('skip' in losses).each(casesOf(losses))(
    '%s in the middle: a transient error, and then all of it',
    async (_what, { arrange }) => {
      await harness.putRows(largeRows());
      const partitions = await harness.source().plan(OPEN);
      const onAdvance = (call: number): unknown => (call === 2 ? arrange() : undefined);
      const error = await failureOf(() => readPlanned(harness.source(), partitions, { onAdvance }));
      expect(error).toBeInstanceOf(EtlError);
      expect((error as EtlError).transient).toBe(true);
      expect((await readPlanned(harness.source(), partitions)).sink.sortedCells).toEqual(sorted(largeRows().map(asText)));
    },
  );

  test('what a writer throws comes out as it is', async () => {
    await harness.putRows(largeRows());
    const fault = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const onAdvance = (): Promise<never> => Promise.reject(fault);
    expect(await failureOf(() => readAll(harness.source(), { onAdvance }))).toBe(fault);
  });

  test.each([
    ['between records', true],
    ['at the end of what it reads', false],
  ])('once one writer has failed no other is called, though it waits %s', async (_where, isDue) => {
    await harness.putRows(largeRows());
    await expectNoCallBeside(harness.source(), isDue);
  });
}

/** Holds the first advance that is due, or is not, lets the next one of another writer fail, and lets the first go on once `read` has thrown. */
async function expectNoCallBeside(source: Source, isDue: boolean): Promise<void> {
  let goOn = (): void => undefined;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  let holder = -1;
  const onAdvance = (_call: number, writer: number, wasDue: boolean): unknown => {
    if (holder === -1 && wasDue === isDue) {
      holder = writer;
      return gate;
    }
    return holder !== -1 && writer !== holder ? Promise.reject(new Error('the other failed')) : undefined;
  };
  const sink = new RecordingSink({ onAdvance, advanceEvery: 300 });
  const reading = failureOf(async () => readInto(source, await source.plan(OPEN), sink)).then(() => (sink.isClosed = true));
  await Promise.race([reading, whenHeldAlone(sink, () => holder)]);
  goOn();
  await reading;
  for (let turn = 0; turn < 200; turn += 1) await nextTurn();
  expect(sink.violations).toEqual([]);
}

/** Resolves once every writer but the held one has finished: then there is none left that could fail. */
async function whenHeldAlone(sink: RecordingSink, holder: () => number): Promise<string> {
  for (;;) {
    if (holder() !== -1 && sink.writers.every((writer, index) => writer.isFinished || index === holder())) return 'none left to fail';
    await nextTurn();
  }
}

function describeAbort(harness: SourceHarness): void {
  test('an aborted signal stops the reading with its reason, and no writer is called any more', async () => {
    await harness.putRows(largeRows());
    const { sink: whole } = await readAll(harness.source());
    expect(whole.advances).toBeGreaterThan(3);
    for (const at of [0, 1, 2, Math.ceil(whole.advances / 2), Math.floor(whole.advances * 0.75)]) {
      const controller = new AbortController();
      const reason = new Error(`stopped at ${at}`);
      if (at === 0) controller.abort(reason);
      const onAdvance = (call: number): void => {
        if (call === at) controller.abort(reason);
      };
      const sink = new RecordingSink({ onAdvance, signal: controller.signal });
      const source = harness.source();
      const partitions = await source.plan(OPEN);
      expect(await failureOf(() => readInto(source, partitions, sink, controller.signal)), `aborted at ${at}`).toBe(reason);
      sink.isClosed = true;
      for (let turn = 0; turn < 50; turn += 1) await nextTurn();
      expect(sink.violations, `aborted at ${at}`).toEqual([]);
    }
  });
}

interface WholeRead {
  readonly reads: readonly PartitionRead[];
  readonly sink: RecordingSink;
}

async function readAll(source: Source, options: RecordingOptions = {}): Promise<WholeRead> {
  return readPlanned(source, await source.plan(OPEN), options);
}

async function readPlanned(source: Source, partitions: readonly Partition[], options: RecordingOptions = {}): Promise<WholeRead> {
  const sink = new RecordingSink(options);
  const reads = await readInto(source, partitions, sink);
  expect(sink.violations).toEqual([]);
  expect(sink.writers.map(({ isFinished }) => isFinished)).not.toContain(false);
  return { reads, sink };
}

async function readInto(source: Source, partitions: readonly Partition[], sink: RecordingSink, signal = OPEN): Promise<PartitionRead[]> {
  const reads: PartitionRead[] = [];
  for (const partition of partitions) reads.push(await source.read(partition, sink, signal));
  return reads;
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => undefined,
    (error: unknown) => error,
  );
}
