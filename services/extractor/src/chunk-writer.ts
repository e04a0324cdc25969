import { newAttemptToken, type RunParams } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { ParquetFile, type RecordWriter, ROW_GROUP_ROWS } from '@retail-etl/reading';
import { chunkName, type ChunkManifest, type ChunkRules, publishManifest, type RunFolders, type Segment } from '@retail-etl/staging';
import { type CheckedFile, CheckedFileWriter } from '@retail-etl/store';
import { MalformedRows } from './malformed-rows.js';
import { MultiLineRows } from './multi-line-rows.js';

/** A chunk ends at the first piece of text after so many rows, malformed ones included … */
const CHUNK_ROWS = 4 * ROW_GROUP_ROWS;
/** … or after so many bytes, which bounds what a chunk of wide rows, and its malformed ones in memory, may take. */
const CHUNK_BYTES = 32 << 20;

/** Builders of writers that are done, for the next ones: memory allocated anew makes V8 mark its whole heap. */
const idleBuilders: { readonly columns: string; readonly file: ParquetFile }[] = [];
/** As many as write at once: two partitions, of which the table's has two connections. */
const IDLE_BUILDERS_MAX = 3;
/** Some 14 MB are usual; wide rows need more, which is given back. */
const IDLE_BUILDER_BYTES = 24 << 20;

function takeIdle(columns: readonly string[]): ParquetFile | undefined {
  const index = idleBuilders.findLastIndex((idle) => idle.columns === columns.join());
  return index === -1 ? undefined : idleBuilders.splice(index, 1)[0]?.file;
}

/** Whose chunks are written, and who hears of them. */
export interface ChunkTarget {
  readonly folders: RunFolders;
  /** The partition's name. */
  readonly partition: string;
  readonly source: string;
  /** Names of the columns that are staged. */
  readonly columns: readonly string[];
  /** What the rows are judged by; undefined without a declaration. */
  readonly rules: ChunkRules | undefined;
  readonly params: RunParams;
  /** Aborted once the attempt has ended: no chunk is staged any more. */
  readonly signal: AbortSignal;
  /** Waits until another chunk may be staged. */
  admit(): Promise<void>;
  /** Called with the name of each chunk once it is complete, and the most bytes of the partition that are still to come. */
  announce(chunk: string, manifest: ChunkManifest, bytesLeft: number): Promise<void>;
}

/**
 * Gathers rows of one partition and stages them in chunks. Names are unique to this attempt: if it dies, its chunks are not listed in any
 * extract manifest and count for nothing.
 */
export class ChunkWriter implements RecordWriter {
  readonly rows: ParquetFile;
  readonly #target: ChunkTarget;
  readonly #attempt = newAttemptToken();
  readonly #malformedRows = new MalformedRows();
  readonly #multiLineRows = new MultiLineRows();
  #segments: Segment[] = [];
  #file: string | null = null;
  #count = 0;
  /** Of the chunk that is being written: its rows, then its malformed records and its rows of several lines if there are any. */
  #outputs: CheckedFileWriter[] = [];

  constructor(target: ChunkTarget) {
    this.#target = target;
    this.rows = takeIdle(target.columns) ?? new ParquetFile(target.columns);
  }

  /** From here on, records are those of `file`, the next being number `firstRecord`. */
  startSegment(file: string | null, firstRecord: number): void {
    this.#file = file;
    this.#segments.push({ file, firstRow: this.rows.rows, firstRecord });
  }

  malformed(record: number, raw: Uint8Array, lines = 1): void {
    this.#malformedRows.add(this.#segments.length - 1, this.rows.rows, record, lines, raw);
  }

