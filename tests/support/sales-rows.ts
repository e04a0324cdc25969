import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from './stack.js';

/** Creates the source table with rows given as SQL VALUES; every column is text where `asText` is set. */
export async function createSales(stack: Stack, rows: string, asText = false): Promise<void> {
  await stack.postgres.query('DROP TABLE IF EXISTS online_sales');
  await stack.postgres.query(
    asText
      ? 'CREATE TABLE online_sales (sale_id text, product_id text, quantity text, sale_amount text, sale_date text)'
      : 'CREATE TABLE online_sales (sale_id SERIAL PRIMARY KEY, product_id INTEGER, quantity INTEGER, sale_amount DECIMAL(10,2), sale_date DATE)',
  );
  if (rows !== '') await stack.postgres.query(`INSERT INTO online_sales VALUES ${rows}`);
}

/** Puts a store file into the stack's input folder. */
export async function putFile(stack: Stack, name: string, content: string | Uint8Array): Promise<void> {
  await writeFile(join(stack.dataDir, 'input', name), content);
}

export const HEADER = 'sale_id,product_id,quantity,sale_amount,sale_date\n';
