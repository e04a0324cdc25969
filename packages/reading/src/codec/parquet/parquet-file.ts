import { buildDictionary } from './dictionary.js';
import type { ParquetBuilder } from './parquet-builder.js';
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

/** Scratch memory: for each row of a row group the index of its value. */
const indexesOfRows = new Uint16Array(ROW_GROUP_ROWS);

interface WrittenColumn {
  readonly dictionaryAt: number | null;
  readonly dataAt: number;
  readonly bytes: number;
  readonly encodings: readonly number[];
}

/**
 * Parquet files of uncompressed pages, each row group's column as a dictionary where it has few distinct values. What is built is taken now
 * and then, and its memory used again: V8 would mark its whole heap for much memory that is allocated anew.
 */
export class ParquetFile implements ParquetBuilder {
  readonly columns: readonly TextColumn[];
  readonly #names: readonly string[];
  readonly #rowsOfGroup: number;
  readonly #rowGroups: (readonly Field[])[] = [];
  #built = new Uint8Array(1 << 12);
  #builtBytes = 0;
  #takenBytes = 0;
  #groupRows = 0;
  #rows = 0;

  /** `rowsOfGroup`: a row group ends after so many rows, at most ROW_GROUP_ROWS. */
  constructor(names: readonly string[], rowsOfGroup = ROW_GROUP_ROWS) {
    this.#names = names;
    this.#rowsOfGroup = rowsOfGroup;
    this.columns = names.map(() => new TextColumn());
  }

  get rows(): number {
    return this.#rows;
  }

  get hasBuilt(): boolean {
    return this.#builtBytes > MAGIC.length;
  }

  get bytes(): number {
    let bytes = this.#position;
    for (const column of this.columns) bytes += column.length;
    return bytes;
  }

  get heldBytes(): number {
    let bytes = this.#built.length;
    for (const column of this.columns) bytes += column.bytes.length;
    return bytes;
  }

  endRow(): void {
    this.#rows += 1;
    this.#groupRows += 1;
    if (this.#groupRows === this.#rowsOfGroup) this.#endRowGroup();
  }

  limitRowGroup(): void {
    let bytes = 0;
    for (const column of this.columns) bytes += column.length;
    if (bytes >= ROW_GROUP_BYTES) this.#endRowGroup();
  }

  take(): Uint8Array {
    const built = this.#built.subarray(0, this.#builtBytes);
    this.#takenBytes += this.#builtBytes;
    this.#builtBytes = 0;
    return built;
  }

  finish(): Uint8Array {
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
    for (const part of [footer, footerLength, MAGIC]) this.#write(part);
    const rest = this.take();
    this.#rowGroups.splice(0);
    this.#takenBytes = 0;
    this.#rows = 0;
    return rest;
  }

  #endRowGroup(): void {
    const rows = this.#groupRows;
    if (this.#position === 0) this.#write(MAGIC);
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

  /** In the file. */
  get #position(): number {
    return this.#takenBytes + this.#builtBytes;
  }

  #writeColumn(column: TextColumn, rows: number): WrittenColumn {
    const start = this.#position;
    const indexes = indexesOfRows.subarray(0, rows);
    const dictionary = buildDictionary(column, indexes);
    if (dictionary === null) {
      this.#writePageHeader(dataPage(rows, PLAIN), column.length);
      this.#write(column.bytes.subarray(0, column.length));
      return { dictionaryAt: null, dataAt: start, bytes: this.#position - start, encodings: [PLAIN, RLE] };
    }
    const { count, values } = dictionary;
    this.#writePageHeader(dictionaryPage(count), values.length);
    this.#write(values);
    const dataAt = this.#position;
    this.#writeIndexes(indexes, count);
    return { dictionaryAt: start, dataAt, bytes: this.#position - start, encodings: [PLAIN, RLE, RLE_DICTIONARY] };
  }

  /**
   * A data page of indexes in the RLE/bit-packing hybrid: one bit-packed run at a width of 8 or 16 bits, where packed bits are simply
   * little-endian integers. A run holds whole groups of eight values, so the last is padded with zeros.
   */
  #writeIndexes(indexes: Uint16Array, count: number): void {
    const bytesPerIndex = count <= 256 ? 1 : 2;
    const groups = Math.ceil(indexes.length / 8);
    const runHeader = Uint8Array.from([bytesPerIndex * 8, ...variableLength(groups * 2 + 1)]);
    const packed = bytesPerIndex === 1 ? indexes : new Uint8Array(indexes.buffer, 0, indexes.length * 2);
    const packedBytes = groups * 8 * bytesPerIndex;
    this.#writePageHeader(dataPage(indexes.length, RLE_DICTIONARY), runHeader.length + packedBytes);
    this.#write(runHeader);
    this.#reserve(packedBytes);
    this.#built.set(packed, this.#builtBytes);
    this.#built.fill(0, this.#builtBytes + packed.length, this.#builtBytes + packedBytes);
    this.#builtBytes += packedBytes;
  }

  #writePageHeader({ type, own }: PageHeader, bodyBytes: number): void {
    this.#write(encodeStruct([[1, { i32: type }], [2, { i32: bodyBytes }], [3, { i32: bodyBytes }], own]));
  }

  #write(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#built.set(bytes, this.#builtBytes);
    this.#builtBytes += bytes.length;
  }

  #reserve(extra: number): void {
    const needed = this.#builtBytes + extra;
    if (needed <= this.#built.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#built.length * 2));
    grown.set(this.#built.subarray(0, this.#builtBytes));
    this.#built = grown;
  }
}

interface PageHeader {
  readonly type: number;
  /** The part of the header that is the type's own. */
  readonly own: Field;
}

/** A struct of 32-bit integers, numbered from 1. */
const integers = (field: number, ...values: number[]): Field => [
  field,
  { struct: values.map((i32, index): Field => [index + 1, { i32 }]) },
];

const dictionaryPage = (values: number): PageHeader => ({ type: DICTIONARY_PAGE, own: integers(7, values, PLAIN) });

const dataPage = (rows: number, encoding: number): PageHeader => ({ type: DATA_PAGE, own: integers(5, rows, encoding, RLE, RLE) });

/** Seven bits a byte, the lowest first; all but the last have the highest bit set. */
function variableLength(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
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
