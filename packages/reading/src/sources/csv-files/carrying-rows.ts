import type { RowColumns } from '../../codec/parquet/parquet-builder.js';
import type { TextColumn } from '../../codec/parquet/text-column.js';

const SPACE = 0x20;
/** Before each value of a column stands its length. */
const LENGTH_BYTES = 4;
const NOTHING = Buffer.alloc(0);

/** Of which columns of the sink empty cells are filled, and within the same value of which. */
export interface CarriedColumns {
  readonly within: number;
  readonly columns: readonly number[];
}

/**
 * Rows of one file in which an empty cell takes the value of the row above, if both have the same value in another column: exports of orders
 * say what belongs to the whole order on its first line only.
 */
export class CarryingRows implements RowColumns {
  readonly columns: readonly TextColumn[];
  readonly #rows: RowColumns;
  readonly #carried: CarriedColumns;
  /** Where the values of the row begin that is written next. */
  readonly #starts: number[];
  #within: Buffer = NOTHING;
  readonly #values: Buffer[];
  /**
   * Whoever writes rows makes room for what it reads, and then writes many without asking again. What is carried comes on top: so much room each
   * column had when it began, and so many bytes have been carried into it since.
   */
  #rooms: number[] | null = null;
  readonly #added: number[];

  constructor(rows: RowColumns, carried: CarriedColumns) {
    this.columns = rows.columns;
    this.#rows = rows;
    this.#carried = carried;
    this.#starts = rows.columns.map(({ length }) => length);
    this.#added = rows.columns.map(() => 0);
    this.#values = carried.columns.map(() => NOTHING);
  }

  endRow(): void {
    this.#rooms ??= this.columns.map(({ bytes }) => bytes.length);
    const within = this.#valueOf(this.#carried.within);
    const isSame = within.length > 0 && within.equals(this.#within);
    if (!isSame) this.#within = Buffer.from(within);
    let hasCarried = false;
    for (const [index, column] of this.#carried.columns.entries()) {
      const value = this.#valueOf(column);
      if (!value.every((byte) => byte === SPACE)) this.#values[index] = Buffer.from(value);
      else if (!isSame) this.#values[index] = NOTHING;
      else if (this.#values[index]!.length > 0) {
        this.#replace(column, this.#values[index]!);
        hasCarried = true;
      }
    }
    this.#rows.endRow();
    // A few bytes of text may carry many: a row group must not grow beyond what it may.
    if (hasCarried) this.#rows.limitRowGroup();
    this.#mark();
  }

  limitRowGroup(): void {
    this.#rows.limitRowGroup();
    this.mark();
  }

  /** To be called whenever others may have emptied the columns, between two pieces of text. */
  mark(): void {
    this.#rooms = null;
    this.#mark();
  }

  #mark(): void {
    for (const [index, { length }] of this.columns.entries()) {
      this.#starts[index] = length;
      if (length === 0 || this.#rooms === null) this.#added[index] = 0;
    }
  }

  /** Good until the column is written to. */
  #valueOf(column: number): Buffer {
    const { bytes, length } = this.columns[column]!;
    const from = this.#starts[column]! + LENGTH_BYTES;
    return Buffer.from(bytes.buffer, bytes.byteOffset + from, length - from);
  }

  #replace(column: number, value: Buffer): void {
    const target = this.columns[column]!;
    target.length = this.#starts[column]!;
    target.append(value);
    this.#added[column]! += value.length;
    const room = this.#rooms![column]! + this.#added[column]!;
    if (target.bytes.length < room) target.reserve(room - target.length);
  }
}
