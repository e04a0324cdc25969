import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDefinition } from '@retail-etl/sales';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { declare } from '../support/declared-sources.js';
import { clearInput } from '../support/oracle-stack.js';
import { type Stack, startStack } from '../support/stack.js';

/*
 * Files as shops and publishers export them (`source.md` says where each is from), read by a declaration alone. The expected figures were worked out
 * by a program that knows nothing of this project.
 */
const FILES = join(import.meta.dirname, '..', 'corpus', 'retail');

interface Expected {
  readonly rows_read: number;
  readonly rows_accepted: number;
  readonly rows_rejected: number;
  readonly rows_skipped: number;
  readonly rejected_because: Readonly<Record<string, number>>;
  readonly products: number;
  readonly total_quantity: string;
  readonly total_amount_exact: string;
  readonly sum_of_rounded_amounts: string;
  readonly sha256_of_lines: string;
}

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => clearInput(stack));

/** Reads the one file of a folder by this declaration, and compares everything that is known of the result. */
async function readAs(name: string, yaml: string, expected: Expected): Promise<void> {
  const file = (await readdir(join(FILES, name))).find((each) => /\.csv(\.gz)?$/.test(each))!;
  await copyFile(join(FILES, name, file), join(stack.dataDir, 'input', file));
  await declare(stack, yaml);
  const report = await stack.run();
  expect(report.error).toBeNull();
  expect(report.sources).toHaveLength(1);
  expect(report.sources[0]).toMatchObject({
    source: parseDefinition(yaml, name).sources[0]!.name,
    file,
    rowsRead: expected.rows_read,
    rowsAccepted: expected.rows_accepted,
    rowsRejected: expected.rows_rejected,
    rowsSkipped: expected.rows_skipped,
    rejectsByReason: expected.rejected_because,
    quantity: expected.total_quantity,
  });
  expect(Number(report.totals?.amount)).toBe(Number(expected.total_amount_exact));
  expect(report.totals).toMatchObject({ products: expected.products, publishedAmount: expected.sum_of_rounded_amounts });
  expect(await digestOfTable()).toBe(expected.sha256_of_lines);
  expect(await digestOfFile()).toBe(expected.sha256_of_lines);
}

const digest = (lines: readonly Buffer[]): string =>
  createHash('sha256')
    .update(Buffer.concat(lines.toSorted((a, b) => Buffer.compare(a, b)).map((line) => Buffer.concat([line, Buffer.from('\n')]))))
    .digest('hex');

async function digestOfTable(): Promise<string> {
  const [rows] = await stack.mysql.query({
    sql: 'SELECT product_id, CAST(total_quantity AS CHAR), CAST(total_sale_amount AS CHAR) FROM sales_summary',
    rowsAsArray: true,
  });
  return digest((rows as string[][]).map((row) => Buffer.from(row.join(','))));
}

/** None of the products has a quote or a line end in its name, so a line is a row, with quotes around names that hold a comma. */
async function digestOfFile(): Promise<string> {
  const text = await readFile(join(stack.dataDir, 'output', 'sales_summary.csv'), 'utf8');
  const lines = text.trimEnd().split('\n').slice(1);
  return digest(lines.map((line) => Buffer.from(line.replace(/^"(.*)"(,[^"]*)$/, '$1$2').replaceAll('""', '"'))));
}

describe.each(await readdir(FILES))('%s', (name) => {
  test('gives its right result, without returns and net of them', async () => {
    const yaml = await readFile(join(FILES, name, 'sources.yaml'), 'utf8');
    const expected = JSON.parse(await readFile(join(FILES, name, 'expected.json'), 'utf8')) as Record<string, Expected>;
    await expect(readAs(name, yaml, expected['returns_exclude']!)).resolves.toBeUndefined();
    await clearInput(stack);
    await expect(
      readAs(name, yaml.replace('sources:', 'defaults: { returns: net }\nsources:'), expected['returns_net']!),
    ).resolves.toBeUndefined();
  });
});

test('cancelled orders are skipped by what stands on their first line', async () => {
  const yaml = await readFile(join(FILES, 'shopify-orders', 'sources.yaml'), 'utf8');
  const expected = JSON.parse(await readFile(join(FILES, 'shopify-orders', 'expected.json'), 'utf8')) as Record<
    string,
    Record<string, Expected>
  >;
  const skip = `
    skip: [{ column: Cancelled at, empty: false }, { column: Financial Status, is: [voided] }]
    carry: { within: Name, columns: [Cancelled at, Financial Status] }`;
  const reading = readAs(
    'shopify-orders',
    yaml.replace(/\n {4}columns:/, `${skip}\n    columns:`),
    expected['variant_without_cancelled_orders']!['returns_exclude']!,
  );
  await expect(reading).resolves.toBeUndefined();
});
