import type { ExtractData, RunParams } from '@retail-etl/contracts';
import type { Producer } from '@retail-etl/queue';
import type { PartitionSink, Source } from '@retail-etl/reading';
import type { StepContext } from '@retail-etl/runtime';
import { BUILT_IN } from '@retail-etl/sales';
import type { ChunkManifest, ChunkRules, Partition, PlanManifest, RunFolders } from '@retail-etl/staging';
import { Backpressure } from './backpressure.js';
import { type ChunkTarget, ChunkWriter } from './chunk-writer.js';
import { RejectWatch } from './reject-watch.js';

export interface StagedChunksOptions {
  readonly data: ExtractData;
  readonly plan: PlanManifest;
  readonly partition: Partition;
  readonly source: Source;
  readonly folders: RunFolders;
  readonly producer: Producer;
  readonly context: StepContext;
}

/**
 * The chunks that one attempt stages of a partition. Each is announced as soon as it is complete: its transform is attached, and the
 * dashboard shows the progress.
 */
export class StagedChunks implements PartitionSink, ChunkTarget {
  readonly #options: StagedChunksOptions;
  readonly #writers: ChunkWriter[] = [];
  readonly #names: string[] = [];
  readonly #backpressure: Backpressure;
  readonly #rejects: RejectWatch;
  /** Aborted by `giveUp`: one failing connection of a table ends the attempt for the others, too, wherever they wait. */
  readonly #givenUp = new AbortController();
  readonly signal: AbortSignal;
  #rows = 0;
  #bytes = 0;

  constructor(options: StagedChunksOptions) {
    this.#options = options;
    this.signal = AbortSignal.any([options.context.signal, this.#givenUp.signal]);
    this.#backpressure = new Backpressure(options.folders, this.signal);
    this.#rejects = new RejectWatch({ ...options, epoch: options.data.epoch });
  }

  get folders(): RunFolders {
    return this.#options.folders;
  }

  get partition(): string {
    return this.#options.partition.name;
  }

  get source(): string {
    return this.#options.partition.source;
  }

  get columns(): readonly string[] {
    const { plan, partition } = this.#options;
    const source = (plan.definition ?? BUILT_IN).sources.find(({ name }) => name === partition.source);
    return (source?.inputs ?? []).filter(({ isStaged }) => isStaged).map(({ name }) => name);
  }

  get rules(): ChunkRules | undefined {
    const { plan, partition } = this.#options;
    const source = plan.definition?.sources.find(({ name }) => name === partition.source);
    return plan.definition === undefined || source === undefined
      ? undefined
      : { model: plan.definition.model, source, hasCells: partition.hasCells === true };
  }

  get params(): RunParams {
    return this.#options.plan.params;
  }

  /** The names of the complete chunks. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Rows in the complete chunks, malformed ones included. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes of the complete chunks' well-formed rows. */
  get bytes(): number {
    return this.#bytes;
  }

  openWriter(): ChunkWriter {
    const writer = new ChunkWriter(this);
    this.#writers.push(writer);
    return writer;
  }

  /** Waits until another chunk may be staged. Throws ReadingStopped if there is no use in it. */
  async admit(): Promise<void> {
    await this.#backpressure.admit();
    await this.#rejects.check();
  }

  /** Announces a chunk that is complete. */
  async announce(chunk: string, manifest: ChunkManifest, bytesLeft: number): Promise<void> {
    const { data, producer, context } = this.#options;
    this.#backpressure.staged(chunk);
    this.#rejects.staged(chunk, manifest, bytesLeft);
    this.#names.push(chunk);
    this.#rows += manifest.rows + manifest.malformed;
    this.#bytes += manifest.file.bytes;
    await producer.attachTransforms(data.runId, data.epoch, [chunk]);
    await context.progress({ rows: this.#rows, bytes: this.#bytes, chunks: this.#names.length });
  }

  /** Ends the attempt: nothing more is staged, and what was begun is removed. */
  async giveUp(error: unknown): Promise<void> {
    this.#givenUp.abort(error);
    for (const writer of this.#writers) await writer.discard();
  }

  /** Gives the writers' memory to the next partition. Nothing may use them afterwards. */
  release(): void {
    for (const writer of this.#writers) writer.release();
  }
}
