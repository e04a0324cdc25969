import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NoProposal, proposeSource } from '@retail-etl/inspecting';
import { describe, expect, test } from 'vitest';
import { type TestCell, type TestRow, workbook, workbookOfSheets, zip } from '../../../tests/support/workbook.js';
import { proposed, sampleOf, triedBy } from './tried.js';

const NAME = { name: 'shop/umsatz_2026-01.xlsx' };
/** 31 January 2026. */
const DAY = 46_053;
const num = (number: string): TestCell => ({ number });
const day = (of: number): TestCell => ({ day: of });

const HEADER: TestRow = ['Filiale', 'Artikelnummer', 'Menge', 'Umsatz', 'Datum'];
const SALES: readonly TestRow[] = [
  ['Köln', '0042', num('2'), num('19.9'), day(DAY)],
  ['Köln', '0043', num('1'), num('1234.5'), day(DAY + 1)],
  ['Bonn', '0042', num('3'), num('29.849999999999998'), day(DAY + 1.5)],
];

test('cells that hold numbers and dates need no declaration', async () => {
  const { proposal, trial, outcomes } = await proposed(workbook([HEADER, ...SALES]), NAME);
  expect(proposal.yaml).toBe(
    [
      '# Proposed by "retail-etl inspect" from shop/umsatz_2026-01.xlsx.',
      'product: text',
      'sources:',
      '  - name: umsatz',
      "    files: 'shop/umsatz_*.xlsx'",
      '    columns:',
      '      product_id: Artikelnummer',
      '      quantity: Menge',
      '      sale_amount: Umsatz',
      '      sale_date: Datum',
      '      store: Filiale',
      '',
    ].join('\n'),
  );
  expect(proposal).toMatchObject({ decisions: [], notes: [] });
  expect(outcomes).toEqual({ accepted: 3 });
  expect(trial).toMatchObject({
    isWhole: true,
    judged: { quantity: '6', amount: '1284.25', days: { first: '2026-01-31', last: '2026-02-01' } },
  });
});

test('titles above the header, an empty row, and totals at the end', async () => {
  const rows = [['Umsätze Januar'], ['Stand:', day(DAY)], [], HEADER, ...SALES, [], ['Summe', null, num('6'), num('1284.25')]];
  const { proposal, trial, outcomes } = await proposed(workbook(rows), NAME);
  expect(proposal.yaml).toContain("\n    csv: { skip_lines: 3, footer: '^Summe,,' }\n");
  expect(outcomes).toEqual({ accepted: 3 });
  expect(trial.read).toMatchObject({ records: 3, footerLines: 1 });
});

test('only what is text in cells gets a form', async () => {
  const rows = [
    HEADER,
    ['Köln', '0042', num('1.5'), num('19.9'), day(DAY)],
    ['Köln', '0043', '2,25', '1.234,50 €', '13.01.2026'],
    ['Bonn', '0042', num('-1'), 'N/A', '14.01.2026'],
  ];
  const { proposal, trial, outcomes } = await proposed(workbook(rows), NAME);
  expect(proposal.source).toMatchObject({
    quantityDecimals: 2,
    numbers: { decimal: ',', group: '.', currency: '€' },
    dates: '%d.%m.%Y',
    missing: ['N/A'],
  });
  expect(proposal.notes.join()).toMatch(/column "Datum" holds dates in some cells and texts in others, such as "13\.01\.2026"/);
  expect(outcomes).toEqual({ accepted: 2, missing_value: 1 });
  expect(trial.judged).toMatchObject({ quantity: '3.75', amount: '1254.40', days: { first: '2026-01-13', last: '2026-01-31' } });
});

test('of texts, numbers in other columns do not decide the form', async () => {
  const rows = [
    ['sku', 'qty', 'total', 'date', 'weight'],
    ['A', num('1'), '1,234', day(DAY), num('0.5')],
    ['B', num('2'), '5,678', day(DAY), num('1.25')],
  ];
  const { proposal } = await proposed(workbook(rows), NAME);
  expect(proposal.decisions).toMatchObject([{ about: 'numbers', isAnswered: false }]);
});