  multiLine(lines: number): void {
    // Rows of a table have no lines.
    if (this.#file !== null) this.#multiLineRows.add(this.rows.rows, lines);
  }

  /** Whether `advance` has something to do. */
  get isDue(): boolean {
    return this.rows.hasBuilt || this.#isFull;
  }

  get #isFull(): boolean {
    return (
      this.rows.rows + this.#malformedRows.rows >= CHUNK_ROWS ||
      this.rows.bytes + this.#malformedRows.bytes + this.#multiLineRows.bytes >= CHUNK_BYTES
    );
  }

  /** Writes out what is complete, and stages a chunk if enough has been gathered; `nextRecord` is the number of the file's next record, and at most `bytesLeft` bytes of the partition come after it. */
  async advance(nextRecord: number, bytesLeft = Infinity): Promise<void> {
    if (this.#isFull) {
      await this.#endChunk(bytesLeft);
      this.startSegment(this.#file, nextRecord);
    } else if (this.rows.hasBuilt) {
      const output = await this.#open();
      await output.append(this.rows.take());
    }
  }

  /** Stages what has been gathered, if anything, as a chunk. */
  async finish(): Promise<void> {
    await this.#endChunk(0);
  }

  async #endChunk(bytesLeft: number): Promise<void> {
    const rows = this.rows.rows;
    const malformed = this.#malformedRows.rows;
    const segments = this.#segments;
    this.#segments = [];
    if (rows + malformed === 0) return;
    const { folders, source, params, rules } = this.#target;
    const output = await this.#open();
    await output.append(this.rows.finish());
    const file = await output.finish();
    const malformedFile = malformed === 0 ? null : await this.#write('malformed', this.#malformedRows.finish());
    const linesFile = this.#multiLineRows.rows === 0 ? null : await this.#write('lines', this.#multiLineRows.finish());
    crashPoint('extract.after-chunk-file');
    const chunk = this.#chunk;
    const manifest: ChunkManifest = {
      source,
      ...(rules === undefined ? {} : { rules }),
      params,
      rows,
      file,
      malformed,
      malformedFile,
      linesFile,
      segments,
    };
    await publishManifest(folders.chunkManifest(chunk), manifest);
    this.#target.signal.throwIfAborted();
    this.#outputs = [];
    crashPoint('extract.after-chunk-manifest');
    await this.#target.announce(chunk, manifest, bytesLeft);
    crashPoint('extract.after-chunk-attach');
  }

  /** To be called once all is staged; nothing may use the writer afterwards. */
  release(): void {
    if (idleBuilders.length < IDLE_BUILDERS_MAX && this.rows.heldBytes <= IDLE_BUILDER_BYTES)
      idleBuilders.push({ columns: this.#target.columns.join(), file: this.rows });
  }

  /** Removes what has been begun, once the signal is aborted. What is still under way in this writer fails. */
  async discard(): Promise<void> {
    for (const output of this.#outputs.splice(0)) await output.discard();
  }

  /** The name of the chunk that is being written. */
  get #chunk(): string {
    return chunkName(this.#target.partition, this.#attempt, this.#count);
  }

  /** The file of the chunk, which is begun once it is admitted. */
  async #open(): Promise<CheckedFileWriter> {
    const [begun] = this.#outputs;
    if (begun !== undefined) return begun;
    await this.#target.admit();
    this.#count += 1;
    const output = await this.#create('parquet');
    crashPoint('extract.after-chunk-begin');
    return output;
  }

  async #write(kind: 'malformed' | 'lines', content: Uint8Array): Promise<CheckedFile> {
    const output = await this.#create(kind);
    await output.append(content);
    return output.finish();
  }

  async #create(kind: 'parquet' | 'malformed' | 'lines'): Promise<CheckedFileWriter> {
    const { folders, signal } = this.#target;
    signal.throwIfAborted();
    const output = await CheckedFileWriter.create(folders.chunks, `${this.#chunk}.${kind}`);
    this.#outputs.push(output);
    // Nobody else would remove it if the attempt ended meanwhile.
    if (signal.aborted) await this.discard();
    signal.throwIfAborted();
    return output;
  }
}
