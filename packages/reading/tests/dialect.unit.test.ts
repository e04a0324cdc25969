import { findHeader, readDialect } from '../src/codec/csv/dialect.js';
import { describe, expect, test } from 'vitest';

const NAMES = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'];

describe('the end of a header', () => {
  test.each<[what: string, text: string, header: string, bodyAt: number]>([
    ['LF', 'a,b\n1', 'a,b', 4],
    ['CRLF', 'a,b\r\n1', 'a,b', 5],
    ['blank lines before', '\n\r\n\na\n1', 'a', 6],
    ['a newline inside quotes', 'a,"b\nc",d\n1', 'a,"b\nc",d', 10],
    ['quotes inside quotes', '"a""b\n""",c\n1', '"a""b\n""",c', 12],
    ['a quote inside text', '5" a;b\n1', '5" a;b', 7],
    ['two quotes inside text', '5"" a\n1', '5"" a', 6],
    ['an empty quoted name', '"",a\n1', '"",a', 5],
    ['a lone return', 'a\rb\n1', 'a\rb', 4],
  ])('%s', (_what, text, header, bodyAt) => {
    expect(findHeader(Buffer.from(text), false, 'x.csv')).toEqual({ text: header, bodyAt });
    // Not before its newline has come.
    expect(findHeader(Buffer.from(text).subarray(0, bodyAt - 1), false, 'x.csv')).toBeNull();
  });

  test('is the end of the file if need be', () => {
    expect(findHeader(Buffer.from('a,b'), true, 'x.csv')).toEqual({ text: 'a,b', bodyAt: 3 });
  });

  test('comes within 1 MiB', () => {
    expect(() => findHeader(Buffer.alloc((1 << 20) + 2, 'a'), false, 'x.csv')).toThrow('x.csv: no header of at most 1 MiB was found');
    expect(() => findHeader(Buffer.concat([Buffer.from('"'), Buffer.alloc(2 << 20, '\n')]), true, 'x.csv')).toThrow('x.csv: no header');
  });
});

describe('delimiter and columns', () => {
  test.each([',', ';', '\t', '|'])('%j, and where each column stands', async (delimiter) => {
    const header = ['note', ' SALE_DATE ', '"sale_amount"', '" Quantity"', 'product_id', `"a${delimiter}b"`, 'sale_id'].join(delimiter);
    expect(await readDialect(header, 'x.csv')).toEqual({
      delimiter: delimiter.charCodeAt(0),
      fieldCount: 7,
      columnOfField: Int32Array.from([-1, 4, 3, 2, 1, -1, 0]),
      skipsBlankLines: true,
    });
  });

  test('the delimiter is the one that yields the most of the five', async () => {
    const shape = await readDialect(`${NAMES.join(';')};a,b,c,d,e,f,g,h`, 'x.csv');
    expect(shape).toMatchObject({ delimiter: ';'.charCodeAt(0), fieldCount: 6 });
  });

  test.each<[header: string, message: string]>([
    [NAMES.slice(1).join(','), 'x.csv: column sale_id is missing'],
    [`${NAMES.join(',')},Sale_Id,QUANTITY`, 'x.csv: column sale_id appears twice, column quantity appears twice'],
    [NAMES.slice(2).join('|'), 'x.csv: column sale_id is missing, column product_id is missing'],
    [`"a"b,${NAMES.join(',')}`, 'x.csv: the header has an unclosed or misplaced quote'],
    [`${NAMES.join(',')},"open`, 'x.csv: the header has an unclosed or misplaced quote'],
    [`title\r${NAMES.join(',')}`, 'x.csv: column sale_id is missing'],
  ])('%j is refused', async (header, message) => {
    await expect(readDialect(header, 'x.csv')).rejects.toMatchObject({ code: 'HEADER_INVALID', message });
  });

  test('a return behind the last name does not count', async () => {
    expect(await readDialect(`${NAMES.join(',')}\r`, 'x.csv')).toMatchObject({ fieldCount: 5 });
  });
});