test('dates that are texts may be of either order', async () => {
  const rows = [HEADER, ['Köln', '1', num('1'), num('2'), '03/04/2026'], ['Köln', '2', num('1'), num('2'), '05/04/2026']];
  const { proposal } = await proposed(workbook(rows), NAME);
  expect(proposal.decisions).toMatchObject([{ about: 'dates' }]);
});

test('a table that begins in another column, with parameters above it', async () => {
  const rows = [['Store', 'Berlin'], ['Number', num('17')], [], [null, ...HEADER], ...SALES.map((row) => [null, ...row])];
  const { proposal, outcomes } = await proposed(workbook(rows), NAME);
  expect(proposal.source.csv.skipLines).toBe(3);
  expect(outcomes).toEqual({ accepted: 3 });
});

test('rows with cells beyond the header are malformed, and shown as such', async () => {
  const { trial, outcomes } = await proposed(workbook([HEADER, SALES[0]!, [...SALES[1]!, 'x'], SALES[2]!]), NAME);
  expect(outcomes).toEqual({ accepted: 2, malformed_row: 1 });
  expect(trial.rows.map(({ record, raw }) => [record, raw?.split('\t').at(-1) ?? null])).toEqual([
    [1, null],
    [2, 'x'],
    [3, null],
  ]);
});

describe('several sheets', () => {
  const PIVOT = {
    name: 'Pivot',
    rows: [
      ['Filiale', 'Summe'],
      ['Köln', num('1254.4')],
      ['Bonn', num('29.85')],
    ],
  };
  const NOTES = { name: 'Hinweise', rows: [['Bitte nicht ändern.']] };

  test('the one that looks like sales is taken and named', async () => {
    const { proposal, outcomes } = await proposed(
      workbookOfSheets([NOTES, PIVOT, { name: 'Rohdaten: 1', rows: [HEADER, ...SALES] }]),
      NAME,
    );
    expect(proposal.yaml).toContain("\n    sheet: 'Rohdaten: 1'\n");
    expect(proposal.notes).toEqual([
      'shop/umsatz_2026-01.xlsx has several visible sheets; "Rohdaten: 1" was taken, not "Hinweise", "Pivot"',
    ]);
    expect(outcomes).toEqual({ accepted: 3 });
  });

  test('a hidden one does not count', async () => {
    const sheets = [
      { name: 'Alt', rows: [HEADER, ...SALES], isHidden: true },
      { name: 'Neu', rows: [HEADER, SALES[0]!] },
    ];
    const { proposal, outcomes } = await proposed(workbookOfSheets(sheets), NAME);
    expect(proposal.source.sheet).toBeNull();
    expect(outcomes).toEqual({ accepted: 1 });
  });

  test('others that look like sales are told', async () => {
    const sheets = ['Januar', 'Februar'].map((name) => ({ name, rows: [HEADER, ...SALES] }));
    const { proposal } = await proposed(workbookOfSheets(sheets), NAME);
    expect(proposal.source.sheet).toBe('Januar');
    expect(proposal.notes.join()).toMatch(/A source reads one sheet, and "Februar" may be sales, too/);
  });

  test('of further files the sheet of the same name is taken', async () => {
    const sheet = (name: string): { name: string; rows: TestRow[] } => ({ name, rows: [HEADER, ...SALES] });
    const samples = await Promise.all([
      sampleOf('a_1.xlsx', workbookOfSheets([sheet('Daten'), NOTES])),
      sampleOf('a_2.xlsx', workbookOfSheets([sheet('Alt'), sheet('daten')])),
    ]);
    const proposal = await proposeSource(samples);
    expect(proposal.source.sheet).toBe('Daten');
    expect(proposal.notes.join()).not.toMatch(/other names/);
    for (const sample of samples) expect((await triedBy(proposal, sample)).outcomes).toEqual({ accepted: 3 });
  });

  test('if none looks like sales, all are named', async () => {
    const error = (await proposed(workbookOfSheets([NOTES, PIVOT, { name: 'Leer', rows: [] }]), NAME).catch(
      (e: unknown) => e,
    )) as NoProposal;
    expect(error.name).toBe('NoProposal');
    expect(error.message).toMatch(
      /none of its visible sheets looks like sales: Hinweise \(no row names columns.*\), Pivot \(no column looks like the .*date.*\), Leer \(is empty\)$/,
    );
  });
});

