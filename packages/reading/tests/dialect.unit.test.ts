import { BUILT_IN } from '@retail-etl/sales';
import { type Dialect, readDialect } from '../src/codec/csv/dialect.js';
import { findHeader } from '../src/codec/csv/find-header.js';
import { describe, expect, test } from 'vitest';

const NAMES = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'];
const PLAIN = NAMES.join(',');
/** Of a store file where no sources are declared. */
const WANTED = BUILT_IN.sources[1]!;

const find = (text: string, isAll = false): ReturnType<typeof findHeader> => findHeader(Buffer.from(text), isAll, 'x.csv');
const read = async (text: string): Promise<Dialect['shape']> => (await readDialect(find(text, true)!, 'x.csv', WANTED)).shape;

describe('the end of a header', () => {
  test.each<[what: string, text: string, header: string, bodyAt: number]>([
    ['LF', 'a,b\n1', 'a,b', 4],
    ['CRLF', 'a,b\r\n1', 'a,b', 5],
    ['CR CR LF', 'a,b\r\r\n1', 'a,b', 6],
    ['a newline inside quotes', 'a,"b\nc",d\n1', 'a,"b\nc",d', 10],
    ['quotes inside quotes', '"a""b\n""",c\n1', '"a""b\n""",c', 12],
    ['a quote inside text', '5" a;b\n1', '5" a;b', 7],
    ['two quotes inside text', '5"" a\n1', '5"" a', 6],
    ['an empty quoted name', '"",a\n1', '"",a', 5],
    ['a lone return', 'a\rb\n1', 'a\rb', 4],
  ])('%s', (_what, text, header, bodyAt) => {
    expect(find(text)).toEqual({ text: header, line: 1, delimiter: null, bodyAt });
    // Not before its newline has come.
    expect(find(text.slice(0, bodyAt - 1))).toBeNull();
  });

  test('is the end of the file if need be', () => {
    expect(find('a,b', true)).toEqual({ text: 'a,b', line: 1, delimiter: null, bodyAt: 3 });
  });

  test('comes within 1 MiB', () => {
    const refusal = { code: 'HEADER_INVALID', message: `x.csv: no header of at most 1 MiB was found; line 1 is "${'a'.repeat(120)}…"` };
    for (const isAll of [false, true]) expect(() => find('a'.repeat((1 << 20) + 2), isAll)).toThrow(expect.objectContaining(refusal));
    expect(() => find(`"${'\n'.repeat(2 << 20)}`, true)).toThrow(String.raw`x.csv: no header of at most 1 MiB was found; line 1 is ""\n\n`);
    expect(find(`${'a'.repeat(1 << 20)}\n`)?.bodyAt).toBe((1 << 20) + 1);
  });
});

describe('lines before a header', () => {
  test.each<[what: string, before: string, line: number]>([
    ['zero-length lines', '\n\r\n\n', 4],
    ['CR CR LF', '\r\r\n\r\r\n', 3],
    ['spaces and tabs', '   \n\t\r\n', 3],
    ['delimiters', ';;;;\n,\n|||\n', 4],
    ['delimiters, spaces and tabs', ' ; ;\t; \r\n', 2],
    ['empty quoted fields', '"","", ""\n', 2],
    ['what nobody sees', '\ufeff\n\u00a0;\u200b\n', 3],
  ])('%s are passed over', (_what, before, line) => {
    expect(find(`${before}${PLAIN}\n1`)).toEqual({ text: PLAIN, line, delimiter: null, bodyAt: Buffer.byteLength(`${before}${PLAIN}\n`) });
    expect(find(before, true)).toBeNull();
    expect(find(before.trimEnd(), true)).toBeNull();
  });

  test.each<[line: string, delimiter: string]>([
    ['sep=;', ';'],
    ['sep=,', ','],
    ['sep=|', '|'],
    ['sep=\t', '\t'],
    ['SEP=;', ';'],
    ['"sep=;"', ';'],
    ['"sep=,",,,,', ','],
    ['sep=;;;;;', ';'],
    ['\ufeffsep=; ', ';'],
  ])('%j names the delimiter', async (line, delimiter) => {
    const text = `${line}\r\n\r\n${NAMES.join(delimiter)}\r\n1`;
    expect(find(text)).toMatchObject({ text: NAMES.join(delimiter), line: 3, delimiter });
    expect(await read(text)).toMatchObject({ delimiter: delimiter.charCodeAt(0), fieldCount: 5 });
    expect(find(`${line}\n`, true)).toBeNull();
  });

  test.each<[text: string, message: string]>([
    [`sep=:\n${PLAIN}`, 'x.csv: fields have to be separated by comma, semicolon, tab or pipe; line 1 is "sep=:"'],
    [
      `sep=;\n${PLAIN}`,
      `x.csv: column sale_id is missing, column product_id is missing, column quantity is missing, column sale_amount is missing, column sale_date is missing with the delimiter ";" of the line sep=; line 2 is "${PLAIN}"`,
    ],
  ])('%j is refused', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'HEADER_INVALID', message });
  });

  test('are at most 1 MiB', () => {
    expect(() => find(`${';;;;\n'.repeat(300_000)}${PLAIN}\n`)).toThrow('x.csv: no header was found in the first MiB');
  });
});

