import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { SALES_SUMMARY } from '@retail-etl/sales';
import type { RunSummary } from '../src/targets/target.js';

/** One product; the amount in cents. */
export interface ProductRow {
  readonly product: bigint;
  readonly quantity: bigint;
  readonly cents: bigint;
}

export const HEADER = 'product_id,total_quantity,total_sale_amount';

/** The products from `first` on, with sums that differ from version to version. */
export function productRows(count: number, version: number, first = 1): ProductRow[] {
  return Array.from({ length: count }, (_, index) => ({
    product: BigInt(first + index),
    quantity: BigInt(((index * 7 + version) % 1000) + 1),
    cents: BigInt(index * 131 + version * 17 + 1),
  }));
}

export function amountText(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function csvText(rows: readonly ProductRow[]): string {
  const lines = rows.map(({ product, quantity, cents }) => `${product},${quantity},${amountText(cents)}\n`);
  return `${HEADER}\n${lines.join('')}`;
}

let files = 0;

/** Writes the summary of these rows, as merge leaves it. `text` takes the place of the file's bytes, `claims` of what is said of them. */
export async function writeSummary(
  folder: string,
  rows: readonly ProductRow[],
  {
    text = csvText(rows),
    described = csvText(rows),
    claims = {},
  }: { text?: string; described?: string; claims?: Partial<RunSummary> } = {},
): Promise<RunSummary> {
  files += 1;
  const name = `summary-${files}.csv`;
  const path = join(folder, name);
  await writeFile(path, text);
  const amount = amountText(rows.reduce((sum, { cents }) => sum + cents, 0n));
  return {
    path,
    shape: SALES_SUMMARY,
    file: { name: 'summary.0123abcd.csv', bytes: Buffer.byteLength(described), crc32: crc32(described) },
    products: rows.length,
    quantity: String(rows.reduce((sum, { quantity }) => sum + quantity, 0n)),
    amount: `${amount}0000`,
    publishedAmount: amount,
    ...claims,
  };
}
