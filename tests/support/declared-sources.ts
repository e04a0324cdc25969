import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createSummaryTables, openDatabase } from '@retail-etl/mysql';
import { parseDefinition } from '@retail-etl/sales';
import type { Stack } from './stack.js';

/** Declares sources for the next run, and makes the tables of the declared summaries anew. */
export async function declare(stack: Stack, yaml: string): Promise<void> {
  await writeFile(join(stack.dataDir, 'sources.yaml'), yaml);
  const { summaries } = parseDefinition(yaml, 'sources.yaml');
  for (const { name } of summaries) await stack.mysql.query(`DROP TABLE IF EXISTS \`${name}\``);
  const opened = openDatabase(stack.mysqlUrl, { connectionsMax: 1 });
  await createSummaryTables(opened, summaries);
  await opened.end();
}

/** The columns of most of these tests. */
export const COLUMNS = 'columns: { product_id: sku, quantity: qty, sale_amount: total, sale_date: day }';

/** Puts a file into the input folder, at a path with folders. */
export async function putAt(stack: Stack, path: string, content: string | Buffer): Promise<void> {
  const file = join(stack.dataDir, 'input', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** All rows of a table, cells joined by a bar, sorted. */
export async function rowsOf(stack: Stack, table: string): Promise<string[]> {
  const [rows] = await stack.mysql.query({ sql: `SELECT * FROM \`${table}\``, rowsAsArray: true, dateStrings: true });
  return (rows as unknown[][]).map((row) => row.join('|')).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The lines of a published summary. */
export async function csvOf(stack: Stack, name: string): Promise<string[]> {
  return (await readFile(join(stack.dataDir, 'output', `${name}.csv`), 'utf8')).trimEnd().split('\n');
}

export async function emptyInput(stack: Stack): Promise<void> {
  await rm(join(stack.dataDir, 'input'), { recursive: true });
  await mkdir(join(stack.dataDir, 'input'));
}