test('a text and a workbook of the same columns make one source', async () => {
  const text = 'Filiale;Artikelnummer;Menge;Umsatz;Datum\nKöln;0042;2;19,90;31.01.2026\nBonn;0043;1;1,00;30.01.2026\nSumme;;3;20,90;\n';
  const samples = await Promise.all([
    sampleOf('b_1.xlsx', workbook([HEADER, ...SALES, ['Summe', null, num('6')]])),
    sampleOf('b_1.csv', text),
  ]);
  const proposal = await proposeSource(samples);
  expect(proposal.yaml).toContain("\n    files: ['b_*.xlsx', 'b_*.csv']\n");
  expect(proposal.source).toMatchObject({ dates: '%d.%m.%Y', numbers: { decimal: ',' }, csv: { delimiter: ';', footer: '^Summe;;' } });
  expect((await triedBy(proposal, samples[0])).trial.judged).toMatchObject({ quantity: '6', amount: '1284.25' });
  expect((await triedBy(proposal, samples[1])).trial.judged).toMatchObject({ quantity: '3', amount: '20.90' });
});

test('of a large sheet only the beginning is read', async () => {
  const rows = Array.from({ length: 30_000 }, (_, index): TestRow => ['Köln', String(index), num('1'), num('2.5'), day(DAY)]);
  const { proposal, trial } = await proposed(workbook([HEADER, ...rows]), NAME);
  expect(trial).toMatchObject({ isWhole: false, read: { records: 19_999 } });
  expect(proposal.notes.join()).toMatch(/only the beginning of shop\/umsatz_2026-01\.xlsx was read/);
});

describe('workbooks that hold no sales', () => {
  const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

  test.each<[string, Buffer, string, RegExp]>([
    ['a ZIP file of something else', zip({ 'a.txt': 'x' }), 'FILE_REFUSED', /is a ZIP file, but no workbook/],
    ['an older workbook', Buffer.concat([OLE, Buffer.alloc(4_000)]), 'FILE_REFUSED', /older kind \(\.xls\)/],
    [
      'one with a password',
      Buffer.concat([OLE, Buffer.alloc(2_000), Buffer.from('EncryptedPackage', 'utf16le')]),
      'FILE_REFUSED',
      /is protected by a password/,
    ],
    ['a text', Buffer.from('sku;qty\nA;1\n'), 'FILE_REFUSED', /is no whole workbook/],
    ['nothing', Buffer.alloc(0), 'FILE_REFUSED', /is no whole workbook/],
    ['an empty sheet', workbook([]), 'SOURCE_EMPTY', /is empty/],
    ['a header alone', workbook([HEADER]), 'SOURCE_EMPTY', /has a header but no records/],
    ['no visible sheet', workbookOfSheets([{ name: 'A', rows: [HEADER], isHidden: true }]), 'SHEET_MISSING', /no visible sheet/],
  ])('%s', async (_, content, code, message) => {
    await expect(proposed(content, NAME)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('those of other programs, which hold single cells', async () => {
    const folder = join(import.meta.dirname, '../../reading/tests/xlsx/files');
    for (const file of ['openpyxl.xlsx', 'xlsxwriter.xlsx', 'xlsxwriter-zip64.xlsx', 'xlsxwriter-inline.xlsx'])
      await expect(proposed(await readFile(join(folder, file)), { name: file })).rejects.toMatchObject({ name: 'NoProposal' });
  });
});
