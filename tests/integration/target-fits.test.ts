import type { RunReport } from '@retail-etl/sales';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../support/stack.js';
import { canDefine, createSources, define, retried, shownRows, shownSums, SUMS } from '../support/target-table.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await createSources(stack);
});
afterAll(() => stack.stop());

const table = (columns: string, options = ''): string => `CREATE TABLE sales_summary (${columns}) ${options}`;
const row = (values: string): string => `INSERT INTO sales_summary VALUES ${values}`;
const SUM_COLUMNS = 'total_quantity BIGINT, total_sale_amount DECIMAL(20,2)';
const FINE = `product_id BIGINT PRIMARY KEY, ${SUM_COLUMNS}`;

/** Tables under the target's name that are not the one that set-up makes, and can be the target. */
const FITS: readonly (readonly [what: string, statements: readonly string[]])[] = [
  [
    'more decimals',
    [table('product_id BIGINT PRIMARY KEY, total_quantity BIGINT, total_sale_amount DECIMAL(22,4)'), row('(7, 3, 1.51), (9, 1, 1.2345)')],
  ],
  [
    'as many digits before the point as are needed',
    [table('product_id BIGINT PRIMARY KEY, total_quantity BIGINT, total_sale_amount DECIMAL(20,2)')],
  ],
  [
    'far more decimals',
    [
      table('product_id BIGINT PRIMARY KEY, total_quantity DECIMAL(38,10), total_sale_amount DECIMAL(65,30)'),
      row('(7, 3.0000000001, 1.5100000001)'),
    ],
  ],
  [
    'decimals for all',
    [table('product_id DECIMAL(38,4) PRIMARY KEY, total_quantity DECIMAL(19,0), total_sale_amount NUMERIC(38,4)'), row('(7, 3, 1.51)')],
  ],
  ['NULL sums', [table(FINE), row('(7, NULL, NULL), (8, 1, NULL), (0, NULL, 0.01), (101, NULL, NULL)')]],
  [
    'sums above zero alone',
    [
      table('product_id BIGINT PRIMARY KEY, total_quantity BIGINT UNSIGNED ZEROFILL, total_sale_amount DECIMAL(22,4) UNSIGNED ZEROFILL'),
      row('(7, 900, 900), (8, 1, 2.25)'),
    ],
  ],
  ['a counted product, which may be 0', [table(`product_id BIGINT AUTO_INCREMENT PRIMARY KEY, ${SUM_COLUMNS}`)]],
  [
    'a number of its own for each row, and rows without a product',
    [
      table(`id INT AUTO_INCREMENT PRIMARY KEY, product_id BIGINT NULL UNIQUE, ${SUM_COLUMNS}`),
      row('(1, NULL, 1, 1), (2, NULL, 1, 1), (3, 7, 1, 1)'),
    ],
  ],
  [
    'a UUID for each row',
    [table(`id BINARY(16) PRIMARY KEY DEFAULT (unhex(replace(uuid(), '-', ''))), product_id BIGINT NOT NULL UNIQUE, ${SUM_COLUMNS}`)],
  ],
  [
    'names in upper case, another order',
    [table('TOTAL_SALE_AMOUNT DECIMAL(20,2), Total_Quantity BIGINT, PRODUCT_ID BIGINT PRIMARY KEY'), row('(1, 1, 7)')],
  ],
  [
    'more columns that fill themselves',
    [
      table(`${FINE}, note VARCHAR(9), kind ENUM('a','b') NOT NULL, batch INT NOT NULL DEFAULT 3, hidden INT INVISIBLE,
     at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, mean DECIMAL(20,6) AS (total_sale_amount / total_quantity), twice BIGINT AS (product_id * 2) STORED`),
    ],
  ],
  [
    'more unique keys that never collide',
    [
      table(
        `${FINE}, code VARCHAR(9) UNIQUE, shop INT NOT NULL DEFAULT 1, label VARCHAR(30) AS (CONCAT('P', product_id)) STORED UNIQUE, UNIQUE (shop, product_id), UNIQUE (shop, code)`,
      ),
    ],
  ],
  [
    'a trigger that keeps a log',
    [
      'CREATE TABLE log (product BIGINT, at TIMESTAMP)',
      table(FINE),
      'CREATE TRIGGER logs AFTER INSERT ON sales_summary FOR EACH ROW INSERT INTO log VALUES (NEW.product_id, NOW())',
    ],
  ],
  [
    'foreign keys that cascade, and a check that holds',
    [
      'CREATE TABLE products (id BIGINT PRIMARY KEY)',
      'INSERT INTO products VALUES (-5), (0), (7), (8), (9), (3000000000)',
      table(`${FINE}, CHECK (total_quantity > 0), FOREIGN KEY (product_id) REFERENCES products (id)`),
      row('(7, 1, 1), (9, 1, 1)'),
      'CREATE TABLE notes (p BIGINT, FOREIGN KEY (p) REFERENCES sales_summary (product_id) ON DELETE CASCADE)',
      'INSERT INTO notes VALUES (7), (9)',
    ],
  ],
  ['partitions of the product', [table(FINE, 'PARTITION BY HASH (product_id) PARTITIONS 3'), row('(7, 1, 1), (9, 1, 1)')]],
  [
    'partitions without an end',
    [
      table(FINE, 'PARTITION BY RANGE (product_id) (PARTITION a VALUES LESS THAN (8), PARTITION b VALUES LESS THAN MAXVALUE)'),
      row('(7, 1, 1), (9, 1, 1)'),
    ],
  ],
  ['old versions of rows', [table(FINE, 'WITH SYSTEM VERSIONING'), row('(7, 1, 1), (9, 1, 1)')]],
  [
    'old versions of rows, with their times',
    [
      table(
        `${FINE}, since TIMESTAMP(6) AS ROW START, until TIMESTAMP(6) AS ROW END, PERIOD FOR SYSTEM_TIME (since, until)`.replace(
          /AS ROW/g,
          'GENERATED ALWAYS AS ROW',
        ),
        'WITH SYSTEM VERSIONING',
      ),
      'INSERT INTO sales_summary (product_id, total_quantity, total_sale_amount) VALUES (7, 1, 1), (9, 1, 1)',
    ],
  ],
  [
    'another collation, compressed rows',
    [table(`${FINE}, note VARCHAR(9)`, 'CHARSET=latin1 COLLATE=latin1_german2_ci ROW_FORMAT=COMPRESSED')],
  ],
  [
    'other tables of the names that the services use for temporary ones',
    [table(FINE), 'CREATE TABLE staged_summary (x INT)', 'CREATE TABLE target_rights (x INT)'],
  ],
];

