import { createSchema } from '@retail-etl/setup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusal } from '../support/refused-run.js';
import { type Stack, startStack } from '../support/stack.js';
import { canDefine, createSources, define, follow, hasBegunToRead, retried, shownRows, shownSums, SUMS } from '../support/target-table.js';

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

/** Tables under the target's name that people have; what is refused of each, in the words of the message. */
const UNFIT: readonly (readonly [what: string, statements: readonly string[], names: readonly string[]])[] = [
  [
    'as pandas makes it',
    [table('product_id BIGINT, total_quantity BIGINT, total_sale_amount DOUBLE'), row('(7, 1, 139.92999999999998), (9, 1, 2.5)')],
    ['column total_sale_amount is double, not DECIMAL(20,2)', 'no unique key on product_id alone'],
  ],
  [
    'ids of 32 bits',
    [table(`product_id INT PRIMARY KEY, ${SUM_COLUMNS}`), row('(7, 1, 1), (9, 1, 1)')],
    ['column product_id is int(11), not BIGINT'],
  ],
  ['ids above zero alone', [table(`product_id BIGINT UNSIGNED PRIMARY KEY, ${SUM_COLUMNS}`)], ['column product_id is bigint(20) unsigned']],
  [
    'ids of few digits',
    [table(`product_id DECIMAL(12,0) PRIMARY KEY, ${SUM_COLUMNS}`), row('(7, 1, 1)')],
    ['column product_id is decimal(12,0)'],
  ],
  [
    'ids that are text',
    [table(`product_id VARCHAR(20) PRIMARY KEY, ${SUM_COLUMNS}`), row("('7', 1, 1)")],
    ['column product_id is varchar(20)'],
  ],
  [
    'quantities of 32 bits',
    [table('product_id BIGINT PRIMARY KEY, total_quantity INT NOT NULL, total_sale_amount DECIMAL(20,2)'), row('(7, 1, 1)')],
    ['column total_quantity is int(11)'],
  ],
  [
    'floats',
    [table('product_id BIGINT PRIMARY KEY, total_quantity FLOAT, total_sale_amount FLOAT')],
    ['column total_quantity is float', 'column total_sale_amount is float'],
  ],
  [
    'no decimals',
    [table('product_id BIGINT PRIMARY KEY, total_quantity BIGINT, total_sale_amount DECIMAL(20,0)'), row('(7, 1, 1)')],
    ['column total_sale_amount is decimal(20,0)'],
  ],
  [
    'decimals at the cost of digits',
    [table('product_id BIGINT PRIMARY KEY, total_quantity BIGINT, total_sale_amount DECIMAL(20,6)')],
    ['column total_sale_amount is decimal(20,6)'],
  ],
  [
    'too few digits',
    [table('product_id BIGINT PRIMARY KEY, total_quantity BIGINT, total_sale_amount DECIMAL(10,2)')],
    ['column total_sale_amount is decimal(10,2)'],
  ],
  [
    'text',
    [table('product_id BIGINT PRIMARY KEY, total_quantity TEXT, total_sale_amount VARCHAR(30) NOT NULL'), row("(7, '1', '2.50')")],
    ['column total_quantity is text', 'column total_sale_amount is varchar(30)'],
  ],
  [
    'a column too few',
    [table('product_id BIGINT PRIMARY KEY, total_quantity BIGINT'), row('(7, 1)')],
    ['column total_sale_amount is missing'],
  ],
  ['another table', [table('name TEXT, price FLOAT'), row("('a', 1.5)")], ['column product_id is missing']],
  ['no key', [table(`product_id BIGINT, ${SUM_COLUMNS}`), row('(7, 1, 1)')], ['no unique key on product_id alone']],
  [
    'a product twice',
    [table(`product_id BIGINT, ${SUM_COLUMNS}`), row('(7, 1, 1), (101, 1, 1), (101, 1, 1)')],
    ['no unique key on product_id alone', 'product 101 appears 2 times'],
  ],
  [
    'rows without a product',
    [table(`product_id BIGINT, ${SUM_COLUMNS}`), row('(7, 1, 1), (NULL, 1, 1)')],
    ['product NULL appears 1 times'],
  ],
  ['an index that is not unique', [table(`product_id BIGINT, ${SUM_COLUMNS}, KEY (product_id)`)], ['no unique key on product_id alone']],
  [
    'a number of its own for each row',
    [table(`id INT AUTO_INCREMENT PRIMARY KEY, product_id BIGINT, ${SUM_COLUMNS}`), row('(1, 7, 1, 1), (2, 7, 1, 1), (3, 9, 1, 1)')],
    ['no unique key on product_id alone', 'product 7 appears 2 times'],
  ],
  [
    'a key of two columns',
    [
      table(`product_id BIGINT, region INT NOT NULL DEFAULT 0, ${SUM_COLUMNS}, PRIMARY KEY (product_id, region)`),
      row('(7, 1, 1, 1), (7, 2, 1, 1)'),
    ],
    ['no unique key on product_id alone'],
  ],
  [
    'a key with a column that nothing fills',
    [table(`product_id BIGINT, region INT NOT NULL, ${SUM_COLUMNS}, PRIMARY KEY (product_id, region)`), row('(7, 1, 1, 1), (8, 2, 1, 1)')],
    ['column region (int(11) NOT NULL) has no default', 'no unique key on product_id alone'],
  ],
  [
    'a key without the product',
    [table(`product_id BIGINT UNIQUE, region INT NOT NULL DEFAULT 1, ${SUM_COLUMNS}, PRIMARY KEY (region)`), row('(7, 1, 1, 1)')],
    ['its primary key (region) lets no two new products in'],
  ],
  [
    'a number of its own in a key that nothing fills',
    [
      table(`product_id BIGINT UNIQUE, id INT AUTO_INCREMENT, shop INT NOT NULL, ${SUM_COLUMNS}, PRIMARY KEY (id, shop)`),
      row('(7, 1, 1, 1, 1)'),
    ],
    ['column shop', 'its primary key (id, shop)'],
  ],
  [
    'unique sums',
    [table(`${FINE}, UNIQUE KEY by_quantity (total_quantity)`), row('(7, 1, 1)')],
    ['unique key by_quantity (total_quantity) lets no two new products in'],
  ],
  [
    'a unique column with one default',
    [table(`${FINE}, \`the batch\` INT NOT NULL DEFAULT 1, UNIQUE KEY (\`the batch\`)`), row('(7, 1, 1, 1)')],
    ['unique key the batch (the batch) lets no two new products in'],
  ],
  [
    'columns that nothing fills',
    [table(`${FINE}, \`a\`\`b\` VARCHAR(20) NOT NULL, note TEXT NOT NULL`), row("(7, 1, 1, 'x', 'y')")],
    ['column a`b (varchar(20) NOT NULL) has no default', 'column note'],
  ],
  [
    'a sum that is computed',
    [
      table(
        `product_id BIGINT PRIMARY KEY, price DECIMAL(20,2), total_quantity BIGINT, total_sale_amount DECIMAL(20,2) AS (price * total_quantity) VIRTUAL`,
      ),
    ],
    ['column total_sale_amount is generated (virtual generated)'],
  ],
  [
    'a sum that is computed and stored',
    [
      table(
        `product_id BIGINT PRIMARY KEY, price DECIMAL(20,2), total_quantity BIGINT, total_sale_amount DECIMAL(20,2) AS (price * total_quantity) STORED`,
      ),
    ],
    ['column total_sale_amount is generated (stored generated)'],
  ],
  [
    'a product that is computed',
    [table(`code BIGINT, product_id BIGINT AS (code + 1) STORED UNIQUE, ${SUM_COLUMNS}`)],
    ['column product_id is generated'],
  ],
  [
    'a view',
    [
      'CREATE TABLE sums AS SELECT 7 AS product_id, 1 AS total_quantity, 1.5 AS total_sale_amount',
      'CREATE VIEW sales_summary AS SELECT * FROM sums',
    ],
    ['it is a view, not a table'],
  ],
  ['a sequence', ['CREATE SEQUENCE sales_summary'], ['it is a sequence, not a table']],
  ...['MyISAM', 'Aria', 'MEMORY'].map((engine): [string, string[], string[]] => [
    `engine ${engine}`,
    [
      table('product_id BIGINT PRIMARY KEY, total_quantity BIGINT, total_sale_amount DECIMAL(20,4)', `ENGINE=${engine}`),
      row('(999, 1, 1)'),
    ],
    [`its engine is ${engine}, not InnoDB`],
  ]),
  [
    'everything at once',
    [table('product_id INT, total_quantity DOUBLE, extra INT NOT NULL', 'ENGINE=MyISAM'), row('(7, 1, 1), (7, 2, 2), (NULL, 3, 3)')],
    [
      'its engine is MyISAM',
      'column product_id is int(11)',
      'column total_quantity is double',
      'column total_sale_amount is missing',
      'column extra',
      'no unique key',
    ],
  ],
  [
    '32 bits under a foreign key',
    [
      table(`product_id INT PRIMARY KEY, ${SUM_COLUMNS}`),
      row('(7, 1, 1)'),
      'CREATE TABLE `of sums` (p INT, FOREIGN KEY (p) REFERENCES sales_summary (product_id))',
      'INSERT INTO `of sums` VALUES (7)',
    ],
    ['column product_id is int(11)'],
  ],
  [
    'partitions by another column',
    [
      table(
        `product_id BIGINT, region INT NOT NULL DEFAULT 0, ${SUM_COLUMNS}, PRIMARY KEY (product_id, region)`,
        'PARTITION BY HASH (region) PARTITIONS 2',
      ),
      row('(7, 1, 1, 1), (8, 2, 1, 1)'),
    ],
    ['no unique key on product_id alone'],
  ],
  [
    'old versions of rows',
    [table(`product_id INT PRIMARY KEY, ${SUM_COLUMNS}`, 'WITH SYSTEM VERSIONING'), row('(7, 1, 1)')],
    ['column product_id is int(11)'],
  ],
  [
    'old versions of rows, and a product twice',
    [table(`product_id INT, ${SUM_COLUMNS}, note TEXT NOT NULL`, 'WITH SYSTEM VERSIONING'), row("(7, 1, 1, 'a'), (7, 2, 2, 'b')")],
    ['no unique key on product_id alone', 'product 7 appears 2 times'],
  ],
  [
    'a product that was there twice, in old versions alone',
    [table(`product_id BIGINT, ${SUM_COLUMNS}`, 'WITH SYSTEM VERSIONING'), row('(7, 1, 1), (7, 2, 2)'), 'DELETE FROM sales_summary'],
    ['no unique key on product_id alone'],
  ],
  [
    'old versions with columns of their own for their times',
    [
      table(
        `product_id BIGINT, ${SUM_COLUMNS}, since TIMESTAMP(6) GENERATED ALWAYS AS ROW START, until TIMESTAMP(6) GENERATED ALWAYS AS ROW END,
         PERIOD FOR SYSTEM_TIME (since, until)`,
        'WITH SYSTEM VERSIONING',
      ),
      'INSERT INTO sales_summary (product_id, total_quantity, total_sale_amount) VALUES (7, 1, 1), (7, 2, 2)',
    ],
    ['no unique key on product_id alone', 'product 7 appears 2 times'],
  ],
  [
    'old versions of a product that is there once',
    [table(`product_id BIGINT, ${SUM_COLUMNS}`, 'WITH SYSTEM VERSIONING'), row('(7, 1, 1)'), 'UPDATE sales_summary SET total_quantity = 2'],
    ['no unique key on product_id alone'],
  ],
];

