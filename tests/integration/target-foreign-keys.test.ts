import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../support/stack.js';
import { createSources, define, follow, retried, shownSums, SUMS } from '../support/target-table.js';

let stack: Stack;
/** A schema beside the target's, whose tables refer to it. */
let other: string;
beforeAll(async () => {
  stack = await startStack();
  await createSources(stack);
  const [rows] = await stack.mysql.query('SELECT DATABASE() AS name');
  other = `${(rows as { name: string }[])[0]!.name}_other`;
});
afterEach(async () => {
  const connection = await stack.mysql.getConnection();
  await connection.query('SET foreign_key_checks = 0');
  await connection.query(`DROP DATABASE IF EXISTS ${other}`);
  await connection.query('SET foreign_key_checks = 1');
  connection.release();
});
afterAll(() => stack.stop());

const COLUMNS = 'total_quantity BIGINT, total_sale_amount DECIMAL(20,2)';
const TARGET = `CREATE TABLE sales_summary (product_id INT PRIMARY KEY, ${COLUMNS})`;
const ROWS = 'INSERT INTO sales_summary (product_id, total_quantity, total_sale_amount) VALUES (7, 1, 1), (8, 1, 1)';

/** Every foreign key of both schemas as the server shows it, column by column, and the types that they tie together. */
async function foreignKeys(): Promise<string[]> {
  const [rows] = await stack.mysql.query(
    `SELECT CONCAT_WS(' ', k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA,
              k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE) AS line
     FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
       ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
     WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND k.TABLE_SCHEMA IN (DATABASE(), ?)`,
    [other],
  );
  return (rows as { line: string }[]).map(({ line }) => line).sort();
}

async function definitionOf(table: string, column: string, schema: string | null = null): Promise<object> {
  const [rows] = await stack.mysql.query(
    `SELECT DATA_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS value, COLUMN_COMMENT AS comment, EXTRA AS extra
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND COLUMN_NAME = ?`,
    [schema, table, column],
  );
  return (rows as object[])[0]!;
}

/** Runs, follows the remedy, and retries; the foreign keys before and after are the same. */
async function mend(): Promise<string> {
  const before = await foreignKeys();
  expect(before).not.toEqual([]);
  const report = await stack.run();
  expect(report.error).toMatchObject({ code: 'TARGET_UNFIT' });
  await follow(stack, report.error!.message);
  expect(await foreignKeys()).toEqual(before);
  expect(await retried(stack, report.id)).toMatchObject({ state: 'published', error: null });
  expect(await shownSums(stack)).toEqual(SUMS);
  return report.error!.message;
}

test("children keep their keys with their rules, and the rest of their columns' definitions", async () => {
  await define(stack, [
    TARGET,
    ROWS,
    `CREATE TABLE cascading (id INT PRIMARY KEY, p INT NOT NULL DEFAULT 7 COMMENT 'it''s the "product" or C:\\\\7',
       CONSTRAINT of_cascade FOREIGN KEY (p) REFERENCES sales_summary (product_id) ON DELETE CASCADE ON UPDATE CASCADE)`,
    'CREATE TABLE `set null` (`the ``p` INT, FOREIGN KEY (`the ``p`) REFERENCES sales_summary (PRODUCT_ID) ON DELETE SET NULL)',
    'CREATE TABLE plain (p INT, FOREIGN KEY (p) REFERENCES sales_summary (product_id))',
    'INSERT INTO cascading VALUES (1, 7), (2, 8)',
    'INSERT INTO `set null` VALUES (7), (NULL)',
    'INSERT INTO plain VALUES (8)',
  ]);
  const before = await definitionOf('cascading', 'p');
  await mend();
  expect(await definitionOf('cascading', 'p')).toEqual({ ...before, type: 'bigint' });
  const [rows] = await stack.mysql.query('SELECT id, p FROM cascading ORDER BY id');
  expect(rows).toEqual([
    { id: 1, p: '7' },
    { id: 2, p: '8' },
  ]);
  await stack.mysql.query('DELETE FROM plain');
  // The rules are in force.
  await stack.mysql.query('DELETE FROM sales_summary WHERE product_id = 7');
  expect((await stack.mysql.query('SELECT id FROM cascading'))[0]).toEqual([{ id: 2 }]);
  expect((await stack.mysql.query('SELECT COUNT(*) AS n FROM `set null` WHERE `the ``p` IS NULL'))[0]).toEqual([{ n: '2' }]);
});

