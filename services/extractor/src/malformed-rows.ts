import { isUtf8 } from 'node:buffer';
import { ParquetFile, type TextColumn } from '@retail-etl/reading';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const COLUMNS = ['segment', 'rows_before', 'record', 'lines', 'raw'] as const;

/**
 * The malformed records of one chunk after the other, as `ChunkManifest` describes them, in memory. A file may hold nothing but such records,
 * tens of millions of them, so one costs no more than a good row: its numbers and its text go into the columns without becoming objects.
 */
export class MalformedRows {
  readonly #file = new ParquetFile(COLUMNS);

  /** Of the chunk so far. */
  get rows(): number {
    return this.#file.rows;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  /** `rowsBefore`: well-formed rows of the chunk that come before it. `raw` is good until the call returns. */
  add(segment: number, rowsBefore: number, record: number, lines: number, raw: Uint8Array): void {
    const [segments, before, numbers, spans, texts] = this.#file.columns;
    segments!.appendInteger(segment);
    before!.appendInteger(rowsBefore);
    numbers!.appendInteger(record);
    spans!.appendInteger(lines);
    appendReadable(texts!, raw);
    this.#file.endRow();
    this.#file.limitRowGroup();
  }

  /** The file; good until the next record is added, which is of the next chunk. */
  finish(): Uint8Array {
    return this.#file.finish();
  }
}

/** Appends `raw` as people can read it, in a spreadsheet: what is no text becomes the replacement character, NUL its picture. */
function appendReadable(column: TextColumn, raw: Uint8Array): void {
  let hasNul = false;
  let isAscii = true;
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw[at]!;
    if (byte === 0) hasNul = true;
    else if (byte >= 0x80) isAscii = false;
  }
  if (!hasNul && (isAscii || isUtf8(raw))) column.append(raw);
  else if (hasNul) column.appendText(decoder.decode(raw).replaceAll('\0', '\u2400'));
  else column.appendText(decoder.decode(raw));
}
