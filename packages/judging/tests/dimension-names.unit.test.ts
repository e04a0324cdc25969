import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import { judgeChunk, mergePartials } from '@retail-etl/judging';
import { parseDefinition } from '@retail-etl/sales';
import { afterAll, beforeAll, expect, test } from 'vitest';

let dir: string;
let engine: Engine;
let connection: DuckDbConnection;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'retail-etl-dimensions-'));
  engine = await openEngine(dir);
  connection = await engine.connect();
});
afterAll(async () => {
  connection.closeSync();
  engine.close();
  await rm(dir, { recursive: true });
});

const NAMES = [
  'store',
  'segment',
  'day',
  'amount',
  'outcome',
  'texts',
  'record',
  'reason',
  'file',
  'source',
  'total',
  'n',
  's',
  'j',
  'merged',
  'date',
  'time',
  'quantity_value',
  'product_or_row',
  'file_row_number',
  'c1',
  'c2',
  'in_store',
  'key_store',
  'price',
  'less',
  'sale_date_text',
  'user',
  'position',
  'end',
  'some',
  'only',
  'offset_',
  'do',
  'placing',
  'returning_',
  'symmetric',
  'initially',
  'pivot',
  'summarize',
  'analyse',
  'any',
  'array',
  'cast',
  'variadic',
  'row',
  'rows',
  'order',
  'group',
  'rank',
  'select',
  'table',
];

test.each(NAMES)('a summary may be grouped by a column of the name %s', async (name) => {
  const { model, sources, summaries } = parseDefinition(
    `product: text
summaries: { daily: [sale_date, ${name}, product_id] }
sources:
  - name: shop
    files: '*.csv'
    returns: separate
    columns: { product_id: P, quantity: Q, sale_amount: { price: A, less: L }, sale_date: D, ${name}: X }
`,
    'sources.yaml',
  );
  const values: Record<string, readonly string[]> = {
    P: ['b', 'a', 'a', 'a'],
    Q: ['2', '1', '3', 'x'],
    A: ['5', '1.50', '2', '1'],
    L: ['1', '0', '0.5', '0'],
    D: ['2026-01-02', '2026-01-02', '2026-01-02', '2026-01-02'],
    X: ['west', 'east', 'west', 'west'],
  };
  const rows = [0, 1, 2, 3].map(
    (row) => `(${[row, ...sources[0]!.inputs.map((input) => `'${values[input.names[0]!]![row]}'`)].join(', ')})`,
  );
  const paths = { rowsPath: join(dir, 'rows'), partialPath: join(dir, 'partial'), rejectsPath: join(dir, 'rejects') };
  const columns = sources[0]!.inputs.map((input) => input.name).join(', ');
  await connection.run(
    `COPY (SELECT * EXCLUDE n FROM (VALUES ${rows.join(', ')}) AS v(n, ${columns}) ORDER BY n) TO '${paths.rowsPath}' (FORMAT parquet)`,
  );
  const { books, sums } = await judgeChunk(connection, {
    source: 'shop',
    segments: [{ file: 'a.csv', firstRow: 0, firstRecord: 1 }],
    rules: { model, source: sources[0]!, dateFormats: [] },
    malformedPath: null,
    carryTexts: true,
    ...paths,
  });
  expect(books[0]).toMatchObject({ rowsAccepted: 3, rejectsByReason: { invalid_quantity: 1 } });
  await mergePartials(connection, [{ path: paths.partialPath, sums }], summaries[1]!, join(dir, 'daily.csv'), new AbortController().signal);
  expect((await readFile(join(dir, 'daily.csv'), 'utf8')).split('\n')).toEqual([
    `sale_date,${name},product_id,total_quantity,total_sale_amount,returned_quantity,returned_amount`,
    '2026-01-02,east,a,1,1.50,0,0.00',
    '2026-01-02,west,a,3,5.50,0,0.00',
    '2026-01-02,west,b,2,9.00,0,0.00',
    '',
  ]);
});
