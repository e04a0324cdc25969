import { REJECT_CSV_COLUMNS, type RunReport } from '@retail-etl/sales';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readRecords } from './oracle-csv.js';
import { type OracleOutcome, type RejectCells, spreadsheetCell } from './oracle-run.js';
import type { Stack } from './stack.js';

/** Reads what a run left behind, for comparison with the oracle. */

/** The published table as `product_id,total_quantity,total_sale_amount`, by product. */
export async function publishedRows(stack: Stack): Promise<string[]> {
  const [rows] = await stack.mysql.query(
    "SELECT CONCAT_WS(',', product_id, total_quantity, total_sale_amount) AS line FROM sales_summary ORDER BY product_id",
  );
  return (rows as { line: string }[]).map(({ line }) => line);
}

export function publishedCsv(stack: Stack): Promise<string> {
  return readFile(join(stack.dataDir, 'output', 'sales_summary.csv'), 'utf8');
}

/** Cells of the run's rejects CSV without `run_id`, in the order of the CSV. */
export async function rejectsOf(stack: Stack, runId: string): Promise<RejectCells[]> {
  const response = await stack.request(`/api/runs/${runId}/rejects.csv`);
  expect(response.status).toBe(200);
  const body = Buffer.from(await response.arrayBuffer());
  const [header, ...records] = readRecords(body, { delimiter: ',', fieldCount: REJECT_CSV_COLUMNS.length, recordBytesMax: Infinity });
  expect(header?.fields).toEqual([
    'run_id',
    'source',
    'file',
    'record',
    'reason',
    'sale_id',
    'product_id',
    'quantity',
    'sale_amount',
    'sale_date',
    'raw',
    'lines',
  ]);
  return records.map(({ fields, raw }) => {
    if (fields === null) throw new Error(`a line of the rejects is no CSV: ${raw.toString().slice(0, 500)}`);
    expect(fields[0]).toBe(runId);
    return fields.slice(1);
  });
}

/** Compares the report's books, the rejects and what is published with the oracle. */
export async function expectOutcome(stack: Stack, report: RunReport, expected: OracleOutcome): Promise<void> {
  expect(report.error).toBeNull();
  expect(report.state).toBe('published');
  expect(report.sources).toEqual(expected.sources);
  expect(report.totals).toMatchObject({
    products: expected.lines.length,
    quantity: expected.quantity,
    amount: expected.amount,
    publishedAmount: expected.publishedAmount,
  });
  expect(await publishedRows(stack)).toEqual(expected.lines);
  expect(await publishedCsv(stack)).toBe(['product_id,total_quantity,total_sale_amount', ...expected.lines, ''].join('\n'));
  await expectRejects(stack, report.id, expected.rejects);
}

export async function expectRejects(stack: Stack, runId: string, expected: readonly RejectCells[]): Promise<void> {
  const rejects = await rejectsOf(stack, runId);
  const inOrder = (cells: readonly RejectCells[]): string[] => cells.map((row) => JSON.stringify(row)).sort();
  expect(inOrder(rejects)).toEqual(inOrder(expected.map((row) => row.map(spreadsheetCell))));
  // Those of the table first, those of files by record.
  const places = rejects.map(([source = '', file = '', record = '']) => [source, file, record.padStart(12, '0')].join('\0'));
  const placesIn = (name: string): string[] => places.filter((place) => place.split('\0')[1] === name);
  for (const file of new Set(rejects.map((cells) => cells[1] ?? ''))) expect(placesIn(file)).toEqual(placesIn(file).toSorted());
}

/** Empties the input folder. */
export async function clearInput(stack: Stack): Promise<void> {
  await rm(join(stack.dataDir, 'input'), { recursive: true });
  await mkdir(join(stack.dataDir, 'input'));
}