describe('delimiter and columns', () => {
  test.each([',', ';', '\t', '|'])('%j, and where each column stands', async (delimiter) => {
    const header = ['note', ' SALE_DATE ', '"sale_amount"', '" Quantity"', 'product_id', `"a${delimiter}b"`, 'sale_id'].join(delimiter);
    expect(await read(header)).toEqual({
      delimiter: delimiter.charCodeAt(0),
      quote: '"'.charCodeAt(0),
      hasTrailingEmpty: false,
      fieldCount: 7,
      columnOfField: Int32Array.from([-1, 4, 3, 2, 1, -1, 0]),
      skipsBlankLines: true,
    });
  });

  test('the delimiter is the one that yields the most of the five', async () => {
    expect(await read(`${NAMES.join(';')};a,b,c,d,e,f,g,h`)).toMatchObject({ delimiter: ';'.charCodeAt(0), fieldCount: 6 });
  });

  test.each<[what: string, name: (name: string) => string]>([
    ['a zero-width space before', (name) => `\u200b${name}`],
    ['a zero-width space behind', (name) => `${name}\u200b`],
    ['a zero-width space inside', (name) => name.replace('_', '_\u200b')],
    ['a zero-width space inside quotes', (name) => `"${name}\u200b"`],
    ['a zero-width space outside quotes', (name) => `\u200b"${name}"\u200b`],
    ['a byte order mark', (name) => `\ufeff${name}`],
    ['a byte order mark before a quote', (name) => `\ufeff"${name}"`],
    ['a no-break space around', (name) => `\u00a0${name}\u00a0`],
    ['a no-break space inside', (name) => name.replace('_', '\u00a0_')],
    ['a soft hyphen, joiners and marks of direction', (name) => `\u200e${name.replace('a', 'a\u00ad\u2060\u200d')}\u202c`],
    ['all at once, with spaces', (name) => ` \ufeff \u200b\u00a0${name.toUpperCase()}\u202f \u200b`],
  ])('%s does not count', async (_what, name) => {
    expect(await read(NAMES.map(name).join(','))).toMatchObject({ fieldCount: 5, columnOfField: Int32Array.from([0, 1, 2, 3, 4]) });
  });

  test.each<[header: string, message: string]>([
    [NAMES.slice(1).join(','), 'column sale_id is missing; line 1 is "product_id,quantity,sale_amount,sale_date"'],
    [`${PLAIN},Sale_Id,QUANTITY`, `column sale_id appears twice, column quantity appears twice; line 1 is "${PLAIN},Sale_Id,QUANTITY"`],
    [`\u200b${PLAIN},\u00a0sale_id`, String.raw`column sale_id appears twice; line 1 is "\u200b${PLAIN},\u00a0sale_id"`],
    [NAMES.slice(2).join('|'), 'column sale_id is missing, column product_id is missing; line 1 is "quantity|sale_amount|sale_date"'],
    [
      'Sale-ID,product,qty,Amount (net),sale_date,date',
      'column sale_id is missing (nearest: "sale-id"), column product_id is missing (nearest: "product"), column quantity is missing, column sale_amount is missing; line 1 is "Sale-ID,product,qty,Amount (net),sale_date,date"',
    ],
    [
      'sale_id,prodct_id,quantity,sales_amount,sale_amuont,saledate',
      'column product_id is missing (nearest: "prodct_id"), column sale_amount is missing (nearest: "sales_amount"), column sale_date is missing (nearest: "saledate"); line 1 is "sale_id,prodct_id,quantity,sales_amount,sale_amuont,saledate"',
    ],
    [`\n;;\n"a"b,${PLAIN}`, `the header has an unclosed or misplaced quote; line 3 is ""a"b,${PLAIN}"`],
    [`${PLAIN},"open`, `the header has an unclosed or misplaced quote; line 1 is "${PLAIN},"open"`],
    [
      `title\r${PLAIN}`,
      String.raw`column sale_id is missing; line 1 is "title\r${PLAIN}", with lone returns (CR), which end no line: save the file with LF or CRLF`,
    ],
  ])('%j is refused', async (header, message) => {
    await expect(read(header)).rejects.toMatchObject({ code: 'HEADER_INVALID', message: `x.csv: ${message}` });
  });

  test('UTF-16 that is read as something else is named', async () => {
    const bytes = Buffer.from(`${PLAIN}\n`, 'utf16le');
    const header = findHeader(bytes, true, 'x.csv')!;
    await expect(readDialect(header, 'x.csv', WANTED)).rejects.toThrow(
      /line 1 is "s\\u0000a\\u0000l.{300,}", with NUL bytes: if it is UTF-16, set CSV_ENCODING$/,
    );
  });

  test('a return behind the last name does not count', async () => {
    expect(await read(`${PLAIN}\r`)).toMatchObject({ fieldCount: 5 });
  });
});
