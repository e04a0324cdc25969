import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type TestRow, workbookOfSheets, zip } from '../../../tests/support/workbook.js';
import { type CliEnd, runCli, withDataDir } from './run-cli.js';

const COLUMNS = 'columns: { product_id: sku, quantity: qty, sale_amount: total, sale_date: date }';
const YAML = `product: text
sources:
  - name: shop
    files: 'shop/*.csv'
    ${COLUMNS}
`;
const GOOD = 'sku,qty,total,date\nA,2,9.50,2026-01-31\n';

/** Checks files below a data folder, by path. */
async function checked(
  files: Readonly<Record<string, string | Buffer>>,
  look: (end: CliEnd, dataDir: string) => void | Promise<void>,
): Promise<void> {
  await withDataDir(async (dataDir) => {
    await mkdir(join(dataDir, 'input'));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(dataDir, path)), { recursive: true });
      await writeFile(join(dataDir, path), content);
    }
    await look(await runCli(['check'], { DATA_DIR: dataDir }), dataDir);
  });
}

test('what a run could read', async () => {
  await checked({ 'sources.yaml': YAML, 'input/shop/a.csv': GOOD }, ({ code, stdout }) => {
    expect(code).toBe(0);
    expect(stdout).toMatch(/shop\/a\.csv {2}shop +1 +1 +0 +0\n/);
    expect(stdout).toContain('MYSQL_URL is not set, so the summary tables were not looked at');
    expect(stdout).toContain('A run could read all of it.');
  });
});

test('all faults of the declaration, with line and column', async () => {
  const yaml = YAML.replace('files:', 'fils:').replace('product: text', 'product: txt');
  await checked({ 'sources.yaml': yaml }, ({ code, stderr }) => {
    expect(code).toBe(1);
    expect(stderr).toMatch(/^SOURCES_INVALID/);
    expect(stderr).toMatch(/line 1, column 10: /);
    expect(stderr).toMatch(/line 4, column 5: .*did you mean files\?/);
  });
});

test('files of no source, of two, of another header, and no file for a source', async () => {
  const yaml = `${YAML}  - name: other\n    files: ['**/b.csv', 'x.csv']\n    ${COLUMNS}\n  - name: third\n    files: 'third/*.csv'\n    ${COLUMNS}\n`;
  const files = {
    'sources.yaml': yaml,
    'input/shop/b.csv': GOOD,
    'input/c.csv': GOOD,
    'input/x.csv': 'sku,qty,total,day\nA,1,1,2026-01-31\n',
  };
  await checked(files, ({ code, stdout }) => {
    expect(code).toBe(1);
    expect(stdout).toMatch(/c\.csv +\(none\) +of no source/);
    expect(stdout).toMatch(/shop\/b\.csv +shop, other +of several sources/);
    expect(stdout).toMatch(/^SOURCE_AMBIGUOUS/m);
    expect(stdout).not.toMatch(/^SOURCE_UNCLAIMED/m);
    expect(stdout).toMatch(/^HEADER_INVALID {2}x\.csv: column date is missing/m);
    expect(stdout).toMatch(/^SOURCE_MISSING .*third/m);
  });
});

test('the first rejects of a file, and a source of which too many are rejected', async () => {
  const bad = Array.from({ length: 9 }, (_, index) => `B${index},x,1.00,2026-01-31\n`).join('');
  await checked({ 'sources.yaml': YAML, 'input/shop/a.csv': `${GOOD}broken\n${bad}` }, ({ code, stdout }) => {
    expect(code).toBe(1);
    expect(stdout).toMatch(/shop\/a\.csv +2 {2}malformed_row +broken\n/);
    expect(stdout).toMatch(/shop\/a\.csv +3 {2}invalid_quantity .*B0 \| x \| 1\.00/);
    expect(stdout.match(/invalid_quantity|malformed_row/g)).toHaveLength(5);
    expect(stdout).toMatch(/^REJECT_RATIO {2}source shop: 10 of 11 records/m);
  });
});

test('a file of no source alone, and one whose path does not give its store', async () => {
  const yaml = YAML.replace('date }', "date, store: { file: 'store_(\\d+)' } }").replace(
    'sources:',
    'summaries: { by_store: [store] }\nsources:',
  );
  const files = { 'sources.yaml': yaml, 'input/shop/store_7.csv': GOOD, 'input/shop/other.csv': GOOD, 'input/c.csv': GOOD };
  await checked(files, ({ code, stdout }) => {
    expect(code).toBe(1);
    expect(stdout).toMatch(/^SOURCE_UNCLAIMED {2}files of no source: c\.csv/m);
    expect(stdout).toMatch(/^FILE_PATH_UNMATCHED {2}source shop: .* finds nothing in shop\/other\.csv/m);
    expect(stdout).toMatch(/shop\/store_7\.csv {2}shop +1 +1 +0 +0\n/);
  });
});

