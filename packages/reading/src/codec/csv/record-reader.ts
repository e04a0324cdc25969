import type { RowColumns } from '../parquet/parquet-builder.js';

/** A longer record is malformed. */
export const RECORD_BYTES_MAX = 1 << 20;
/** So much of a malformed record is kept. */
export const RAW_BYTES_MAX = 4_096;

/** How a text's records are to be read. */
export interface RecordShape {
  /** One byte, such as comma, semicolon, tab or pipe. */
  readonly delimiter: number;
  /** The byte that quotes a field; -1: fields are never quoted. Default `"`. */
  readonly quote?: number;
  /** Whether a record may have further fields than the header if they are empty. Default false. */
  readonly hasTrailingEmpty?: boolean;
  /** Fields of the header; a record with more or fewer is malformed. */
  readonly fieldCount: number;
  /** For each field the column that it fills, or -1. Each column of the sink appears exactly once. */
  readonly columnOfField: Int32Array;
  /**
   * Whether a line of delimiters alone, also with spaces, tabs and empty quoted fields among them, is no record, however many there are:
   * spreadsheets write such lines for empty rows. A table has no such lines: a row of NULLs is a row.
   */
  readonly skipsBlankLines: boolean;
}

/** Where records go. */
export interface RecordSink {
  /** Where well-formed rows go. It may be exchanged between two calls of the reader. */
  readonly rows: RowColumns;
  /**
   * Takes a malformed record: its 1-based number among the data records, and its first 4 KiB as they are in the text, without the line end.
   * `raw` is good until the call returns. Rows that came before it in the text are in `rows` already, and later ones are not. `lines`: so many
   * lines it spans, more than one if there are newlines in quotes.
   */
  malformed(record: number, raw: Uint8Array, lines: number): void;
  /** Called before a row is ended whose record spans several lines: so many. */
  multiLine?(lines: number): void;
}

/**
 * Splits a text into records and hands each to a sink exactly once, in the order of the text. One reader reads one text, from its first
 * data record on: push all pieces, then call `finish`.
 *
 * The text is UTF-8, and records are those of RFC 4180, each ended by LF, also with returns before it (CRLF, CR CR LF), in any mixture. A
 * zero-length line is no record, nor is a blank line if the shape skips those. Returns that no LF follows, and a quote inside a field that
 * does not begin with one, are ordinary text. Malformed is a record with
 * - another number of fields than the shape says,
 * - text after a closing quote,
 * - NUL, or bytes that are not UTF-8, in any of its fields,
 * - more than 1 MiB, or more than two bytes over it together with the returns of its line end,
 * - a quote that is still open at the end of the text. Then only its first line is the record, and the next line begins another.
 *
 * Besides the sink's columns, a reader holds at most twice as much as 1 MiB and the largest piece, whatever the text. No text makes it throw.
 * What the sink throws comes out of `push` or `finish`, and the reader is then of no more use.
 */
export interface RecordReader {
  /** Records so far, malformed ones included. */
  readonly records: number;

  /** Takes the next piece of the text, which may end anywhere. The piece's memory may be used again afterwards. */
  push(piece: Buffer): void;

  /**
   * Ends the text. Null: all records have been handed over, and the reader is done. A number: the text has to be read once more from this
   * byte offset. Push it from there to its end and call `finish` again. This happens at most once, after a record of more than 1 MiB turned
   * out to be a quote that is never closed.
   */
  finish(): number | null;
}
