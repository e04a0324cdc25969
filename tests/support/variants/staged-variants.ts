import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDbConnection, quoteText } from '@retail-etl/duckdb';
import { judgeChunk } from '@retail-etl/judging';
import { openSources, ParquetFile, type RecordWriter } from '@retail-etl/reading';
import type { SalesDefinition } from '@retail-etl/sales';

/** Of a file that was judged. */
export interface ReadVariant {
  readonly malformed: number;
  readonly rejects: Readonly<Record<string, number>>;
  /** By product: the sums of `totalsOf`. */
  readonly totals: Readonly<Record<string, string>>;
}

const units = (text: string): bigint => {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(18, '0'));
};

/** Reads files one after the other, each by its own declaration, into one chunk, and judges all of them at once: they share the rules. */
export class StagedVariants {
  readonly #dir: string;
  readonly #definition: SalesDefinition;
  readonly #parquet: ParquetFile;
  readonly #segments: { file: string; firstRow: number; firstRecord: number }[] = [];
  readonly #malformed: number[] = [];

  constructor(dir: string, definition: SalesDefinition) {
    this.#dir = dir;
    this.#definition = definition;
    this.#parquet = new ParquetFile(definition.sources[0]!.inputs.map(({ name }) => name));
  }

  /** Plans and reads a file; gives its number. Throws what a run would fail with. */
  async read(bytes: Buffer, definition: SalesDefinition): Promise<number> {
    const folder = join(this.#dir, 'input');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'variant.csv'), bytes);
    const settings = { postgresUrl: 'postgres://nobody@127.0.0.1:1/none', allowRowSecurity: false, dataDir: this.#dir };
    const [source] = openSources({ ...settings, csvEncoding: 'utf-8', csvDateFormats: [], fileBytesMax: 1 << 20 }, definition).values();
    const { signal } = new AbortController();
    const index = this.#segments.length;
    for (const partition of await source!.plan(signal)) await source!.read(partition, { openWriter: () => this.#openWriter() }, signal);
    return index;
  }

  #openWriter(): RecordWriter {
    const index = this.#segments.length;
    return {
      rows: this.#parquet,
      startSegment: () => {
        this.#segments.push({ file: `${index}.csv`, firstRow: this.#parquet.rows, firstRecord: 1 });
        this.#malformed.push(0);
      },
      malformed: () => {
        this.#malformed[index]! += 1;
      },
      isDue: false,
      advance: () => Promise.resolve(),
      finish: () => Promise.resolve(),
    };
  }

  /** What became of each file, in the order in which they were read. */
  async judge(connection: DuckDbConnection): Promise<ReadVariant[]> {
    const paths = { rowsPath: join(this.#dir, 'rows'), partialPath: join(this.#dir, 'partial'), rejectsPath: join(this.#dir, 'rejects') };
    const built = Buffer.from(this.#parquet.take());
    await writeFile(paths.rowsPath, Buffer.concat([built, this.#parquet.finish()]));
    const { model, sources } = this.#definition;
    const judged = await judgeChunk(connection, {
      source: 'variant',
      segments: this.#segments,
      rules: { model, source: sources[0]!, dateFormats: [] },
      malformedPath: null,
      carryTexts: true,
      ...paths,
    });
    const returned = model.hasReturned ? 'returned_quantity::VARCHAR, returned_amount::VARCHAR' : "'0', '0'";
    const reader = await connection.runAndReadAll(
      `SELECT segment, product_id::VARCHAR, quantity::VARCHAR, amount::VARCHAR, ${returned} FROM read_parquet(${quoteText(paths.partialPath)}) WHERE outcome = 0`,
    );
    const totals = this.#segments.map((): Record<string, string> => ({}));
    for (const [segment, product, ...sums] of reader.getRowsJson() as [number, string, ...string[]][])
      totals[segment]![product] = sums.map(units).join(' ');
    return judged.books.map(({ rejectsByReason }, index) => ({
      malformed: this.#malformed[index]!,
      rejects: rejectsByReason,
      totals: totals[index]!,
    }));
  }
}
