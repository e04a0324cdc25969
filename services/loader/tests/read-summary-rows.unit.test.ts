import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@retail-etl/duckdb';
import { mergePartials } from '@retail-etl/judging';
import { shapeOf } from '@retail-etl/sales';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSummaryRows } from '../src/targets/mysql-table/read-summary-rows.js';

const SHAPE = shapeOf('s', ['store', 'product_id'], {
  ids: { sale: 'text', product: 'text' },
  quantityDecimals: 0,
  hasReturned: false,
  hasNegative: false,
});
const HEADER = 'store,product_id,total_quantity,total_sale_amount\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'summary-rows-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function readRows(path: string): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const batch of readSummaryRows(path, SHAPE)) rows.push(...batch);
  return rows;
}

test('texts of every kind are read as merge wrote them', async () => {
  const blanks = ['\t', '\v', '\u00a0', '\u2028', '\u3000', '\ufeff', '\r', '\n', '\r\n'];
  const others = ['"', '""', ',', "'", '\\', '#', 'NULL', '🧦'.repeat(255), '"'.repeat(255), '\n'.repeat(255)];
  const texts = [...blanks, ...blanks.map((blank) => `${blank}"`), ...others].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const engine = await openEngine(folder);
  const connection = await engine.connect();
  const values = texts.map((text) => `('${text.replaceAll("'", "''")}')`).join(', ');
  const partial = join(folder, 'partial.parquet');
  await connection.run(
    `COPY (SELECT text AS _by_store, text AS product_id, 0::UTINYINT AS outcome, 1::DECIMAL(38, 0) AS quantity, 1::DECIMAL(38, 6) AS amount FROM (VALUES ${values}) t(text)) TO '${partial}' (FORMAT parquet)`,
  );
  const path = join(folder, 'whole.csv');
  await mergePartials(connection, [{ path: partial, sums: texts.length }], SHAPE, path, new AbortController().signal);
  connection.closeSync();
  engine.close();
  expect(await readRows(path)).toEqual(texts.map((text) => [text, text, '1', '1.00']));
});

test.each([
  'a,b,1\n',
  'a,b,1,1.00,\n',
  '"a,b,1,1.00\n',
  'a"b,c,1,1.00\n',
  '"a"b,c,1,1.00\n',
  ',b,1,1.00\n',
  'a,b,x,1.00\n',
  `"${'x\n'.repeat(9_000)}`,
])('what is no row is refused: %j', async (line) => {
  const path = join(folder, 'damaged.csv');
  await writeFile(path, `${HEADER}${line}`);
  await expect(readRows(path)).rejects.toMatchObject({ code: 'STAGED_CORRUPT' });
});
