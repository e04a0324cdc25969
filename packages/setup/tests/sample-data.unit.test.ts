import { ONLINE_SALES, STORE_SALES, toStoreFile, type SampleSale } from '@retail-etl/setup';
import { REPO_ROOT } from '@retail-etl/local-stack';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

describe('sample data', () => {
  const isBad = ([, , quantity, amount]: SampleSale): boolean =>
    quantity === null || quantity <= 0 || amount === null || amount.startsWith('-');

  test.each([
    ['online', ONLINE_SALES],
    ['store', STORE_SALES],
  ])('the %s sales are fifteen rows over two days, five of them bad, each in a way of its own', (_name, sales) => {
    expect(sales).toHaveLength(15);
    expect(new Set(sales.map(([, , , , date]) => date)).size).toBe(2);
    const bad = sales.filter(isBad);
    const ways = bad.map(([, , quantity, amount]) => {
      if (quantity === null) return 'missing quantity';
      if (amount === null) return 'missing amount';
      return quantity === 0 ? 'zero quantity' : quantity < 0 ? 'negative quantity' : 'negative amount';
    });
    expect(ways.toSorted()).toEqual(['missing amount', 'missing quantity', 'negative amount', 'negative quantity', 'zero quantity']);
  });

  test('some products are sold in both', () => {
    const online = new Set(ONLINE_SALES.filter((sale) => !isBad(sale)).map(([, product]) => product));
    expect(STORE_SALES.filter((sale) => !isBad(sale) && online.has(sale[1])).length).toBeGreaterThan(3);
  });

  test('the committed store file is what setup writes', async () => {
    expect(await readFile(join(REPO_ROOT, 'data/input/in_store_sales.csv'), 'utf8')).toBe(toStoreFile(STORE_SALES));
  });
});
