import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { refuseOtherKinds } from '../dist/codec/csv/refuse-other-kinds.js';
import { ParquetFile } from '../dist/codec/parquet/parquet-file.js';

const CSV = 'sale_id,product_id,quantity,sale_amount,sale_date\n1,2,3,4.00,2026-01-01\n';

/** The local part of a ZIP file, which is what its beginning is. */
function zip(...entries: readonly [name: string, content: string][]): Buffer {
  const parts = entries.flatMap(([name, content]) => {
    const packed = deflateRawSync(content);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50);
    header.writeUInt16LE(20, 4);
    header.writeUInt16LE(8, 8);
    header.writeUInt32LE(packed.length, 18);
    header.writeUInt32LE(content.length, 22);
    header.writeUInt16LE(name.length, 26);
    return [header, Buffer.from(name), packed];
  });
  return Buffer.concat(parts);
}

/** An uncompressed first entry, as OpenDocument asks for. */
const openDocument = Buffer.concat([
  zip(['mimetype', '']),
  Buffer.from('application/vnd.oasis.opendocument.spreadsheet'),
  zip(['content.xml', '<a/>']),
]);

function parquet(): Buffer {
  const file = new ParquetFile(['a']);
  file.columns[0]!.append(Buffer.from('1'));
  file.endRow();
  return Buffer.from(file.finish());
}

test.each<[string, Buffer | string]>([
  ['an Excel workbook (.xlsx)', zip(['[Content_Types].xml', '<Types/>'], ['_rels/.rels', '<R/>'], ['xl/workbook.xml', '<workbook/>'])],
  ['an Excel workbook (.xlsx)', zip(['xl/worksheets/sheet1.xml', '<worksheet/>'], ['[Content_Types].xml', '<Types/>'])],
  ['an OpenDocument spreadsheet (.ods)', openDocument],
  ['a Numbers document', zip(['Index/Document.iwa', 'x'], ['Index/CalculationEngine.iwa', 'x'])],
  ['a Microsoft Office document', zip(['[Content_Types].xml', '<Types/>'], ['word/document.xml', '<w/>'])],
  ['a ZIP archive', zip(['sales.csv', CSV])],
  ['a document of an older Microsoft Office', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
  ['a PDF document', '%PDF-1.7\n%\xe2\xe3'],
  ['packed by gzip', gzipSync(CSV)],
  ['packed by bzip2', 'BZh91AY&SY\x94'],
  ['packed by xz', Buffer.from('fd377a585a000004', 'hex')],
  ['packed by zstd', Buffer.from('28b52ffd2400', 'hex')],
  ['a 7z archive', Buffer.from('377abcaf271c0004', 'hex')],
  ['a RAR archive', 'Rar!\x1a\x07\x01\0'],
  ['a Parquet file', parquet()],
  ['an SQLite database', 'SQLite format 3\0'],
  ['a picture (PNG)', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['a picture (JPEG)', Buffer.from('ffd8ffe000104a46', 'hex')],
  ['an RTF document', String.raw`{\rtf1\ansi`],
  ['an HTML page', '\ufeff\n<!DOCTYPE html>\n<html>'],
  ['an HTML page', '<html lang="en">'],
  ['an XML document', '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>'],
  ['JSON', '[\n  {"sale_id": 1}'],
  ['JSON', '{"sales": []}'],
])('refuses %s', (kind, content) => {
  const thrown = (): void => refuseOtherKinds(Buffer.from(content as Buffer), 'day.csv');
  expect(thrown).toThrow(
    expect.objectContaining({ code: 'FILE_NOT_TEXT', message: expect.stringContaining(`day.csv is no CSV file: it is ${kind}`) as string }),
  );
});

test.each([
  CSV,
  `\ufeff${CSV}`,
  `sep=;\n${CSV}`,
  'PAR1;sale_id;product_id\n',
  'PK,sale_id\n',
  'BZh,sale_id\n',
  '"sale_id","product_id"\n',
  '<a>,sale_id\n',
  '[sale_id],[product_id]\n',
  '',
  Buffer.from(`\ufeff${CSV}`, 'utf16le'),
])('takes text (%#)', (content) => {
  expect(() => refuseOtherKinds(Buffer.from(content as Buffer), 'day.csv')).not.toThrow();
});
