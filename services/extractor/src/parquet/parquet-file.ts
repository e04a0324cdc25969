import { buildDictionary } from './dictionary.js';
import { TextColumn } from './text-column.js';
import { encodeStruct, type Field } from './thrift-compact.js';

/** Numbers of the Parquet format (parquet.thrift of Apache Parquet). */
const BYTE_ARRAY = 6;
const UTF8 = 0;
const REQUIRED = 0;
const UNCOMPRESSED = 0;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const PLAIN = 0;
const RLE = 3;
const RLE_DICTIONARY = 8;

const MAGIC = Buffer.from('PAR1');

/** Rows of a row group: DuckDB reads one in one thread, in vectors of 2,048. */
export const ROW_GROUP_ROWS = 131_072;
/** A row group of wide rows ends earlier. */
const ROW_GROUP_BYTES = 16 << 20;

interface WrittenColumn {
  readonly dictionaryAt: number | null;
  readonly dataAt: number;
  readonly bytes: number;
  readonly encodings: readonly number[];
}

/**
 * Builds one Parquet file of text columns in memory: required, uncompressed, each row group's column as a dictionary where it has
 * few distinct values. Written here rather than by DuckDB because it costs half the time (docs/adr/0003).
 */
export class ParquetFile {
  readonly columns: readonly TextColumn[];
  readonly #names: readonly string[];
  readonly #parts: Uint8Array[] = [MAGIC];
  readonly #rowGroups: (readonly Field[])[] = [];
  #position = MAGIC.length;
  #groupRows = 0;
  #rows = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.columns = names.map(() => new TextColumn());
  }

  /** Complete rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes held in memory so far. */
  get bytes(): number {
    let bytes = this.#position;
    for (const column of this.columns) bytes += column.length;
    return bytes;
  }

  /** Ends the row whose values were just written into the columns. */
  endRow(): void {
    this.#rows += 1;
    this.#groupRows += 1;
    if (this.#groupRows === ROW_GROUP_ROWS) this.#endRowGroup();
  }

  /** To be called now and then, where the columns may be emptied. */
  limitRowGroup(): void {
    let bytes = 0;
    for (const column of this.columns) bytes += column.length;
    if (bytes >= ROW_GROUP_BYTES) this.#endRowGroup();
  }

  /** The whole file in parts; the builder is then empty and can build the next. */
  finish(): Uint8Array[] {
    this.#endRowGroup();
    const element = (name: string): Field[] => [
      [1, { i32: BYTE_ARRAY }],
      [3, { i32: REQUIRED }],
      [4, { text: name }],
      [6, { i32: UTF8 }],
    ];
    const root: Field[] = [
      [4, { text: 'rows' }],
      [5, { i32: this.#names.length }],
    ];
    const footer = encodeStruct([
      [1, { i32: 1 }],
      [2, { structs: [root, ...this.#names.map(element)] }],
      [3, { i64: this.#rows }],
      [4, { structs: this.#rowGroups }],
      [6, { text: 'retail-etl' }],
    ]);
    const footerLength = Buffer.alloc(4);
    footerLength.writeUInt32LE(footer.length);
    const parts = [...this.#parts, footer, footerLength, MAGIC];
    this.#parts.splice(1);
    this.#rowGroups.splice(0);
    this.#position = MAGIC.length;
    this.#rows = 0;
    return parts;
  }

  #endRowGroup(): void {
    const rows = this.#groupRows;
    if (rows === 0) return;
    const columns = this.columns.map((column) => this.#writeColumn(column, rows));
    const total = columns.reduce((sum, column) => sum + column.bytes, 0);
    this.#rowGroups.push([
      [1, { structs: columns.map((column, index) => columnChunk(column, this.#names[index]!, rows)) }],
      [2, { i64: total }],
      [3, { i64: rows }],
    ]);
    for (const column of this.columns) column.length = 0;
    this.#groupRows = 0;
  }

  #writeColumn(column: TextColumn, rows: number): WrittenColumn {
    const start = this.#position;
    const dictionary = buildDictionary(column, rows);
    if (dictionary === null) {
      this.#writePage(dataPage(rows, PLAIN), column.bytes.slice(0, column.length));
      return { dictionaryAt: null, dataAt: start, bytes: this.#position - start, encodings: [PLAIN, RLE] };
    }
    this.#writePage(
      {
        type: DICTIONARY_PAGE,
        header: [
          7,
          {
            struct: [
              [1, { i32: dictionary.count }],
              [2, { i32: PLAIN }],
            ],
          },
        ],
      },
      dictionary.values,
    );
    const dataAt = this.#position;
    this.#writePage(dataPage(rows, RLE_DICTIONARY), packIndexes(dictionary.indexes, dictionary.count));
    return { dictionaryAt: start, dataAt, bytes: this.#position - start, encodings: [PLAIN, RLE, RLE_DICTIONARY] };
  }

  #writePage(page: { type: number; header: Field }, body: Uint8Array): void {
    const header = encodeStruct([[1, { i32: page.type }], [2, { i32: body.length }], [3, { i32: body.length }], page.header]);
    this.#parts.push(header, body);
    this.#position += header.length + body.length;
  }
}

function dataPage(rows: number, encoding: number): { type: number; header: Field } {
  return {
    type: DATA_PAGE,
    header: [
      5,
      {
        struct: [
          [1, { i32: rows }],
          [2, { i32: encoding }],
          [3, { i32: RLE }],
          [4, { i32: RLE }],
        ],
      },
    ],
  };
}

/**
 * Indexes in the RLE/bit-packing hybrid: one bit-packed run at a width of 8 or 16 bits, where packed bits are simply
 * little-endian integers. A run holds whole groups of eight values, so the last is padded with zeros.
 */
function packIndexes(indexes: Uint16Array, count: number): Uint8Array {
  const bytesPerIndex = count <= 256 ? 1 : 2;
  const groups = Math.ceil(indexes.length / 8);
  const header: number[] = [];
  for (let rest = groups * 2 + 1; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      header.push(rest);
      break;
    }
    header.push((rest % 128) | 128);
  }
  const start = 1 + header.length;
  const out = new Uint8Array(start + groups * 8 * bytesPerIndex);
  out[0] = bytesPerIndex * 8;
  out.set(header, 1);
  if (bytesPerIndex === 1) out.set(indexes, start);
  else out.set(new Uint8Array(indexes.buffer, 0, indexes.length * 2), start);
  return out;
}

function columnChunk(column: WrittenColumn, name: string, rows: number): Field[] {
  const metadata: Field[] = [
    [1, { i32: BYTE_ARRAY }],
    [2, { i32s: column.encodings }],
    [3, { texts: [name] }],
    [4, { i32: UNCOMPRESSED }],
    [5, { i64: rows }],
    [6, { i64: column.bytes }],
    [7, { i64: column.bytes }],
    [9, { i64: column.dataAt }],
  ];
  if (column.dictionaryAt !== null) metadata.push([11, { i64: column.dictionaryAt }]);
  return [
    [2, { i64: column.dictionaryAt ?? column.dataAt }],
    [3, { struct: metadata }],
  ];
}
