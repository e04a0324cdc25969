import { ParquetFile, type RecordWriter } from '@retail-etl/reading';
import { CheckedFileWriter } from '@retail-etl/store';

/** A record that could not be read. */
export interface MalformedRecord {
  readonly record: number;
  /** So many well-formed rows came before it. */
  readonly rowsBefore: number;
  readonly raw: string;
}

/** Of malformed records so many texts are kept. */
const TEXTS_MAX = 100;

/** Stages the rows of one file as Parquet, and keeps its malformed records in memory. */
export class StagedSample implements RecordWriter {
  readonly rows: ParquetFile;
  readonly malformedRecords: MalformedRecord[] = [];
  readonly #output: CheckedFileWriter;

  private constructor(columns: readonly string[], output: CheckedFileWriter) {
    this.rows = new ParquetFile(columns);
    this.#output = output;
  }

  /** `name`: of the file in `folder`, which is written anew. */
  static async create(folder: string, name: string, columns: readonly string[]): Promise<StagedSample> {
    return new StagedSample(columns, await CheckedFileWriter.create(folder, name));
  }

  startSegment(): void {}

  malformed(record: number, raw: Uint8Array): void {
    const text = this.malformedRecords.length < TEXTS_MAX ? Buffer.from(raw).toString('utf8') : '';
    this.malformedRecords.push({ record, rowsBefore: this.rows.rows, raw: text });
  }

  get isDue(): boolean {
    return this.rows.hasBuilt;
  }

  async advance(): Promise<void> {
    await this.#output.append(this.rows.take());
  }

  async finish(): Promise<void> {
    await this.#output.append(this.rows.finish());
    await this.#output.finish();
  }

  /** Closes and removes the file. */
  async discard(): Promise<void> {
    await this.#output.discard();
  }

  /** The number of the record that became the row at `position`. */
  recordOf(position: number): number {
    let record = position + 1;
    for (const { rowsBefore } of this.malformedRecords) {
      if (rowsBefore > position) break;
      record += 1;
    }
    return record;
  }
}