test.for(FITS)('a target that is not quite ours is published to, and seen through the API: %s', async ([_what, statements], context) => {
  context.skip(!(await canDefine(stack, statements)), 'this server does not have it');
  await define(stack, statements);
  expect(await stack.run()).toMatchObject({ state: 'published', error: null });
  expect(await shownSums(stack)).toEqual(SUMS);
  const answer = await (await stack.request('/api/summary')).json();
  const products = SUMS.map((line) => line.split(',')).map(([productId, quantity, amount]) => ({ productId, quantity, amount }));
  expect(answer).toEqual({ products, total: SUMS.length, next: null });
  expect(await stack.run()).toMatchObject({ state: 'published', changes: { added: 0, changed: 0, removed: 0, unchanged: SUMS.length } });
});

test('a dry run tells the differences to rows of other decimals, NULL and none', async () => {
  await define(stack, [
    table('product_id DECIMAL(30,2) PRIMARY KEY, total_quantity DECIMAL(38,10) UNSIGNED, total_sale_amount DECIMAL(40,10) UNSIGNED'),
    row('(7, 3, 1.51), (8, 2.5, 2.2512345678), (3000000000, NULL, NULL), (9, 1, 99)'),
  ]);
  const before = await shownRows(stack);
  const report = await stack.run({ dryRun: true });
  expect(report).toMatchObject({ state: 'previewed', changes: { added: 2, changed: 2, removed: 1, unchanged: 1 } });
  expect(report.differences).toEqual([
    { productId: '9', before: { quantity: '1', amount: '99.00' }, after: null },
    { productId: '3000000000', before: null, after: { quantity: '4', amount: '10.00' } },
    { productId: '-5', before: null, after: { quantity: '1', amount: '1.00' } },
    { productId: '0', before: null, after: { quantity: '5', amount: '0.01' } },
    { productId: '8', before: { quantity: '2.5', amount: '2.2512345678' }, after: { quantity: '1', amount: '2.25' } },
  ]);
  expect(await shownRows(stack)).toEqual(before);
});

