import { ParquetFile } from '@retail-etl/reading';

/** Which well-formed rows of one chunk after the other span several lines of their file, as `ChunkManifest` describes them, in memory. */
export class MultiLineRows {
  readonly #file = new ParquetFile(['row', 'lines']);

  /** Of the chunk so far. */
  get rows(): number {
    return this.#file.rows;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  /** `row`: its 0-based position among the chunk's well-formed rows. */
  add(row: number, lines: number): void {
    const [rows, spans] = this.#file.columns;
    rows!.appendInteger(row);
    spans!.appendInteger(lines);
    this.#file.endRow();
  }

  /** The file; good until the next row is added, which is of the next chunk. */
  finish(): Uint8Array {
    return this.#file.finish();
  }
}
