import { EtlError } from '@retail-etl/contracts';
import { expect, test } from 'vitest';
import type { RunSummary } from '../src/targets/target.js';
import { amountText, csvText, HEADER, productRows, writeSummary } from './summary-files.js';
import { publishRows } from './publish-rows.js';
import { casesOf, isSkip, reasonOf, type TargetHarness } from './target-harness.js';

const OPEN = new AbortController().signal;
const OLD = productRows(20, 1);
const ROWS = productRows(3_000, 2);
const TEXT = csvText(ROWS);

const LINES = TEXT.split('\n');
/** The text with another line in place of the one in the middle, or without one. */
const withLine = (...lines: string[]): string => [...LINES.slice(0, 1_500), ...lines, ...LINES.slice(1_501)].join('\n');

/** A row of the good file with an amount that is four tenths of a cent too small. */
function finerLine(index: number): string {
  const { product, quantity, cents } = ROWS[index]!;
  return `${product},${quantity},${amountText(cents - 1n)}6`;
}

/** What a disk, a network or a fault of ours may make of the file. The sums that are claimed are those of the good one. */
const DAMAGED_TEXTS: [string, string][] = [
  ['nothing at all', ''],
  ['the header alone', `${HEADER}\n`],
  ['cut within a line', TEXT.slice(0, TEXT.length / 2) + '7'],
  ['cut after a line', `${LINES.slice(0, 2_000).join('\n')}\n`],
  ['cut before the last line end', TEXT.slice(0, -1)],
  ['no header', LINES.slice(1).join('\n')],
  ['another header', TEXT.replace('total_quantity', 'quantity')],
  ['a line less', withLine()],
  ['a line twice', withLine(LINES[1_500]!, LINES[1_500]!)],
  ['a product twice with other sums', withLine('1500,3,1.00', '1500,4,1.00')],
  ['a date', withLine('2026-01-01,1,2.00')],
  ['an empty line', withLine(LINES[1_500]!, '')],
  ['a cell less', withLine('1500,1')],
  ['a cell more', withLine('1500,1,2.00,4')],
  ['an empty cell', withLine('1500,,2.00')],
  ['a quote', withLine(`"1500",1,2.00`)],
  ['a statement', withLine(`1500),(1,1,1,2.00`)],
  ['NULL', withLine('1500,NULL,2.00')],
  ['text', withLine('abc,1,2.00')],
  ['an exponent', withLine(LINES[1_500]!.replace(/^1500/, '15e2'))],
  ['hexadecimal', withLine(LINES[1_500]!.replace(/^1500/, '0x5dc'))],
  ['spaces', withLine(` ${LINES[1_500]} `)],
  ['a carriage return', withLine(`${LINES[1_500]}\r`)],
  ['NUL bytes', withLine('\0'.repeat(40))],
  ['decimals beyond cents, which a server would round to the good ones', withLine(finerLine(1_499))],
  ['a quantity that does not fit', withLine('1500,99999999999999999999,2.00')],
  ['a product that does not fit', withLine('9223372036854775808,1,2.00')],
  ['an amount that does not fit', withLine('1500,1,1000000000000000000.00')],
];

const CLAIMS: [string, Partial<RunSummary>][] = [
  ['one product more', { products: ROWS.length + 1 }],
  ['one product less', { products: ROWS.length - 1 }],
  ['another quantity', { quantity: '1' }],
  ['another amount', { publishedAmount: '1.00' }],
];

export function describeDamage(harness: TargetHarness): void {
  test.each(DAMAGED_TEXTS)('a summary that became another file is refused, and readers do not notice: %s', async (what, text) => {
    const summary = await writeSummary(harness.place.summaries, ROWS, { text });
    await expectRefusal(harness, summary, what);
  });

  test.skipIf(isSkip(harness.checksRows)).each(casesOf(harness.checksRows, DAMAGED_TEXTS))(
    `${reasonOf(harness.checksRows)}a summary that was damaged before its bytes were described is refused, and readers do not notice: %s`,
    async (what, text) => {
      await expectRefusal(harness, await writeSummary(harness.place.summaries, ROWS, { text, described: text }), what);
    },
  );

  test.skipIf(isSkip(harness.checksRows)).each(casesOf(harness.checksRows, CLAIMS))(
    `${reasonOf(harness.checksRows)}a summary whose file has other sums is refused, and readers do not notice: %s`,
    async (_what, claims) => {
      await expectRefusal(harness, await writeSummary(harness.place.summaries, ROWS, { claims }));
    },
  );

  test.skipIf(harness.visibleAfter === 'commit')(
    `${harness.visibleAfter === 'commit' ? '[not for this kind: its rows are there since the commit] ' : ''}finish refuses a damaged summary, and readers do not notice`,
    async () => {
      await publishRows(harness, OLD);
      const attempt = await harness.place.attempt(harness.name);
      const summary = await writeSummary(harness.place.summaries, ROWS, { text: TEXT.slice(0, -100) });
      await expect(attempt.target.finish(summary)).rejects.toMatchObject({ code: 'STAGED_CORRUPT' });
      await attempt.target.discard();
      expect(await harness.read()).toBe(csvText(OLD));
      expect(await harness.leftovers(attempt)).toEqual([]);
      attempt.end();
    },
  );
}

async function expectRefusal(harness: TargetHarness, summary: RunSummary, what = ''): Promise<void> {
  await publishRows(harness, OLD);
  const attempt = await harness.place.attempt(harness.name);
  const error: unknown = await attempt.target.stage(summary, OPEN).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EtlError);
  // Only the first two make the loader forget the summary, so that a retry makes it again.
  const codes = ['STAGED_CORRUPT', 'BOOKS_UNBALANCED', ...(what.endsWith('does not fit') ? ['TARGET_OVERFLOW'] : [])];
  expect(codes).toContain((error as EtlError).code);
  await attempt.target.discard();
  expect(await harness.leftovers(attempt)).toEqual([]);
  expect(await harness.read()).toBe(csvText(OLD));
  attempt.end();
}
