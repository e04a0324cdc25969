import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { crc32, createDeflateRaw } from 'node:zlib';

/** Which of the thirteen columns are read. */
export const WORKBOOK_COLUMNS =
  'columns: { sale_id: Invoice, product_id: Product, quantity: Units, sale_amount: Total, sale_date: Date, store: Store }';

const NAMES = ['Invoice', 'Date', 'Store', 'Region', 'Product', 'Name', 'Price', 'Units', 'Total', 'Profit', 'Margin', 'Method', 'Note'];
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const DOCUMENTS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** Cells of row `i`, from the same numbers each time. @param {number} i */
function cellsOf(i) {
  const text = (/** @type {string} */ value) => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  const number = (/** @type {number | string} */ value) => `<c><v>${value}</v></c>`;
  const units = (i % 12) + 1;
  const price = ((i * 7) % 5_000) / 100 + 1;
  return [
    text(`S${i}`),
    `<c s="1"><v>${44_000 + (i % 365)}</v></c>`,
    text(`store ${i % 140}`),
    text(['north', 'south', 'east', 'west'][i % 4] ?? ''),
    text(`P${(i * 13) % 5_000}`),
    text(`product number ${(i * 13) % 5_000}`),
    number(price.toFixed(2)),
    number(units),
    number((units * price).toFixed(2)),
    number((units * price * 0.3).toFixed(4)),
    number(0.3),
    text('online'),
    '<c/>',
  ].join('');
}

/** A workbook of one sheet in `folder`, packed as spreadsheets pack it. @param {string} folder @param {number} rows */
export async function makeWorkbook(folder, rows) {
  await mkdir(folder, { recursive: true });
  const zip = new ZipWriter(join(folder, 'sales.xlsx'));
  const relations = (/** @type {string} */ items) => [`<Relationships xmlns="${PACKAGE}/relationships">${items}</Relationships>`];
  await zip.add('[Content_Types].xml', [
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
  ]);
  await zip.add('_rels/.rels', relations(`<Relationship Id="r1" Type="${DOCUMENTS}/officeDocument" Target="xl/workbook.xml"/>`));
  await zip.add('xl/workbook.xml', [
    `<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENTS}"><sheets><sheet name="Sales" sheetId="1" r:id="r1"/></sheets></workbook>`,
  ]);
  await zip.add(
    'xl/_rels/workbook.xml.rels',
    relations(
      `<Relationship Id="r1" Type="${DOCUMENTS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${DOCUMENTS}/styles" Target="styles.xml"/>`,
    ),
  );
  await zip.add('xl/styles.xml', [`<styleSheet xmlns="${MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`]);
  await zip.add('xl/worksheets/sheet1.xml', sheetOf(rows));
  await zip.end();
}

/** @param {number} rows */
function* sheetOf(rows) {
  yield `<worksheet xmlns="${MAIN}"><sheetData><row>${NAMES.map((name) => `<c t="inlineStr"><is><t>${name}</t></is></c>`).join('')}</row>`;
  for (let from = 0; from < rows; from += 1_000)
    yield Array.from({ length: Math.min(1_000, rows - from) }, (_, at) => `<row>${cellsOf(from + at)}</row>`).join('');
  yield '</sheetData></worksheet>';
}

/** Writes a ZIP file piece by piece: sizes stand behind each entry. */
class ZipWriter {
  #stream;
  #offset = 0;
  /** @type {Buffer[]} */
  #directory = [];

  /** @param {string} path */
  constructor(path) {
    this.#stream = createWriteStream(path);
  }

  /** @param {string} name @param {Iterable<string>} pieces */
  async add(name, pieces) {
    const offset = this.#offset;
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(8, 2);
    head.writeUInt16LE(8, 4);
    head.writeUInt16LE(Buffer.byteLength(name), 22);
    await this.#write(Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), head, Buffer.from(name)]));
    const begin = this.#offset;
    const deflate = createDeflateRaw();
    let checksum = 0;
    let size = 0;
    const packing = (async () => {
      for await (const packed of deflate) await this.#write(packed);
    })();
    for (const piece of pieces) {
      const bytes = Buffer.from(piece);
      checksum = crc32(bytes, checksum);
      size += bytes.length;
      if (!deflate.write(bytes)) await once(deflate, 'drain');
    }
    deflate.end();
    await packing;
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(checksum, 0);
    sizes.writeUInt32LE(this.#offset - begin, 4);
    sizes.writeUInt32LE(size, 8);
    await this.#write(Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), sizes]));
    sizes.copy(head, 10);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    this.#directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), head, rest, Buffer.from(name));
  }

  async end() {
    const offset = this.#offset;
    const directory = Buffer.concat(this.#directory);
    await this.#write(directory);
    const end = Buffer.alloc(18);
    end.writeUInt16LE(this.#directory.length / 4, 4);
    end.writeUInt16LE(this.#directory.length / 4, 6);
    end.writeUInt32LE(directory.length, 8);
    end.writeUInt32LE(offset, 12);
    await this.#write(Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), end]));
    this.#stream.end();
    await once(this.#stream, 'close');
  }

  /** @param {Uint8Array} bytes */
  async #write(bytes) {
    this.#offset += bytes.length;
    if (!this.#stream.write(bytes)) await once(this.#stream, 'drain');
  }
}