test('a file of sources that is not there', async () => {
  const end = await runCli(['check'], { SOURCES_FILE: '/nowhere/sources.yaml' });
  expect(end).toMatchObject({ code: 1, stderr: expect.stringMatching(/^SOURCES_GONE {2}SOURCES_FILE names/) });
});

test('a file that a run would leave out is no problem', async () => {
  const yaml = YAML.replace("'shop/*.csv'", "'shop/*.csv'\n    bad_file: set_aside");
  await checked({ 'sources.yaml': yaml, 'input/shop/a.csv': GOOD, 'input/shop/b.csv': '%PDF-1.7\n' }, ({ code, stdout }) => {
    expect(code).toBe(0);
    expect(stdout).toMatch(/shop\/b\.csv +shop +FILE_NOT_TEXT/);
    expect(stdout).toMatch(/Note {2}set aside by a run: shop\/b\.csv is no CSV file/);
    expect(stdout).toContain('A run could go ahead, without 1 file.');
  });
});

test('rejects and skipped rows are counted, and rejects told at the end', async () => {
  const yaml = `${YAML}    skip: [{ column: sku, is: [B] }]\n`;
  await checked({ 'sources.yaml': yaml, 'input/shop/a.csv': `${GOOD}B,1,1.00,2026-01-31\nC,x,1.00,2026-01-31\n` }, ({ code, stdout }) => {
    expect(code).toBe(0);
    expect(stdout).toMatch(/shop\/a\.csv {2}shop +3 +1 +1 +1\n/);
    expect(stdout).toContain('A run could read all of it; 1 record would be rejected.');
  });
});

describe('workbooks', () => {
  const yaml = `product: text
sources:
  - name: shop
    files: ['shop/*.csv', 'shop/*.xlsx']
    sheet: Sales
    csv: { skip_lines: 1, footer: '^Total' }
    dates: '%d.%m.%Y'
    ${COLUMNS}
`;
  const header: TestRow = ['sku', 'qty', 'total', 'date'];
  const rows: TestRow[] = [['Sales of January'], header, ['A', { number: '2' }, { number: '9.5' }, { day: 46_053 }]];
  const named = (name: string, of: readonly TestRow[]): Buffer =>
    workbookOfSheets([
      { name: 'Notes', rows: [['x']] },
      { name, rows: of },
    ]);

  test('are tried by their sheet, beside texts', async () => {
    const more: TestRow[] = [
      ['B', 'x', { number: '1' }, '01.02.2026'],
      ['C', { number: '1' }, { number: '1' }, '01.02.2026'],
      ['Total', null, { number: '3' }],
    ];
    const files = {
      'input/shop/a.xlsx': named('Sales', [...rows, ...more]),
      'input/shop/b.csv': `\n${GOOD.replace('2026-01-31', '31.01.2026')}`,
    };
    await checked({ 'sources.yaml': yaml, ...files }, ({ code, stdout }) => {
      expect(code).toBe(0);
      expect(stdout).toMatch(/shop\/a\.xlsx {2}shop +3 +2 +1 +0\n/);
      expect(stdout).toMatch(/shop\/b\.csv {3}shop +1 +1 +0 +0\n/);
      expect(stdout).toMatch(/shop\/a\.xlsx +2 {2}invalid_quantity +B \| x \| 1 \| 01\.02\.2026\n/);
    });
  });

  test('that a run could not read', async () => {
    const files = {
      'input/shop/header.xlsx': named('Sales', [['x'], ['sku', 'qty', 'total', 'day'], ...rows.slice(2)]),
      'input/shop/sheet.xlsx': named('Sale', rows),
      'input/shop/text.xlsx': GOOD,
      'input/shop/zip.xlsx': zip({ 'a.txt': 'x' }),
    };
    await checked({ 'sources.yaml': yaml.replace("'shop/*.csv', ", ''), ...files }, ({ code, stdout }) => {
      expect(code).toBe(1);
      expect(stdout).toMatch(/^HEADER_INVALID {2}shop\/header\.xlsx: column date is missing/m);
      expect(stdout).toMatch(/^SHEET_MISSING {2}shop\/sheet\.xlsx has no sheet Sales; it has Notes, Sale$/m);
      expect(stdout).toMatch(/^FILE_REFUSED {2}shop\/text\.xlsx is no whole workbook/m);
      expect(stdout).toMatch(/^FILE_REFUSED {2}shop\/zip\.xlsx is a ZIP file, but no workbook$/m);
    });
  });
});

