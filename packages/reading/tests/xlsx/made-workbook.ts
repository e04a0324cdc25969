import { type RandomAccess } from '../../src/codec/xlsx/random-access.js';
import { readSheet, type SheetOptions } from '../../src/codec/xlsx/read-sheet.js';
import { type SheetRow } from '../../src/codec/xlsx/sheet-rows.js';
import { type ZipPart, zipOf } from './zip-writer.js';

/** A workbook to be made. What is left out is as Excel writes it. */
export interface Made {
  /** What stands in `<sheetData>`. */
  readonly rows?: string;
  /** What stands in `<sst>`; undefined: there is no such part. */
  readonly shared?: string;
  /** Number formats of the styles: a number for a built-in one, a text for one of its own. */
  readonly formats?: readonly (number | string)[];
  /** What stands in `<sheets>`, beside the attributes of `<workbookPr>`. */
  readonly sheets?: string;
  readonly properties?: string;
  /** Whole parts by their names, in place of those that are made, or beside them. Null: left out. */
  readonly parts?: Readonly<Record<string, string | Buffer | null>>;
  /** How all parts are put into the ZIP file. */
  readonly zip?: Omit<ZipPart, 'name' | 'content'>;
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** The parts of a workbook, by their names. */
export function partsOf(made: Made): Map<string, string | Buffer> {
  const sheets = made.sheets ?? '<sheet name="Sales" sheetId="1" r:id="rId1"/>';
  const parts: [string, string | Buffer][] = [
    ['[Content_Types].xml', `<Types xmlns="${PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`],
    ['_rels/.rels', relationships([['rId1', 'officeDocument', 'xl/workbook.xml']])],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr ${made.properties ?? ''}/><sheets>${sheets}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relationships([
        ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
        ['rId2', 'worksheet', 'worksheets/sheet2.xml'],
        ['rId8', 'styles', 'styles.xml'],
        ...(made.shared === undefined ? [] : [['rId9', 'sharedStrings', 'sharedStrings.xml'] as const]),
      ]),
    ],
    ['xl/styles.xml', styles(made.formats ?? [])],
    ['xl/worksheets/sheet1.xml', sheetOf(made.rows ?? '')],
    ['xl/worksheets/sheet2.xml', sheetOf('<row r="1"><c t="inlineStr"><is><t>second</t></is></c></row>')],
  ];
  if (made.shared !== undefined) parts.push(['xl/sharedStrings.xml', `${DECLARATION}<sst xmlns="${MAIN}">${made.shared}</sst>`]);
  const all = new Map(parts);
  for (const [name, content] of Object.entries(made.parts ?? {})) {
    if (content === null) all.delete(name);
    else all.set(name, content);
  }
  return all;
}

/** The bytes of the workbook. */
export function workbookOf(made: Made): Buffer {
  return zipOf([...partsOf(made)].map(([name, content]) => ({ name, content, ...made.zip })));
}

export function sheetOf(rows: string): string {
  return `${DECLARATION}<worksheet xmlns="${MAIN}"><dimension ref="A1"/><sheetData>${rows}</sheetData><pageMargins left="1"/></worksheet>`;
}

export function relationships(all: readonly (readonly [id: string, kind: string, target: string])[]): string {
  const each = all.map(([id, kind, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`);
  return `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${each.join('')}</Relationships>`;
}

/** The first style is the general one; the next are of the given formats. */
function styles(formats: readonly (number | string)[]): string {
  const own = formats.flatMap((format, at) =>
    typeof format === 'string' ? [`<numFmt numFmtId="${170 + at}" formatCode="${escaped(format)}"/>`] : [],
  );
  const each = formats.map((format, at) => `<xf numFmtId="${typeof format === 'string' ? 170 + at : format}" xfId="0"/>`);
  return `<styleSheet xmlns="${MAIN}"><numFmts>${own.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${each.join('')}</cellXfs></styleSheet>`;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** Bytes in memory as a source, which hands over a few at a time. */
export function sourceOf(bytes: Buffer, mostBytes = Infinity): RandomAccess {
  return {
    bytes: bytes.length,
    read(buffer, position) {
      return Promise.resolve(bytes.copy(buffer, 0, position, Math.min(position + Math.min(buffer.length, mostBytes), bytes.length)));
    },
  };
}

const OPTIONS: SheetOptions = { name: 'sales.xlsx', bytesMax: 1 << 26 };

/** All rows of a workbook. */
export function rowsOf(bytes: Buffer, options: Partial<SheetOptions> = {}, mostBytes?: number): Promise<SheetRow[]> {
  return rowsFrom(sourceOf(bytes, mostBytes), options);
}

/** All rows of a source. */
export async function rowsFrom(source: RandomAccess, options: Partial<SheetOptions> = {}): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const batch of readSheet(source, { ...OPTIONS, ...options })) rows.push(...batch);
  return rows;
}

/** The texts of the only row that is made. */
export async function cellsOf(made: Made): Promise<string[] | undefined> {
  const [row, ...others] = await rowsOf(workbookOf(made));
  if (others.length > 0) throw new Error('more than one row');
  return row?.cells;
}