/** MariaDB writes `int(11)` where MySQL writes `int`. */
const withoutWidths = (text: string): string => text.replaceAll(/\b(int|bigint)\(\d+\)/g, '$1');

test.for(UNFIT)(
  'a target that does not fit is refused before anything is read, and its remedy works: %s',
  async ([_what, statements, names], context) => {
    context.skip(!(await canDefine(stack, statements)), 'this server does not have it');
    await define(stack, statements);
    const before = await shownRows(stack);
    const report = await stack.run();
    expect(report.error).toMatchObject({ code: 'TARGET_UNFIT', stage: 'extract' });
    const { message } = report.error!;
    for (const name of names) expect(withoutWidths(message)).toContain(withoutWidths(name));
    expect(await hasBegunToRead(stack, report.id)).toBe(false);
    expect(report.sources).toEqual([]);
    expect(await shownRows(stack)).toEqual(before);

    await follow(stack, message);
    expect(await retried(stack, report.id)).toMatchObject({ state: 'published', error: null });
    expect(await shownSums(stack)).toEqual(SUMS);
    expect(await stack.run()).toMatchObject({ state: 'published', changes: { added: 0, changed: 0, removed: 0, unchanged: SUMS.length } });
  },
);

test('rows that keep a table from being changed are removed by the statements', async () => {
  await define(stack, [table(`product_id VARCHAR(20) PRIMARY KEY, ${SUM_COLUMNS}`), row("('seven', 1, 1)")]);
  const { error, id } = await stack.run();
  expect(error).toMatchObject({ code: 'TARGET_UNFIT', remedy: expect.stringContaining('DELETE FROM') as string });
  await follow(stack, error!.message);
  expect((await retried(stack, id)).state).toBe('published');
  expect(await shownSums(stack)).toEqual(SUMS);
});

test('an absent target is told before anything is read, and set-up makes it', async () => {
  await define(stack, []);
  const report = await stack.run();
  expect(report.error).toMatchObject(refusal('MYSQL_MISSING', /sales_summary/));
  expect(await hasBegunToRead(stack, report.id)).toBe(false);
  const [rows] = await stack.mysql.query('SELECT DATABASE() AS name');
  const url = new URL(process.env['MYSQL_URL']!);
  url.pathname = `/${(rows as { name: string }[])[0]!.name}`;
  await createSchema(url.toString());
  expect((await retried(stack, report.id)).state).toBe('published');
  expect(await shownSums(stack)).toEqual(SUMS);
});
