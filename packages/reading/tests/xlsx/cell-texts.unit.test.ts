import { expect, test } from 'vitest';
import { cellsOf, type Made, rowsOf, sheetOf, workbookOf } from './made-workbook.js';

/** A row with the text `a`. */
const A = '<row><c t="inlineStr"><is><t>a</t></is></c></row>';

const inline = (text: string): string => `<c t="inlineStr"><is>${text}</is></c>`;

test.each<[what: string, cells: string, texts: string[]]>([
  ['inline text', inline('<t>Käse &amp; Wein &#8364;</t>'), ['Käse & Wein €']],
  ['spaces', inline('<t xml:space="preserve">  a \n b </t>'), ['  a \n b ']],
  ['rich text with phonetic runs', inline('<r><rPr><b/></rPr><t>a</t></r><r><t>b</t></r><rPh sb="0" eb="1"><t>x</t></rPh>'), ['ab']],
  ['escapes', inline('<t>a_x000D_b_x005F_x000D_c_xZZZZ_</t>'), ['a\rb_x000D_c_xZZZZ_']],
  ['an escaped surrogate pair, and half of one', inline('<t>_xD83D__xDE00_ _xD83D_</t>'), ['😀 \ufffd']],
  ['CDATA', inline('<t><![CDATA[<a>]]>b</t>'), ['<a>b']],
  [
    'a value before or after a text',
    '<c t="inlineStr"><v>9</v><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is><v>9</v></c>',
    ['a', 'b'],
  ],
  ['a value for a text', '<c t="inlineStr"><v>a</v></c><c><v>1</v></c>', ['a', '1']],
  ['numbers', '<c><v>7</v></c><c t="n"><v> 0.5 </v></c><c><v>1E3</v></c>', ['7', '0.5', '1000']],
  ['a number cell without a number', '<c><v>seven</v></c><c><v>1e999</v></c>', ['seven', '1e999']],
  ['booleans', '<c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="b"><v>true</v></c>', ['TRUE', 'FALSE', 'TRUE']],
  ['errors', '<c t="e"><v>#N/A</v></c><c t="e"><v>#DIV/0!</v></c>', ['#N/A', '#DIV/0!']],
  ['a date of ISO 8601', '<c t="d"><v>2026-02-03T04:05:06</v></c>', ['2026-02-03T04:05:06']],
  ['formulas', '<c><f>1+2</f><v>3</v></c><c t="str"><f>"a"</f><v>a_x0009_</v></c><c><f>A1</f></c><c><v>1</v></c>', ['3', 'a\t', '', '1']],
  [
    'cells that are left out',
    '<c r="B5"><v>1</v></c><c><v>2</v></c><c r="AB5"><v>3</v></c>',
    ['', '1', '2', ...Array<string>(24).fill(''), '3'],
  ],
  ['empty cells at the end', '<c r="A5"><v>1</v></c><c r="B5" s="1"/><c r="C5"><v/></c>', ['1']],
  ['what is not known', '<c><x><v>9</v></x><v>1</v><extLst><ext><v>9</v></ext></extLst></c><y><c><v>9</v></c></y>', ['1']],
])('%s', async (_, cells, texts) => {
  expect(await cellsOf({ rows: `<row r="5">${cells}</row>` })).toEqual(texts);
});

test('shared texts', async () => {
  const shared =
    '<si><t>a</t></si><si/><si><r><t xml:space="preserve">b </t></r><r><t>c</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si><si><t>_x000D_</t></si>';
  const rows = `<row>${[0, 2, 1, 3, 0].map((number) => `<c t="s"><v>${number}</v></c>`).join('')}</row>`;
  expect(await cellsOf({ rows, shared })).toEqual(['a', 'b c', '', '\r', 'a']);
});

test('of more shared texts than are kept as strings, each cell has its own', async () => {
  const count = 30_000;
  const shared = Array.from({ length: count }, (_, at) => `<si><t>${'é'.repeat(at % 300)}${at}</t></si>`).join('');
  const rows = Array.from(
    { length: count },
    (_, at) => `<row><c t="s"><v>${(at * 7) % count}</v></c><c t="s"><v>${at % 3}</v></c></row>`,
  ).join('');
  const read = await rowsOf(workbookOf({ rows, shared }));
  expect(read.map(({ cells }) => cells)).toEqual(
    Array.from({ length: count }, (_, at) => [
      `${'é'.repeat(((at * 7) % count) % 300)}${(at * 7) % count}`,
      `${'é'.repeat(at % 3)}${at % 3}`,
    ]),
  );
});

