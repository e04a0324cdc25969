import { BUILT_IN, parseDefinition, type SourceDefinition } from '@retail-etl/sales';
import { describe, expect, test } from 'vitest';
import { readDialect } from '../src/codec/csv/dialect.js';
import { findHeader } from '../src/codec/csv/find-header.js';
import { RecordScanner } from '../src/codec/csv/record-scanner.js';
import { RepeatedHeaders } from '../src/codec/csv/repeated-headers.js';
import { watchedColumns } from '../src/sources/csv-files/watched-columns.js';
import { RecordingSink } from './recording-sink.js';

const PLAIN = 'sale_id,product_id,quantity,sale_amount,sale_date';
const MOVED = 'sale_id,quantity,product_id,sale_amount,sale_date';
/** Store files where no sources are declared. */
const STORE = BUILT_IN.sources[1]!;
const row = (saleId: number): string => `${saleId},7,2,1.50,2026-01-01`;

/** Sale ids of the rows that were read, numbers of the malformed records, and headers passed over; a piece of text has so many bytes. */
async function read(
  text: string,
  pieceBytes: number,
  store: SourceDefinition = STORE,
): Promise<{ sales: string[]; malformed: number[]; repeated: number }> {
  const bytes = Buffer.from(text);
  const header = findHeader(bytes, true, 'x.csv')!;
  const { shape } = await readDialect(header, 'x.csv', store);
  const sink = new RecordingSink({ columns: store.inputs.length });
  const writer = sink.openWriter();
  writer.startSegment('x.csv', 1);
  const headers = new RepeatedHeaders(
    header,
    shape,
    'x.csv',
    watchedColumns(
      store,
      store.inputs.map(({ names: [first] }) => first!),
      store !== STORE,
    ),
  );
  const scanner = new RecordScanner(shape, writer, header.bodyAt, headers);
  for (let from: number | null = header.bodyAt; from !== null; from = scanner.finish()) {
    for (let at: number = from; at < bytes.length; at += pieceBytes) scanner.push(bytes.subarray(at, at + pieceBytes));
  }
  expect(sink.violations).toEqual([]);
  expect(scanner.records).toBe(sink.rows.length + sink.malformed.length);
  return { sales: sink.rows.map(({ cells }) => cells[0]!), malformed: sink.malformed.map(({ record }) => record), repeated: headers.count };
}

const PIECES = [1, 7, 1 << 19];
/** Records that begin with the second header, of a file with the plain one and one row before it. */
const after = (...lines: readonly string[]): string => [PLAIN, row(1), ...lines, ''].join('\n');

describe('the header once more', () => {
  test.each<[what: string, text: string, sales: string[], malformed: number[], repeated: number]>([
    ['as it is', after(PLAIN, row(2)), ['1', '2'], [], 1],
    ['right behind the first', [PLAIN, PLAIN, row(1)].join('\n'), ['1'], [], 1],
    ['as the last line, without a newline', `${after(row(2))}${PLAIN}`, ['1', '2'], [], 1],
    ['several times', after(PLAIN, row(2), PLAIN, PLAIN, row(3)), ['1', '2', '3'], [], 3],
    ['after blank lines', after('', ',,,,', PLAIN, row(2)), ['1', '2'], [], 1],
    ['with a byte order mark', after(`\ufeff${PLAIN}`, row(2)), ['1', '2'], [], 1],
    ['quoted, with a byte order mark', after(`\ufeff"${PLAIN.replaceAll(',', '","')}"`, row(2)), ['1', '2'], [], 1],
    ['in upper case', after(PLAIN.toUpperCase(), row(2)), ['1', '2'], [], 1],
    ['padded', after(PLAIN.replaceAll(',', ' , '), row(2)), ['1', '2'], [], 1],
    ['quoted', after(`"${PLAIN.replaceAll(',', '","')}"`, row(2)), ['1', '2'], [], 1],
    ['with characters that nobody sees', after(PLAIN.replaceAll('_', '\u200b_\u00a0'), row(2)), ['1', '2'], [], 1],
    ['with characters that nobody sees after each other', after(Array.from(PLAIN).join('\u200b'), row(2)), ['1', '2'], [], 1],
    ['with CRLF and CR CR LF', after(`${PLAIN}\r`, row(2), `${PLAIN}\r\r`, row(3)), ['1', '2', '3'], [], 2],
    ['after a line sep=', after('sep=,', PLAIN, row(2), '"sep=,",,', PLAIN, row(3), 'sep=\t'), ['1', '2', '3'], [], 2],
    ['with other names beside the five', [`${PLAIN},note`, `${row(1)},a`, `${PLAIN},remark`, `${row(2)},b`].join('\n'), ['1', '2'], [], 1],
    [
      'with a name that holds the delimiter and a newline',
      [`"a,\nb",${PLAIN}`, `x,${row(1)}`, `"a,\nb",${PLAIN}`, `x,${row(2)}`].join('\n'),
      ['1', '2'],
      [],
      1,
    ],
    ['of another order than ours', [MOVED, row(1), MOVED, row(2)].join('\n'), ['1', '2'], [], 1],
    ['glued to a row without a newline: that record is malformed', after(`${row(2)}${PLAIN}`, row(3)), ['1', '3'], [2], 0],
    ['glued, with a byte order mark', after(`${row(2)}\ufeff${PLAIN}`, row(3)), ['1', '3'], [2], 0],
    ['inside a malformed record of several lines', after('2,"7,2', PLAIN, '3,7,"2', row(4)), ['1', '4'], [2], 0],
    ['with a quote left open: that record is malformed', after(`"${PLAIN}`, row(2)), ['1', '2'], [2], 0],
    ['behind a quote that stays open', after('2,"7,2,1.50,2026-01-01', PLAIN, row(3)), ['1', '3'], [2], 1],
  ])('%s', async (_what, text, sales, malformed, repeated) => {
    for (const size of PIECES) expect(await read(text, size)).toEqual({ sales, malformed, repeated });
  });

  test('is found behind a quote that stays open for more than 1 MiB', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => row(index + 3));
    const { sales, malformed, repeated } = await read(after('2,"7,2,1.50,2026-01-01', PLAIN, ...rows, PLAIN), 1 << 19);
    expect({ sales: sales.length, malformed, repeated }).toEqual({ sales: 60_001, malformed: [2], repeated: 2 });
  });
});