test('children of other schemas, and what refers to them', async () => {
  const here = other.slice(0, -'_other'.length);
  await define(stack, [
    TARGET,
    ROWS,
    `CREATE DATABASE ${other}`,
    `CREATE TABLE ${other}.sales_summary (p INT PRIMARY KEY, FOREIGN KEY (p) REFERENCES ${here}.sales_summary (product_id) ON UPDATE CASCADE)`,
    `CREATE TABLE ${other}.grandchild (p INT, FOREIGN KEY (p) REFERENCES ${other}.sales_summary (p) ON DELETE CASCADE)`,
    `CREATE TABLE back_again (p INT, FOREIGN KEY (p) REFERENCES ${other}.sales_summary (p))`,
    `INSERT INTO ${other}.sales_summary VALUES (7)`,
    `INSERT INTO ${other}.grandchild VALUES (7)`,
    'INSERT INTO back_again VALUES (7)',
  ]);
  await mend();
  for (const [table, schema] of [
    ['sales_summary', other],
    ['grandchild', other],
    ['back_again', here],
  ] as const)
    expect(await definitionOf(table, 'p', schema)).toMatchObject({ type: 'bigint' });
});

test('all columns of a composite key', async () => {
  await define(stack, [
    `CREATE TABLE sales_summary (region INT NOT NULL DEFAULT 1, product_id INT, ${COLUMNS}, PRIMARY KEY (product_id), UNIQUE KEY (region, product_id))`,
    ROWS,
    `CREATE TABLE child (r INT, p INT, CONSTRAINT both_columns FOREIGN KEY (r, p) REFERENCES sales_summary (region, product_id) ON DELETE CASCADE)`,
    'INSERT INTO child VALUES (1, 7)',
  ]);
  await mend();
  expect(await definitionOf('child', 'r')).toMatchObject({ type: 'int' });
  expect((await stack.mysql.query('SELECT r, p FROM child'))[0]).toEqual([{ r: 1, p: '7' }]);
});

test('the target refers to products that count themselves, to itself, and a sister refers to them too', async () => {
  await define(stack, [
    'CREATE TABLE products (id INT AUTO_INCREMENT PRIMARY KEY)',
    "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
    'INSERT INTO products VALUES (-5), (0), (7), (8)',
    `CREATE TABLE sales_summary (product_id INT PRIMARY KEY, ${COLUMNS}, replaces INT, FOREIGN KEY (product_id) REFERENCES products (id),
       FOREIGN KEY (replaces) REFERENCES sales_summary (product_id) ON DELETE SET NULL)`,
    ROWS,
    'CREATE TABLE sister (p INT, FOREIGN KEY (p) REFERENCES products (id))',
    'INSERT INTO sister VALUES (8)',
  ]);
  const before = await foreignKeys();
  const report = await stack.run();
  await follow(stack, report.error!.message);
  expect(await foreignKeys()).toEqual(before);
  expect(await definitionOf('products', 'id')).toMatchObject({ type: 'bigint', extra: 'auto_increment' });
  // What the owner demands stays in force: there is no such product.
  expect(await retried(stack, report.id)).toMatchObject({ error: { code: 'TARGET_CONSTRAINT' } });
  await stack.mysql.query('INSERT INTO products VALUES (3000000000)');
  expect(await retried(stack, report.id)).toMatchObject({ state: 'published' });
});

test('codes that are text: the children become numbers, and a key on codes of others is dropped for good', async () => {
  await define(stack, [
    'CREATE TABLE codes (code VARCHAR(20) PRIMARY KEY)',
    "INSERT INTO codes VALUES ('7'), ('8'), ('A-9')",
    `CREATE TABLE sales_summary (product_id VARCHAR(20) PRIMARY KEY, ${COLUMNS}, CONSTRAINT of_codes FOREIGN KEY (product_id) REFERENCES codes (code))`,
    ROWS,
    "CREATE TABLE child (p VARCHAR(20) NOT NULL DEFAULT '7', FOREIGN KEY (p) REFERENCES sales_summary (product_id))",
    "INSERT INTO child VALUES ('8')",
  ]);
  const before = await foreignKeys();
  const report = await stack.run();
  await follow(stack, report.error!.message);
  expect(await foreignKeys()).toEqual(before.filter((line) => !line.includes('of_codes')));
  expect(await retried(stack, report.id)).toMatchObject({ state: 'published', error: null });
  expect((await stack.mysql.query("SELECT code FROM codes WHERE code = 'A-9'"))[0]).toEqual([{ code: 'A-9' }]);
});
