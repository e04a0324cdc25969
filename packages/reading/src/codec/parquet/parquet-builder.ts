import type { TextColumn } from './text-column.js';

/** Columns that rows are written into one value at a time, so that no row has to become an object. */
export interface RowColumns {
  /** In the file's order. Whoever writes a row appends one value of UTF-8 to each, and then calls `endRow`. */
  readonly columns: readonly TextColumn[];

  /**
   * Ends the row whose values were just written. It may empty the columns, so `length` of each has to be read anew. A row that is not ended
   * can be taken back: set `length` of each column to what it was before.
   */
  endRow(): void;

  /** To be called now and then between two rows: ends a row group that has grown large, and may empty the columns. */
  limitRowGroup(): void;
}

/**
 * Builds Parquet files in memory, one after the other. All columns are required text. Rows are gathered in row groups; each that is complete
 * is encoded at once, and waits to be taken. A file is what `take` gave, joined in order, with what `finish` gives at the end.
 *
 * It does no input or output and waits for nothing. It fails only if memory runs out, and is of no more use then.
 */
export interface ParquetBuilder extends RowColumns {
  /** Rows of this file that have ended. */
  readonly rows: number;

  /** Whether a row group is complete that has not been taken. */
  readonly hasBuilt: boolean;

  /** Bytes of this file so far: those taken, those built, and those of rows that are not built yet as they would be without dictionaries. */
  readonly bytes: number;

  /** Bytes of memory that it holds, in use or not. They are used again for the next file. */
  readonly heldBytes: number;

  /** Bytes built since the last call; empty if there are none. Good until the next row is ended or `finish` is called. */
  take(): Uint8Array;

  /** The last bytes of the file; good as long as those of `take`. The next row begins the next file. No row may be open. */
  finish(): Uint8Array;
}