describe('another header', () => {
  test.each<[what: string, found: string, ...lines: string[]]>([
    ['in another order', MOVED, MOVED, row(2)],
    ['in another order, after blank lines', MOVED, '', ',,', MOVED],
    ['in another order, with a byte order mark', String.raw`\ufeff${MOVED}`, `\ufeff${MOVED}`],
    [
      'in another order, upper case, padded and quoted',
      '"SALE_ID", "QUANTITY" ',
      '"SALE_ID", "QUANTITY" ,"PRODUCT_ID",SALE_AMOUNT,SALE_DATE',
    ],
    ['with another delimiter', PLAIN.replaceAll(',', ';'), PLAIN.replaceAll(',', ';'), '2;7;2;1.50;2026-01-01'],
    [
      'with another delimiter, after a line sep=',
      PLAIN.replaceAll(',', '\t').replaceAll('\t', String.raw`\t`),
      'sep=\t',
      PLAIN.replaceAll(',', '\t'),
    ],
    ['with a column more', `${PLAIN},note`, `${PLAIN},note`],
    ['with a column before', `note,${PLAIN}`, `note,${PLAIN}`],
    ['with four columns before', `a,b,c,d,${PLAIN}`, `a,b,c,d,${PLAIN}`],
    ['with a column less', PLAIN.replace(',sale_date', ''), PLAIN.replace(',sale_date', '')],
    ['with one of the five by another name', PLAIN.replace('quantity', 'qty'), PLAIN.replace('quantity', 'qty')],
    ['with two of the five', 'id,product_id,qty,sale_amount,day', 'id,product_id,qty,sale_amount,day'],
    ['with one of the five, in the place of a column', 'id,product,quantity,amount,day', 'id,product,quantity,amount,day'],
    [
      'of other names, none of the five',
      'Sale ID,Product ID,Amount,Qty,Date',
      'Sale ID,Product ID,Amount,Qty,Date',
      '2,7,1.50,2,2026-01-01',
    ],
    ['of another language', 'Beleg,Artikel,Menge,Umsatz,Datum', 'Beleg,Artikel,Menge,Umsatz,Datum'],
    ['with names twice', 'sale_id,sale_id,product_id,product_id,quantity', 'sale_id,sale_id,product_id,product_id,quantity'],
    ['glued to a row without a newline', `${row(2)}${MOVED}`, `${row(2)}${MOVED}`],
    ['inside a malformed record of several lines', MOVED, '2,"7,2', MOVED, '3,7,"2'],
    [
      'behind a quote that its own quotes close',
      '"sale_id","quantity"',
      '2,"7,2',
      '"sale_id","quantity","product_id","sale_amount","sale_date"',
    ],
    ['before the end of the file, without a newline', MOVED, MOVED],
  ])('%s', async (_what, found, ...lines) => {
    const message = expect.stringContaining(`holds a second header, "${found}`);
    for (const size of PIECES) {
      const text = after(...lines);
      for (const whole of [text, text.trimEnd(), text.replaceAll('\n', '\r\n')]) {
        await expect(read(whole, size)).rejects.toMatchObject({ code: 'HEADER_CHANGED', message });
      }
    }
  });

  test.each(PLAIN.split(','))('with %s as its only name, in any case', async (name) => {
    for (const each of [name, name.toUpperCase(), `\u200b${name.replace('_', '_\u200b')}`]) {
      const line = PLAIN.split(',')
        .map((other) => (other === name ? each : 'other'))
        .join(',');
      await expect(read(after(line), 1_000)).rejects.toMatchObject({ code: 'HEADER_CHANGED' });
    }
  });

  test('among columns that nobody asked for, none of the five in the place of another', async () => {
    const [first, second] = [`${PLAIN},a,b,c,d,e`, `a,b,,d,e,${PLAIN}`];
    await expect(read([first, `${row(1)},,,,,`, second].join('\n'), 99)).rejects.toMatchObject({ code: 'HEADER_CHANGED' });
  });

  test('of other names, with one of the five beside them', async () => {
    const text = [`note,${PLAIN}`, `x,${row(1)}`, 'sale_date,Sale ID,Product ID,Amount,Qty,Date'].join('\n');
    await expect(read(text, 99)).rejects.toMatchObject({ code: 'HEADER_CHANGED' });
  });

  test('is named with the file, the record, and both headers', async () => {
    const title = ['', PLAIN, row(1), row(2), 'x', MOVED].join('\n');
    await expect(read(title, 1_000)).rejects.toThrow(
      `x.csv: record 4 holds a second header, "${MOVED}", which differs from the one in line 2, "${PLAIN}"`,
    );
  });
});

