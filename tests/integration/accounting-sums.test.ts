import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clearInput, publishedCsv, publishedRows, rejectsOf } from '../support/oracle-stack.js';
import { createSales, HEADER, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ MAX_REJECT_RATIO: '1' });
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await clearInput(stack);
  await stack.postgres.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
});

/** The source as a view: as good as a table, and made at once whatever its size. */
async function createView(rows: string): Promise<void> {
  await stack.postgres.query(`CREATE VIEW online_sales (sale_id, product_id, quantity, sale_amount, sale_date) AS ${rows}`);
}

const MAX = '9223372036854775807';

describe('sums', () => {
  test('a million times 0.10 in a table and in a file, and totals beyond DECIMAL(10,2)', async () => {
    await createView(
      `SELECT n, 1, 1, 0.10, date '2026-01-01' FROM generate_series(1, 1000000) n
       UNION ALL SELECT n, 2, 2147483647, 99999999.99, '2026-01-01' FROM generate_series(1, 300) n`,
    );
    await putFile(stack, 'tenths.csv', `${HEADER}${'1,3,1,0.10,2026-01-01\n'.repeat(1_000_000)}`);
    const report = await stack.run();
    expect(report.error).toBeNull();
    expect(await publishedRows(stack)).toEqual(['1,1000000,100000.00', '2,644245094100,29999999997.00', '3,1000000,100000.00']);
    // PostgreSQL's numeric says the same of the table.
    const { rows } = await stack.postgres.query<{ line: string }>(
      "SELECT concat_ws(',', product_id, sum(quantity), round(sum(sale_amount), 2)) AS line FROM online_sales GROUP BY product_id ORDER BY product_id",
    );
    expect(rows.map(({ line }) => line)).toEqual((await publishedRows(stack)).slice(0, 2));
    expect(report.totals).toMatchObject({
      rowsRead: 2_000_300,
      rowsAccepted: 2_000_300,
      quantity: '644247094100',
      amount: '30000199997.000000',
    });
  });

  test('six decimals are summed exactly and rounded once, half up', async () => {
    await createSales(
      stack,
      "('1', '1', '1', '0.004999', '2026-01-01'), ('2', '2', '1', '0.005', '2026-01-01'), ('3', '5', '1', '0.333333', '2026-01-01')",
      true,
    );
    const sales = [
      '1,1,1,0.000001',
      '2,2,1,1.00',
      '3,3,1,0.001',
      '4,3,1,0.001',
      '5,3,1,0.0029',
      '6,4,1,2.675',
      '7,5,1,0.333333',
      '8,5,1,0.333333',
      '9,6,1,0.000001',
    ];
    await putFile(stack, 'six.csv', HEADER + sales.map((sale) => `${sale},2026-01-01\n`).join(''));
    const report = await stack.run();
    // 0.005000, 1.005, 0.0049, 2.675, 0.999999 and 0.000001: the parts rounded first would give other cents.
    expect(await publishedRows(stack)).toEqual(['1,2,0.01', '2,2,1.01', '3,3,0.00', '4,1,2.68', '5,3,1.00', '6,1,0.00']);
    expect(report.totals).toMatchObject({ amount: '4.689900', publishedAmount: '4.70' });
    expect(await publishedCsv(stack)).toBe(
      'product_id,total_quantity,total_sale_amount\n1,2,0.01\n2,2,1.01\n3,3,0.00\n4,1,2.68\n5,3,1.00\n6,1,0.00\n',
    );
  });

  test('product ids and quantities at the ends of BIGINT, sorted as numbers', async () => {
    await createSales(stack, "('1', '10', '1', '1', '2026-01-01')", true);
    const products = [MAX, '-9223372036854775808', '9', '-1', '0', '9223372036854775808', '-9223372036854775809'];
    await putFile(
      stack,
      'ends.csv',
      HEADER + products.map((product, index) => `${index},${product},${index === 0 ? MAX : 1},999999999999.999999,2026-01-01\n`).join(''),
    );
    const report = await stack.run();
    expect(report.error).toBeNull();
    const row = (product: string, quantity = '1', amount = '1000000000000.00'): string => [product, quantity, amount].join(',');
    expect(await publishedRows(stack)).toEqual([
      row('-9223372036854775808'),
      row('-1'),
      row('0'),
      row('9'),
      row('10', '1', '1.00'),
      row(MAX, MAX),
    ]);
    expect(report.sources[1]?.rejectsByReason).toEqual({ invalid_product_id: 2 });
    expect(report.totals).toMatchObject({
      quantity: '9223372036854775812',
      amount: '5000000000000.999995',
      publishedAmount: '5000000000001.00',
    });
  });
});