describe('what the owner of the target demands of rows', () => {
  test.each<[what: string, statements: string[], names: string, free: string]>([
    [
      'a check',
      [table(`${FINE}, CONSTRAINT at_most CHECK (total_quantity < 4)`), row('(7, 1, 1)')],
      'at_most',
      'ALTER TABLE sales_summary DROP CONSTRAINT at_most',
    ],
    [
      'a foreign key',
      [
        'CREATE TABLE products (id BIGINT PRIMARY KEY)',
        'INSERT INTO products VALUES (7)',
        table(`${FINE}, CONSTRAINT known FOREIGN KEY (product_id) REFERENCES products (id)`),
        row('(7, 1, 1)'),
      ],
      'known',
      'ALTER TABLE sales_summary DROP FOREIGN KEY known',
    ],
    [
      'a table that refers to a product which is no more',
      [
        table(FINE),
        row('(7, 1, 1), (9, 1, 1)'),
        'CREATE TABLE notes (p BIGINT, CONSTRAINT noted FOREIGN KEY (p) REFERENCES sales_summary (product_id))',
        'INSERT INTO notes VALUES (9)',
      ],
      'noted',
      'ALTER TABLE notes DROP FOREIGN KEY noted',
    ],
    [
      'partitions that end',
      [table(FINE, 'PARTITION BY RANGE (product_id) (PARTITION a VALUES LESS THAN (100))'), row('(7, 1, 1)')],
      'no partition for value 3000000000',
      'ALTER TABLE sales_summary ADD PARTITION (PARTITION rest VALUES LESS THAN MAXVALUE)',
    ],
    [
      'a trigger that refuses',
      [
        table(FINE),
        row('(7, 1, 1)'),
        "CREATE TRIGGER t BEFORE INSERT ON sales_summary FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'closed in August'",
      ],
      'closed in August',
      'DROP TRIGGER t',
    ],
  ])('%s', async (_what, statements, names, free) => {
    await define(stack, statements);
    const before = await shownRows(stack);
    const report = await stack.run();
    expect(report.error).toMatchObject({ code: 'TARGET_CONSTRAINT', message: expect.stringContaining(names) as string, stage: 'load' });
    expect(report.published).toBeNull();
    expect(await shownRows(stack)).toEqual(before);
    await stack.mysql.query(free);
    expect((await retried(stack, report.id)).state).toBe('published');
    expect(await shownSums(stack)).toEqual(SUMS);
  });

  test('a trigger that changes what is written', async () => {
    await define(stack, [
      table(FINE),
      row('(7, 1, 1)'),
      'CREATE TRIGGER t BEFORE INSERT ON sales_summary FOR EACH ROW SET NEW.total_quantity = NEW.total_quantity + 1',
    ]);
    const before = await shownRows(stack);
    const report = await stack.run();
    expect(report.error).toMatchObject({ code: 'BOOKS_UNBALANCED', message: expect.stringContaining('trigger') as string });
    expect(await shownRows(stack)).toEqual(before);
    await stack.mysql.query('DROP TRIGGER t');
    expect((await retried(stack, report.id)).state).toBe('published');
  });
});

/** Starts a run, and alters its target once `isThere` says so. */
async function alterMeanwhile(isThere: (runId: string) => Promise<boolean>, goOn: () => Promise<unknown>): Promise<RunReport> {
  const response = await stack.request('/api/runs', { method: 'POST', body: '{}' });
  const { id } = (await response.json()) as { id: string };
  await expect.poll(() => isThere(id), { timeout: 20_000, interval: 5 }).toBe(true);
  await stack.mysql.query('ALTER TABLE sales_summary ENGINE=MyISAM');
  await goOn();
  return stack.ended(id);
}

describe('a target that is altered while the run works is left as it is, and the message is true', () => {
  beforeEach(() => define(stack, [table(FINE), row('(999, 1, 1)')]));
  const refused = {
    state: 'failed',
    published: null,
    error: { code: 'TARGET_UNFIT', stage: 'load', message: expect.stringContaining('MyISAM') as string },
  };

  test('before the loader stages', async () => {
    const { loader } = stack.services;
    loader.kill('SIGSTOP');
    const isMerged = async (id: string): Promise<boolean> =>
      ((await (await stack.request(`/api/runs/${id}`)).json()) as RunReport).totals !== null;
    const report = await alterMeanwhile(isMerged, () => Promise.resolve(loader.kill('SIGCONT')));
    expect(report).toMatchObject(refused);
    expect(report.changes).toBeNull();
    expect(await shownSums(stack)).toEqual(['999,1,1.00']);
  });

  test('before the loader publishes what it has staged and compared', async () => {
    const holder = await stack.mysql.getConnection();
    await holder.query('START TRANSACTION');
    await holder.query('SELECT * FROM etl_published FOR UPDATE');
    const isAtFence = async (): Promise<boolean> => {
      const [rows] = await holder.query(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE 'UPDATE etl_published%'",
      );
      return (rows as unknown[]).length > 0;
    };
    const report = await alterMeanwhile(isAtFence, () => holder.query('ROLLBACK'));
    holder.release();
    expect(report).toMatchObject(refused);
    expect(await shownSums(stack)).toEqual(['999,1,1.00']);
  });
});