describe('what is no header', () => {
  const wide = (...rows: readonly string[]): string => [`note,${PLAIN},field`, ...rows].join('\n');

  test.each<[what: string, text: string, sales: string[], malformed: number[]]>([
    ['sales with names of columns beside them', wide(`sale_id,${row(1)},quantity`, `sale_date,${row(2)},sale_amount`), ['1', '2'], []],
    ['a sale with a header in its note', wide(`"${PLAIN}",${row(1)},`, `"\n${MOVED}\n",${row(2)},`), ['1', '2'], []],
    ['a row with text for its numbers', after('2,7,two,one,2026-01-01', 'x,y,z,EUR 2,sale_dates'), ['1', '2', 'x'], []],
    ['a malformed record with one name', after('quantity', '2,7,2,1.50,2026-01-01,sale_id', 'Quantity: 2;product'), ['1'], [2, 3, 4]],
    [
      'a note in quotes that holds names',
      wide(`"quantity,sale_amount unknown; sale_id",2,7,n/a,1.50,2026-01-01,`, `,${row(3)},`),
      ['2', '3'],
      [],
    ],
    ['the same word everywhere', after('unknown,unknown,unknown,unknown,unknown', 'n/a,n/a,none,null,tbd'), ['1', 'unknown', 'n/a'], []],
    ['words beside a number', after('total,all,sum,12,end', 'a,b,c,d,e'), ['1', 'total', 'a'], []],
    ['a line sep= that is none', after('sep=', 'sep=,,7', 'sep=7', 'separator'), ['1'], [2, 3, 4, 5]],
    ['padded numbers', after(' 2,7,  2, +1.50,2026-01-01', '3,7,-2,.50,2026-01-01'), ['1', ' 2', '3'], []],
  ])('%s', async (_what, text, sales, malformed) => {
    for (const size of PIECES) expect(await read(text, size)).toEqual({ sales, malformed, repeated: 0 });
  });
});

test.each([["'"], ['"'], ['none']])('a second header in another order is found where %s quotes', async (quote) => {
  const yaml = `product: text
sources: [{ name: shop, files: '*.csv', csv: { quote: ${quote === 'none' ? quote : JSON.stringify(quote)} },
  columns: { product_id: sku, quantity: { value: 1 }, sale_amount: total, sale_date: day } }]`;
  const [shop] = parseDefinition(yaml, 'sources.yaml').sources;
  const header = (...names: readonly string[]): string =>
    (quote === 'none' ? names : names.map((name) => `${quote}${name}${quote}`)).join(',');
  const text = [header('sku', 'total', 'day'), 'A,1.50,2026-01-01', header('day', 'sku', 'total'), '2026-01-01,A,1', ''].join('\n');
  for (const size of PIECES) await expect(read(text, size, shop)).rejects.toMatchObject({ code: 'HEADER_CHANGED' });
});