test('without a declaration, the built-in sources', async () => {
  const sale = 'sale_id,product_id,quantity,sale_amount,sale_date\n1,1,1,1.00,2026-01-31\n';
  await checked({ 'input/a.csv': sale, 'input/notes.txt': 'x' }, ({ code, stdout }) => {
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Built-in sources/);
    expect(stdout).toMatch(/a\.csv +store_sales +1 +1 +0 +0\n/);
    expect(stdout).toMatch(/^CONFIG_INVALID {2}POSTGRES_URL is not set, and online_sales is read from PostgreSQL/m);
  });
});

test('a link, and a setting that does not go with a declaration', { timeout: 60_000 }, async () => {
  await checked({ 'sources.yaml': YAML, 'input/shop/a.csv': GOOD }, async (_, dataDir) => {
    await symlink(join(dataDir, 'input/shop/a.csv'), join(dataDir, 'input/shop/b.csv'));
    expect(await runCli(['check'], { DATA_DIR: dataDir })).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/FILE_REFUSED {2}shop\/b\.csv/),
    });
    const beside = await runCli(['check', '--json'], { DATA_DIR: dataDir, CSV_ENCODING: 'utf-8' });
    expect(beside).toMatchObject({ code: 1, stderr: expect.stringMatching(/^CONFIG_INVALID {2}CSV_ENCODING set beside/) });
  });
});

test('--json gives one object', async () => {
  await withDataDir(async (dataDir) => {
    await mkdir(join(dataDir, 'input/shop'), { recursive: true });
    await writeFile(join(dataDir, 'sources.yaml'), YAML);
    await writeFile(join(dataDir, 'input/shop/a.csv'), GOOD);
    const { code, stdout } = await runCli(['check', '--json'], { DATA_DIR: dataDir });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      declaration: 'sources.yaml',
      isReadable: true,
      files: [{ path: 'shop/a.csv', by: ['shop'], counts: { accepted: 1 } }],
    });
  });
});

test('what fails a run while it plans does so whatever is set aside: a path without its text, and a link', async () => {
  const yaml = YAML.replace("'shop/*.csv'", "'shop/*.csv'\n    bad_file: set_aside").replace(
    'date }',
    "date, store: { file: 'shop/(\\d+)' } }",
  );
  const files = { 'sources.yaml': `summaries: { by_store: [store] }\n${yaml}`, 'input/shop/7.csv': GOOD, 'input/shop/b.csv': GOOD };
  await checked(files, ({ code, stdout }) => {
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FILE_PATH_UNMATCHED {2}source shop: .* finds nothing in shop\/b\.csv/m);
    expect(stdout).not.toContain('set aside by a run');
  });
  await withDataDir(async (dataDir) => {
    await mkdir(join(dataDir, 'input', 'shop'), { recursive: true });
    await writeFile(join(dataDir, 'sources.yaml'), YAML.replace("'shop/*.csv'", "'shop/*.csv'\n    bad_file: set_aside"));
    await writeFile(join(dataDir, 'elsewhere.csv'), GOOD);
    await symlink(join(dataDir, 'elsewhere.csv'), join(dataDir, 'input', 'shop', 'a.csv'));
    const { code, stdout } = await runCli(['check'], { DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FILE_REFUSED {2}shop\/a\.csv is no regular file/m);
  });
});

test('a workbook of a source whose pattern reads dates of ISO 8601 as other days', async () => {
  const yaml = YAML.replace("'shop/*.csv'", "'shop/*.xlsx'\n    bad_file: set_aside\n    dates: '%Y-%d-%m'");
  await checked(
    {
      'sources.yaml': yaml,
      'input/shop/a.xlsx': workbookOfSheets([
        {
          name: 'Sales',
          rows: [
            ['sku', 'qty', 'total', 'date'],
            ['A', '1', '1', '2026-02-01'],
          ],
        },
      ]),
    },
    ({ code, stdout }) => {
      expect(code).toBe(1);
      expect(stdout).toMatch(/^SOURCES_INVALID {2}source shop: in workbooks, dates of "%Y-%d-%m"/m);
    },
  );
});
