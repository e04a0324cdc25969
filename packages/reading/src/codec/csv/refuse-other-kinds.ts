import { EtlError } from '@retail-etl/contracts';

/** How files begin that are no CSV, in Latin-1. Sources: the formats' specifications, and `file`'s magic. */
const BEGINNINGS: readonly (readonly [begin: string | RegExp, kind: string])[] = [
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'a document of an older Microsoft Office, such as an Excel workbook (.xls)'],
  ['%PDF-', 'a PDF document'],
  ['\x1f\x8b', 'packed by gzip'],
  [/^BZh[1-9]1AY&SY/, 'packed by bzip2'],
  ['\xfd7zXZ\0', 'packed by xz'],
  ['\x28\xb5\x2f\xfd', 'packed by zstd'],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive'],
  ['Rar!\x1a\x07', 'a RAR archive'],
  [/^PAR1\p{Cc}/u, 'a Parquet file'],
  ['SQLite format 3\0', 'an SQLite database'],
  ['\x89PNG', 'a picture (PNG)'],
  ['\xff\xd8\xff', 'a picture (JPEG)'],
  ['{\\rtf', 'an RTF document'],
  [/^\s*<(?:!doctype html|html)[\s>]/i, 'an HTML page'],
  [/^\s*<\?xml[\s?]/i, 'an XML document'],
  [/^\s*[[{]\s*["{[]/, 'JSON'],
];

/** A ZIP file begins with the header of its first entry, or with the end of the archive if it is empty. */
const ZIP_BEGINNINGS = ['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'];
/** Names of entries by which a document that is a ZIP file is known. */
const ZIP_ENTRIES: readonly (readonly [entry: RegExp, kind: string])[] = [
  [/xl\/(?:workbook|worksheets)/, 'an Excel workbook (.xlsx)'],
  [/application\/vnd\.oasis\.opendocument\.spreadsheet/, 'an OpenDocument spreadsheet (.ods)'],
  [/Index\/(?:Document|Tables?|CalculationEngine)[^\0]{0,40}\.iwa|Index\.zip/, 'a Numbers document'],
  [/\[Content_Types\]\.xml/, 'a Microsoft Office document'],
];

/** Of a file's beginning, so much is looked at. A workbook has the name of a telling entry among the first. */
const LOOKED_AT_BYTES = 1 << 16;

/**
 * Throws FILE_NOT_TEXT if the first bytes of a file, as they lie in it, are those of something else than text in lines. A file of a
 * kind that is not known passes, and fails by its header.
 */
export function refuseOtherKinds(begin: Buffer, file: string): void {
  const kind = kindOf(begin.toString('latin1', 0, LOOKED_AT_BYTES));
  if (kind !== undefined) throw new EtlError('FILE_NOT_TEXT', `${file} is no CSV file: it is ${kind}`);
}

function kindOf(begin: string): string | undefined {
  if (ZIP_BEGINNINGS.some((known) => begin.startsWith(known)))
    return ZIP_ENTRIES.find(([entry]) => entry.test(begin))?.[1] ?? 'a ZIP archive';
  return BEGINNINGS.find(([known]) =>
    typeof known === 'string' ? begin.startsWith(known) : known.test(begin.replace(/^\xef\xbb\xbf/, '')),
  )?.[1];
}
