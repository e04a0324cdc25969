import { expect, test } from 'vitest';
import { type Made, relationships, rowsOf, workbookOf } from './made-workbook.js';

const FIRST = '<row><c t="inlineStr"><is><t>first</t></is></c></row>';
const sheet = (name: string, id: string, state = 'visible'): string =>
  `<sheet name="${name}" sheetId="${id}" state="${state}" r:id="rId${id}"/>`;

async function firstCell(made: Made, wanted?: string): Promise<string | undefined> {
  const rows = await rowsOf(workbookOf({ rows: FIRST, ...made }), { sheet: wanted });
  return rows[0]?.cells[0];
}

test.each<[sheets: string, wanted: string | undefined, text: string]>([
  [sheet('Sales', '1'), undefined, 'first'],
  [sheet('Sales', '1', 'show') + sheet('Other', '2', 'hidden'), undefined, 'first'],
  [sheet('Sales', '1', 'veryHidden') + sheet('Other', '2'), undefined, 'second'],
  [sheet('Sales', '1') + sheet('Other', '2'), 'Other', 'second'],
  [sheet('Sales', '1') + sheet('Other', '2', 'veryHidden'), 'Other', 'second'],
  [sheet('Sales', '1') + sheet('Überblick &amp; mehr', '2'), 'ÜBERBLICK & MEHR', 'second'],
  [sheet('other', '1') + sheet('Other', '2'), 'Other', 'second'],
])('of %s, %s is the sheet with "%s"', async (sheets, wanted, text) => {
  expect(await firstCell({ sheets }, wanted)).toBe(text);
});

test.each<[what: string, made: Made, wanted: string | undefined, error: { code: string; message: string }]>([
  [
    'a name that is not there',
    { sheets: sheet('Sales', '1') + sheet('Other', '2', 'hidden') },
    'Sale',
    { code: 'SHEET_MISSING', message: 'sales.xlsx has no sheet Sale; it has Sales, Other (hidden)' },
  ],
  [
    'no visible sheet',
    { sheets: sheet('Sales', '1', 'hidden') },
    undefined,
    { code: 'SHEET_MISSING', message: 'sales.xlsx has no visible sheet with cells; it has Sales (hidden)' },
  ],
  ['no sheet', { sheets: '' }, undefined, { code: 'SHEET_MISSING', message: 'sales.xlsx has no visible sheet with cells; it has none' }],
  [
    'several visible sheets',
    { sheets: sheet('Sales', '1') + sheet('Old', '3', 'hidden') + sheet('Other&#10;one', '2'), parts: withThird() },
    undefined,
    { code: 'SHEET_UNCLEAR', message: String.raw`sales.xlsx has several visible sheets: Sales, Other\none` },
  ],
  [
    'the sheet of a chart',
    { sheets: sheet('Chart', '4'), parts: withThird() },
    'Chart',
    { code: 'SHEET_MISSING', message: 'sales.xlsx has no sheet Chart; it has none' },
  ],
  [
    'more sheets than a message lists',
    { sheets: sheet('Sales', '1').repeat(25) },
    'x',
    { code: 'SHEET_MISSING', message: `sales.xlsx has no sheet x; it has ${'Sales, '.repeat(20)}and 5 more` },
  ],
])('%s', async (_, made, wanted, error) => {
  await expect(firstCell(made, wanted)).rejects.toMatchObject(error);
});

function withThird(): Record<string, string> {
  return {
    'xl/_rels/workbook.xml.rels': relationships([
      ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
      ['rId2', 'worksheet', 'worksheets/sheet2.xml'],
      ['rId3', 'worksheet', 'worksheets/absent.xml'],
      ['rId4', 'chartsheet', 'chartsheets/sheet1.xml'],
    ]),
  };
}
