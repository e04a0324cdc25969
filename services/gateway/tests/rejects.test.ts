import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { recordRun } from '@retail-etl/ledger';
import { EMPTY_FINDINGS } from '@retail-etl/sales';
import { publishRejects, runFolders } from '@retail-etl/staging';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';

let world: GatewayWorld;
let gateway: RunningGateway;
let runId: string;
let folder: string;
let lines: string[];

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
  const { run } = await recordRun(gateway.deps.database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
  ({ runId } = run);
  folder = join(world.dataDir, 'runs', runId, 'rejects');
  const counts = { rowsRead: 22, rowsAccepted: 18, rowsRejected: 4, rowsSkipped: 0 };
  const totals = { ...counts, products: 3, quantity: '29', amount: '40.500000', publishedAmount: '40.50' };
  await world.mysql.query("UPDATE etl_runs SET state = 'published', report = ? WHERE run_id = ?", [
    JSON.stringify({ ...EMPTY_FINDINGS, totals }),
    runId,
  ]);
});
afterAll(() => world.stop());

const csv = async (): Promise<Response> => gateway.api('GET', `/api/runs/${runId}/rejects.csv`);

test('rejects come as CSV that no spreadsheet runs', async () => {
  expect((await csv()).status).toBe(404);
  await mkdir(folder, { recursive: true });
  const duckdb = await DuckDBInstance.create(':memory:');
  const connection = await duckdb.connect();
  await connection.run(
    `COPY (SELECT * FROM (VALUES
       ('store_sales', 'same.csv', 2::BIGINT, 'invalid_quantity', '1', '7', '=1+1', '2.00', '2026-01-01', NULL, 1),
       ('store_sales', 'same.csv', 3::BIGINT, 'malformed_row', NULL, NULL, NULL, NULL, NULL, 'a "b", c', 30000),
       ('online_sales', NULL, NULL, 'non_positive_quantity', '5', '9', '-5', '+1', '@x', NULL, NULL)
     ) t(source, file, record, reason, sale_id, product_id, quantity, sale_amount, sale_date, raw, lines)) TO '${join(folder, 'chunk-1.parquet')}' (FORMAT parquet)`,
  );
  expect((await csv()).status).toBe(404);
  await publishRejects(runFolders(world.dataDir, runId), ['chunk-1.parquet']);
  // What an attempt that lost has left behind is not the run's.
  await connection.run(
    `COPY (SELECT * FROM '${join(folder, 'chunk-1.parquet')}') TO '${join(folder, 'chunk-1-lost.parquet')}' (FORMAT parquet)`,
  );
  // Version 0.1.0 named no source.
  await connection.run(
    `COPY (SELECT * EXCLUDE (source, lines) FROM '${join(folder, 'chunk-1.parquet')}') TO '${join(world.dataDir, 'chunk-0.parquet')}' (FORMAT parquet)`,
  );
  connection.closeSync();
  duckdb.closeSync();

  const response = await csv();
  expect(response.headers.get('content-type')).toContain('text/csv');
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="rejects-${runId}.csv"`);
  lines = (await response.text()).split('\n');
  expect(lines[0]).toBe('run_id,source,file,record,reason,sale_id,product_id,quantity,sale_amount,sale_date,raw,lines');
  expect(lines.slice(1, -1).sort()).toEqual(
    [
      `${runId},online_sales,,,non_positive_quantity,5,9,'-5,'+1,'@x,,`,
      `${runId},store_sales,same.csv,2,invalid_quantity,1,7,'=1+1,2.00,2026-01-01,,1`,
      `${runId},store_sales,same.csv,3,malformed_row,,,,,,"a ""b"", c",30000`,
    ].sort(),
  );
  expect(lines.at(-1)).toBe('');
});

test('those of version 0.1.0, which named no source and no lines, come in the same way', async () => {
  await rename(join(world.dataDir, 'chunk-0.parquet'), join(folder, 'chunk-0.parquet'));
  await writeFile(join(world.dataDir, 'runs', runId, 'rejects.json'), JSON.stringify({ files: ['chunk-0.parquet'] }));
  const older = await (await csv()).text();
  expect(older.split('\n').sort()).toEqual(lines.map((line) => line.replace(/,(1|30000)$/, ',')).sort());
});

test('the first of them come as JSON, and how many the report counts', async () => {
  await publishRejects(runFolders(world.dataDir, runId), ['chunk-1.parquet']);
  const { rejects, total } = (await (await gateway.api('GET', `/api/runs/${runId}/rejects`)).json()) as {
    rejects: object[];
    total: number;
  };
  expect(total).toBe(4);
  expect(rejects).toContainEqual({
    source: 'store_sales',
    file: 'same.csv',
    record: '2',
    reason: 'invalid_quantity',
    saleId: '1',
    productId: '7',
    quantity: '=1+1',
    saleAmount: '2.00',
    saleDate: '2026-01-01',
    raw: null,
    lines: 1,
  });
  expect(rejects).toContainEqual(expect.objectContaining({ record: '3', raw: 'a "b", c', lines: 30_000 }));
  expect(rejects).toContainEqual(expect.objectContaining({ source: 'online_sales', lines: null }));
});
