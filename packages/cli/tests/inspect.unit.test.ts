import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDefinition } from '@retail-etl/sales';
import { describe, expect, test } from 'vitest';
import { type TestRow, workbook, workbookOfSheets, zip } from '../../../tests/support/workbook.js';
import { type CliEnd, runCli, withDataDir } from './run-cli.js';

const SALES = 'sku;qty;total;date\nA;2;9,50;31.01.2026\nB;x;1,50;01.02.2026\n';
const UNDECIDED = 'sku;qty;total;date\nA;2;9,50;03.01.2026\n';

/** Makes `input/shop/sales_1.csv` in a data folder. */
async function withSales(content: string, use: (file: string, dataDir: string) => Promise<void>): Promise<void> {
  await withDataDir(async (dataDir) => {
    await mkdir(join(dataDir, 'input', 'shop'), { recursive: true });
    const file = join(dataDir, 'input', 'shop', 'sales_1.csv');
    await writeFile(file, content);
    await use(file, dataDir);
  });
}

test('the proposal goes to standard output, what was tried to standard error', async () => {
  await withSales(SALES, async (file, dataDir) => {
    const { code, stdout, stderr } = await runCli(['inspect', file], { DATA_DIR: dataDir });
    expect(code).toBe(0);
    expect(parseDefinition(stdout, 'stdout').sources[0]).toMatchObject({ name: 'sales', place: { patterns: ['shop/sales_*.csv'] } });
    expect(stderr).toMatch(/2 records: 1 accepted, 1 rejected \(1 invalid_quantity\)/);
    expect(stderr).toMatch(/ 1 {2}A +2 +9,50 {2}31\.01\.2026 {2}2 for 9\.50 on 2026-01-31\n/);
    expect(stderr).toMatch(/ 2 {2}B +x +1,50 {2}01\.02\.2026 {2}invalid_quantity\n/);
    for (const line of `${stdout}${stderr}`.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    // Nothing is changed, and nothing is left.
    expect(await readdir(dataDir)).toEqual(['input']);
  });
});

test('a proposal that accepts no record is open', async () => {
  await withSales('sku;qty;total;date\nA;2;9,50;31 janvier 2026\n', async (file, dataDir) => {
    const { code, stderr } = await runCli(['inspect', file], { DATA_DIR: dataDir });
    expect(code).toBe(3);
    expect(stderr).toMatch(/no record of shop\/sales_1\.csv would be accepted/);
  });
});

test('a file outside of the input folder is told, because no run reads it there', async () => {
  await withSales(SALES, async (file, dataDir) => {
    const outside = join(dataDir, 'sales.csv');
    await writeFile(outside, SALES);
    expect((await runCli(['inspect', outside], { DATA_DIR: dataDir })).stderr).toMatch(/is\s+not\s+below/);
    expect((await runCli(['inspect', file], { DATA_DIR: dataDir })).stderr).not.toMatch(/is\s+not\s+below/);
  });
});

test('--write writes it, adds a second source, and never the same twice', { timeout: 60_000 }, async () => {
  await withSales(SALES, async (file, dataDir) => {
    const env = { DATA_DIR: dataDir };
    expect(await runCli(['inspect', file, '--write'], env)).toMatchObject({ code: 0, stdout: '' });
    const path = join(dataDir, 'sources.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replace('sources:', '# Mine.\nsources:'));
    expect(await runCli(['inspect', file, '--write', '--name', 'second'], env)).toMatchObject({ code: 0 });
    const text = await readFile(path, 'utf8');
    expect(text).toContain('# Mine.');
    expect(parseDefinition(text, 'sources.yaml').sources.map(({ name }) => name)).toEqual(['sales', 'second']);
    const refused = await runCli(['inspect', file, '--write', path], env);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^NO_PROPOSAL.*has a source sales already/m) });
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

test('an open decision has an exit code, and both ways are written', async () => {
  await withSales(UNDECIDED, async (file) => {
    const { code, stdout, stderr } = await runCli(['inspect', file]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/# dates: '%m\.%d\.%Y'\n {4}dates: '%d\.%m\.%Y'/);
    expect(stderr).toMatch(/Decide {2}Day or month first/);
  });
});

test('--json gives one object', async () => {
  await withSales(UNDECIDED, async (file) => {
    const { code, stdout, stderr } = await runCli(['inspect', '--json', file]);
    expect(code).toBe(3);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'sales',
      decisions: [{ about: 'dates' }],
      files: [{ isWhole: true, counts: { records: 1, accepted: 1 } }],
      written: null,
    });
  });
});

test('control characters of a file never reach the terminal', async () => {
  await withSales('sku \u001b[2J;qty;total;date;store\nA\u001b[31m\u202e;2;9,50;31.01.2026;\u0007\n', async (file) => {
    const { code, stdout, stderr } = await runCli(['inspect', file]);
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/[^\P{C}\n]/u);
    expect(stderr).toContain(String.raw`A\u001b[31m\u202e`);
  });
});

describe('workbooks', () => {
  const rows: TestRow[] = [
    ['sku', 'qty', 'total', 'date'],
    ['A', { number: '2' }, { number: '9.5' }, { day: 46_053 }],
    ['B', 'x', { number: '1.5' }, { day: 46_054 }],
  ];

  async function inspected(content: Buffer | string, look: (end: CliEnd, dataDir: string) => void | Promise<void>): Promise<void> {
    await withDataDir(async (dataDir) => {
      await mkdir(join(dataDir, 'input', 'shop'), { recursive: true });
      const file = join(dataDir, 'input', 'shop', 'sales_1.xlsx');
      await writeFile(file, content);
      await look(await runCli(['inspect', file], { DATA_DIR: dataDir }), dataDir);
    });
  }

  test('are proposed and shown as texts are', async () => {
    await inspected(workbook(rows), async ({ code, stdout, stderr }, dataDir) => {
      expect(code).toBe(0);
      expect(stdout).toContain("    files: 'shop/sales_*.xlsx'\n    columns:");
      expect(stderr).toMatch(/shop\/sales_1\.xlsx {2}2 records: 1 accepted, 1 rejected \(1 invalid_quantity\)\n/);
      expect(stderr).toMatch(/ 1 {2}A +2 +9\.5 {2}2026-01-31 {2}2 for 9\.50 on 2026-01-31\n/);
      expect(stderr).toMatch(/ 2 {2}B +x +1\.5 {2}2026-02-01 {2}invalid_quantity\n/);
      expect(await readdir(dataDir)).toEqual(['input']);
    });
  });

  test('name their sheet if there are several', async () => {
    const sheets = [
      { name: 'Notes', rows: [['Do not change.']] },
      { name: 'Sales', rows },
    ];
    await inspected(workbookOfSheets(sheets), ({ code, stdout, stderr }) => {
      expect(code).toBe(0);
      expect(parseDefinition(stdout, 'stdout').sources[0]).toMatchObject({ place: { sheet: 'Sales' } });
      expect(stderr).toMatch(/Not sure {2}.*several visible sheets; "Sales" was\s+taken, not "Notes"/);
    });
  });

  test('are told as what they are if they are none', async () => {
    await inspected(zip({ 'a.txt': 'x' }), ({ code, stdout, stderr }) => {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^FILE_REFUSED {2}shop\/sales_1\.xlsx is a ZIP file, but no workbook\n/);
    });
    await inspected(
      workbookOfSheets([
        { name: 'A', rows: [] },
        { name: 'B', rows: [['x']] },
      ]),
      ({ code, stderr }) => {
        expect(code).toBe(1);
        expect(stderr).toMatch(/^NO_PROPOSAL {2}.*A \(is empty\), B \(no row names columns/);
      },
    );
  });
});

describe('wrong uses', () => {
  test.each([
    [[], 2, /^USAGE {2}a command is missing/],
    [['frobnicate'], 2, /^USAGE {2}there is no command "frobnicate"/],
    [['inspect'], 2, /^USAGE {2}the name of a file is missing/],
    [['inspect', '--wrong', 'x'], 2, /^USAGE {2}Unknown option '--wrong'/],
    [['inspect', 'x', '--name', 'Not A Name'], 2, /^USAGE {2}"Not A Name" is no name of a source/],
    [['check', 'x'], 2, /^USAGE {2}check takes no argument/],
    [['inspect', '/nowhere/x.csv'], 1, /^FILE_ACCESS {2}\/nowhere\/x\.csv is not there/],
    [['inspect', tmpdir()], 1, /^FILE_ACCESS .* is no regular file/],
  ])('%j', async (args, code, message) => {
    const end = await runCli(args);
    expect(end).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(end.stderr).toMatch(/\n {2}What to do: ./);
  });

  test.each(['--help', 'inspect --help', 'check -h'])('%s tells the use', async (args) => {
    const { code, stdout } = await runCli(args.split(' '));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^retail-etl (inspect|check) /);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