test('rows keep their numbers, with and without one', async () => {
  const rows =
    '<row><c><v>1</v></c></row><row r="3" hidden="1"><c><v>3</v></c></row><row/><row r="1048576"><c r="XFD1048576"><v>9</v></c></row>';
  const read = await rowsOf(workbookOf({ rows }));
  expect(read.map(({ row, cells }) => [row, cells.length, cells.at(-1)])).toEqual([
    [1, 1, '1'],
    [3, 1, '3'],
    [4, 0, undefined],
    [1_048_576, 16_384, '9'],
  ]);
});

test.each<[what: string, isDate: boolean, formats: (number | string)[]]>([
  ['built-in dates', true, [14, 17, 18, 22, 27, 36, 45, 46, 47, 50, 58]],
  ['built-in numbers', false, [0, 1, 4, 9, 11, 13, 23, 26, 37, 44, 48, 49, 59]],
  [
    'dates',
    true,
    [
      'yyyy-mm-dd',
      'DD.MM.YYYY',
      'h:mm AM/PM',
      'mm:ss.000',
      '[$-407]d. mmmm yyyy;@',
      '[h]:mm',
      '[h]',
      '[Red]d',
      '"am" d/m',
      'm\\/d',
      'yyyy"年"',
      '[=0]"";d/m/yy',
    ],
  ],
  [
    'numbers',
    false,
    [
      'General',
      '0.00',
      '#,##0.00 "days"',
      '0\\d',
      '0_d',
      '[Red]0',
      '[$USD-409] 0',
      '0*y',
      'Rs 0.00',
      '0;-0;"d"',
      '@',
      '"y";"m"',
      '0.0E+00',
      '"a;d"0',
      '',
    ],
  ],
])('%s', async (_, isDate, formats) => {
  const cells = formats.map((__, at) => `<c s="${at + 1}"><v>45000.5</v></c>`).join('');
  expect(await cellsOf({ rows: `<row>${cells}</row>`, formats })).toEqual(formats.map(() => (isDate ? '2023-03-15 12:00:00' : '45000.5')));
});

test.each<[what: string, made: Made]>([
  ['texts and errors with the style of a date', { rows: '<row><c s="1" t="str"><v>45000</v></c></row>', formats: [14] }],
  ['a style that is not there', { rows: '<row><c s="7"><v>45000</v></c></row>', formats: [14] }],
  ['no styles', { rows: '<row><c s="1"><v>45000</v></c></row>', parts: { 'xl/styles.xml': '<styleSheet/>' } }],
  ['no part of styles', { rows: '<row><c s="0"><v>45000</v></c></row>', parts: { 'xl/styles.xml': null } }],
])('%s: no date', async (_, made) => {
  expect(await cellsOf(made)).toEqual(['45000']);
});

/** Strict Office Open XML has other namespaces; this one has absolute targets, other names and letters of another case, too. */
function strict(): Made {
  const office = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
  const relation = (id: string, kind: string, target: string): string =>
    `<Relationships><Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/></Relationships>`;
  return {
    parts: {
      'xl/workbook.xml': null,
      'xl/_rels/workbook.xml.rels': null,
      '_rels/.rels': relation('r', 'officeDocument', '/Book/The%20Book.xml'),
      'book/the book.xml': `<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:q="${office}"><sheets><sheet name="A" q:id="s"/></sheets></workbook>`,
      'book/_rels/the book.xml.rels': relation('s', 'worksheet', '../Sheets/./a.xml'),
      'sheets/a.xml': sheetOf(A),
    },
  };
}

/** Parts as programs other than Excel write them. */
test.each<[what: string, made: Made]>([
  [
    'prefixes',
    {
      parts: {
        'xl/worksheets/sheet1.xml':
          '<x:worksheet xmlns:x="a"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>',
      },
    },
  ],
  ['the strict form', strict()],
  ['UTF-16', { parts: { 'xl/worksheets/sheet1.xml': Buffer.from(`\ufeff${sheetOf(A).replace('UTF-8', 'UTF-16')}`, 'utf16le') } }],
  ['UTF-8 with a mark', { parts: { 'xl/worksheets/sheet1.xml': `\ufeff${sheetOf(A)}` } }],
  ['stored parts', { rows: A, zip: { isStored: true } }],
  ['data descriptors', { rows: A, zip: { hasDescriptor: true } }],
  ['ZIP64', { rows: A, zip: { isZip64: true } }],
])('%s', async (_, made) => {
  expect(await cellsOf(made)).toEqual(['a']);
});

test('in pieces of seven bytes the same is read', async () => {
  const bytes = workbookOf({ rows: A.repeat(20), shared: '<si><t>a</t></si>' });
  expect(await rowsOf(bytes, {}, 7)).toEqual(await rowsOf(bytes));
});
