import { type Engine, mergePartials, openEngine } from '@retail-etl/columnar';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merge-'));
  engine = await openEngine(folder);
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

/** Writes a partial of the given products as the transform does. */
async function writePartial(name: string, products: string): Promise<string> {
  const path = join(folder, name);
  const connection = await engine.connect();
  await connection.run(
    `COPY (SELECT n::BIGINT AS product_id, (n * 3)::DECIMAL(38, 0) AS quantity, (n * 1.005)::DECIMAL(38, 6) AS amount FROM ${products})
     TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  return path;
}

async function merge(paths: readonly string[]): Promise<Awaited<ReturnType<typeof mergePartials>>> {
  const connection = await engine.connect();
  try {
    return await mergePartials(connection, paths);
  } finally {
    connection.closeSync();
  }
}

test('products of several partials are added up, each amount rounded once', async () => {
  const a = await writePartial('a.parquet', 'range(1, 4) t(n)');
  const b = await writePartial('b.parquet', 'range(3, 5) t(n)');
  // Quantities 3, 6, 9 + 9, 12; amounts 1.005, 2.01, 3.015 + 3.015, 4.02, of which 1.005 is rounded to 1.01.
  expect(await merge([a, b])).toEqual({ overflow: null, products: 4, quantity: '39', amount: '13.065000', publishedAmount: '13.07' });
  expect(await merge([])).toEqual({ overflow: null, products: 0, quantity: '0', amount: '0.000000', publishedAmount: '0.00' });
});

test('a total that the target cannot hold is named, not thrown: the books are looked at first', async () => {
  const path = join(folder, 'large.parquet');
  const connection = await engine.connect();
  await connection.run(
    `COPY (SELECT 7::BIGINT AS product_id, 9223372036854775808::DECIMAL(38, 0) AS quantity, 1::DECIMAL(38, 6) AS amount) TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  expect((await merge([path])).overflow).toBe(
    'product 7: quantity 9223372036854775808, amount 1.000000 do not fit BIGINT and DECIMAL(20,2)',
  );
});
