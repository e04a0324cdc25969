import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createSales, HEADER, putFile } from './sales-rows.js';
import type { Stack } from './stack.js';

/** Two sources whose products are below zero, zero, small, and beyond 32 bits. */
export async function createSources(stack: Stack): Promise<void> {
  await createSales(stack, "(1, 7, 2, 1.50, '2026-01-01'), (2, 8, 1, 2.25, '2026-01-02'), (3, 7, 1, 0.01, '2026-01-03')");
  const rows = ['4,3000000000,4,10.00,2026-01-01', '5,0,5,0.01,2026-01-01', '6,-5,1,1.00,2026-01-01'];
  await putFile(stack, 'store.csv', `${HEADER}${rows.join('\n')}\n`);
}

/** What they sum up to. */
export const SUMS = ['-5,1,1.00', '0,5,0.01', '7,3,1.51', '8,1,2.25', '3000000000,4,10.00'];

/** What MySQL does not have. */
const OF_MARIADB = /SEQUENCE|ENGINE=Aria|SYSTEM VERSIONING|PERIOD FOR SYSTEM_TIME/;

/** Whether the server of this test run can carry the statements out. */
export async function canDefine(stack: Stack, statements: readonly string[]): Promise<boolean> {
  if (!statements.some((statement) => OF_MARIADB.test(statement))) return true;
  const [rows] = await stack.mysql.query('SELECT VERSION() AS version');
  return (rows as { version: string }[])[0]!.version.includes('MariaDB');
}

/** Drops everything but the ledger, and makes what the statements say. */
export async function define(stack: Stack, statements: readonly string[]): Promise<void> {
  const connection = await stack.mysql.getConnection();
  try {
    await connection.query('SET foreign_key_checks = 0');
    const [tables] = await connection.query(
      `SELECT TABLE_NAME AS name, TABLE_TYPE AS kind FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE 'etl%'`,
    );
    for (const { name, kind } of tables as { name: string; kind: string }[])
      await connection.query(`DROP ${kind === 'VIEW' || kind === 'SEQUENCE' ? kind : 'TABLE'} \`${name}\``);
    await connection.query('SET foreign_key_checks = 1');
    for (const statement of statements) await connection.query(statement);
  } finally {
    connection.release();
  }
}

/** Executes the statements with which the message of a refusal ends, as they stand. */
export async function follow(stack: Stack, message: string): Promise<void> {
  const [, text = ''] = message.split('To change that: ');
  const statements = text.split(/;(?: |$)/).filter((statement) => statement !== '');
  if (statements.length === 0) throw new Error(`no statement in: ${message}`);
  const connection = await stack.mysql.getConnection();
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    connection.release();
  }
}

/** The target's three columns by product, as numbers, whatever its types are. */
export async function shownSums(stack: Stack): Promise<string[]> {
  const [rows] = await stack.mysql.query(
    `SELECT CONCAT_WS(',', CAST(product_id AS DECIMAL(30,0)), CAST(total_quantity AS DECIMAL(30,0)), CAST(total_sale_amount AS DECIMAL(30,2))) AS line
     FROM sales_summary ORDER BY CAST(product_id AS DECIMAL(30,0))`,
  );
  return (rows as { line: string }[]).map(({ line }) => line);
}

/** Everything that the target holds, in any order; whatever it is. */
export async function shownRows(stack: Stack): Promise<string[]> {
  const [rows] = await stack.mysql.query('SELECT * FROM sales_summary');
  return (rows as object[]).map((row) => JSON.stringify(row)).sort();
}

/** Whether a run has left anything in the folder that its first step makes before it reads. */
export async function hasBegunToRead(stack: Stack, runId: string): Promise<boolean> {
  return access(join(stack.dataDir, 'staging', runId)).then(
    () => true,
    () => false,
  );
}

/** Retries a failed run and waits for its end. */
export async function retried(stack: Stack, runId: string): ReturnType<Stack['ended']> {
  const response = await stack.request(`/api/runs/${runId}/retry`, { method: 'POST' });
  if (!response.ok) throw new Error(`the retry was answered ${response.status}: ${await response.text()}`);
  return stack.ended(runId);
}