describe('a total that the target cannot hold', () => {
  test.each([
    ['the largest quantity still fits', [`1,1,${MAX},1`], null],
    [
      'a quantity over 2^63-1',
      [`1,1,${MAX},1`, '2,1,1,1'],
      `product 1: quantity 9223372036854775808, amount 2.000000 do not fit BIGINT and DECIMAL(20,2)`,
    ],
    [
      'a quantity over 2^64',
      [`1,4,${MAX},1`, `2,4,${MAX},1`, `3,4,${MAX},1`, '4,5,1,1'],
      `product 4: quantity 27670116110564327421, amount 3.000000 do not fit BIGINT and DECIMAL(20,2)`,
    ],
  ])('%s', async (_what, sales, message) => {
    await createSales(stack, "(1, 77, 1, 1.00, '2026-01-01')");
    await putFile(stack, 'large.csv', HEADER + sales.map((sale) => `${sale},2026-01-01\n`).join(''));
    const before = await publishedRows(stack);
    const report = await stack.run();
    if (message === null) {
      expect(report.error).toBeNull();
      expect(await publishedRows(stack)).toEqual([`1,${MAX},1.00`, '77,1,1.00']);
    } else {
      expect(report.error).toMatchObject({ code: 'TARGET_OVERFLOW', message });
      expect(await publishedRows(stack)).toEqual(before);
    }
  });

  test('an amount of 10^18, to the cent, spread over table and file', async () => {
    // 1,000,000 times 999,999,999,999.99 and 10,000 make 10^18 exactly; one cent less is the largest total.
    await createView("SELECT n, 9, 1, 999999999999.99, date '2026-01-01' FROM generate_series(1, 1000000) n");
    await putFile(stack, 'rest.csv', `${HEADER}1,9,1,9999.994999,2026-01-01\n`);
    const fits = await stack.run();
    expect(fits.error).toBeNull();
    expect(await publishedRows(stack)).toEqual(['9,1000001,999999999999999999.99']);
    await putFile(stack, 'rest.csv', `${HEADER}1,9,1,9999.995,2026-01-01\n`);
    const report = await stack.run();
    expect(report.error).toMatchObject({
      code: 'TARGET_OVERFLOW',
      message: 'product 9: quantity 1000001, amount 999999999999999999.995000 do not fit BIGINT and DECIMAL(20,2)',
    });
    expect(await publishedRows(stack)).toEqual(['9,1000001,999999999999999999.99']);
  });
});

describe('the rejects as CSV', () => {
  test('no cell is a formula to a spreadsheet', async () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://x","a,b")'];
    await createSales(stack, "('=cmd', '-1', '+1', '@x', '-2026')", true);
    const quoted = formulas.map((text) => `"${text.replaceAll('"', '""')}"`);
    // A product of -1 is good, so each row has a bad date beside its formula.
    await putFile(stack, '=x.csv', `${HEADER}${quoted.map((text) => `1,${text},1,1,x\n`).join('')}=1,2\n-plain'\n`);
    const report = await stack.run({ dryRun: true });
    const response = await stack.request(`/api/runs/${report.id}/rejects.csv`);
    expect(response.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(response.headers.get('content-length')).toBeNull();
    const lines = [
      ...formulas.map((text, index) => [
        'store_sales',
        "'=x.csv",
        String(index + 1),
        text === '+1' || text === '-1' ? 'invalid_date' : 'invalid_product_id',
        '1',
        `'${text}`,
        '1',
        '1',
        'x',
        '',
        '1',
      ]),
      ['store_sales', "'=x.csv", '8', 'malformed_row', '', '', '', '', '', "'=1,2", '1'],
      ['store_sales', "'=x.csv", '9', 'malformed_row', '', '', '', '', '', "'-plain'", '1'],
    ];
    expect(await rejectsOf(stack, report.id)).toEqual([
      ['online_sales', '', '', 'invalid_sale_id', "'=cmd", "'-1", "'+1", "'@x", "'-2026", '', ''],
      ...lines,
    ]);
  });

  test('whatever their number: 100,000 of them, in order, in pieces', async () => {
    await createSales(stack, "(1, 77, 1, 1.00, '2026-01-01')");
    const records = 100_000;
    await putFile(stack, 'bad.csv', HEADER + Array.from({ length: records }, (_, index) => `${index},7,x,1.50,2026-01-01\n`).join(''));
    const report = await stack.run({ dryRun: true });
    const response = await stack.request(`/api/runs/${report.id}/rejects.csv`);
    let pieces = 0;
    let text = '';
    for await (const piece of response.body!) {
      pieces += 1;
      text += Buffer.from(piece as Uint8Array).toString();
    }
    expect(pieces).toBeGreaterThan(1);
    const lines = text.split('\n');
    expect(lines).toHaveLength(records + 2);
    expect(
      lines
        .slice(1, -1)
        .every((line, index) => line === `${report.id},store_sales,bad.csv,${index + 1},invalid_quantity,${index},7,x,1.50,2026-01-01,,1`),
    ).toBe(true);
  });

  test('none at all', async () => {
    await createSales(stack, "(1, 77, 1, 1.00, '2026-01-01')");
    await putFile(stack, 'good.csv', `${HEADER}1,7,1,1.50,2026-01-01\n`);
    expect(await rejectsOf(stack, (await stack.run()).id)).toEqual([]);
  });
});
