import { EtlError } from '@retail-etl/contracts';
import type { Source } from '@retail-etl/reading';
import {
  type ChunkManifest,
  type ExtractManifest,
  listExtracted,
  type PartialManifest,
  type Partition,
  type PlanManifest,
  readManifest,
  type RejectLimit,
  type RunFolders,
} from '@retail-etl/staging';

/** Ends the reading of a partition whose run can no longer pass its limit of rejects. `message` gives the figures. */
export class ReadingStopped extends Error {
  override readonly name = 'ReadingStopped';
}

export interface WatchOptions {
  readonly folders: RunFolders;
  readonly plan: PlanManifest;
  readonly source: Source;
  readonly partition: Partition;
  /** Of the attempt: what stopped in an earlier one is read anew. */
  readonly epoch: number;
}

/**
 * Looks, while one partition is read, whether its source can still pass the limit of rejects. It cannot if there would be too many even if
 * all that is to come were as many good rows as its bytes can hold. So it never stops a run that would pass, however the bad rows lie. Of a
 * table nobody knows how much is to come: it is read to its end.
 */
export class RejectWatch {
  readonly #options: WatchOptions;
  /** Partitions, this one excluded, that have not ended as far as is known. */
  readonly #others: Map<string, Partition>;
  /** Chunks of this partition that were not transformed yet. */
  readonly #staged = new Map<string, Pick<ChunkManifest, 'rows' | 'malformed'>>();
  #limit: RejectLimit | null = null;
  /** Of the source, in what was transformed of this partition, and in other partitions that have ended: there only malformed ones. */
  #rejected = 0;
  /** Rows there that were not, or may not have been. */
  #good = 0;
  #bytesLeft: number;

  constructor(options: WatchOptions) {
    const { plan, partition, source } = options;
    this.#options = options;
    this.#others = new Map(plan.partitions.filter(({ name }) => name !== partition.name).map((other) => [other.name, other]));
    this.#bytesLeft = source.bytesMost(partition);
  }

  /** A chunk is complete; after it at most `bytesLeft` bytes of the partition are to come. */
  staged(chunk: string, { rows, malformed }: ChunkManifest, bytesLeft: number): void {
    this.#staged.set(chunk, { rows, malformed });
    this.#bytesLeft = bytesLeft;
  }

  /** Throws ReadingStopped if the source cannot pass, or if another partition has stopped. */
  async check(): Promise<void> {
    await this.#readOthers();
    await this.#readPartials();
    if (this.#limit === null) return;
    const { ratio, goodRowBytes } = this.#limit;
    const { source } = this.#options;
    let rejected = this.#rejected;
    let good = this.#good;
    for (const { rows, malformed } of this.#staged.values()) {
      rejected += malformed;
      good += rows;
    }
    let bytesLeft = this.#bytesLeft;
    for (const other of this.#others.values()) if (other.source === source.name) bytesLeft += source.bytesMost(other);
    const goodMost = good + Math.ceil(bytesLeft / goodRowBytes);
    if (rejected / (rejected + goodMost) > ratio) {
      throw new ReadingStopped(
        `${rejected} rows of ${source.name} are rejected and at most ${goodMost} can be good: more than ${ratio} are rejected in any case`,
      );
    }
  }

  async #readOthers(): Promise<void> {
    const { folders, source, epoch } = this.#options;
    if (this.#others.size === 0) return;
    for (const name of await listExtracted(folders)) {
      const other = this.#others.get(name);
      const manifest = other === undefined ? undefined : await readIfWhole<ExtractManifest>(folders.extractManifest(name));
      if (other === undefined || manifest === undefined) continue;
      if (manifest.stoppedInEpoch === epoch) throw new ReadingStopped(`partition ${name} was stopped`);
      if (manifest.stoppedInEpoch !== undefined) continue;
      this.#others.delete(name);
      if (other.source !== source.name) continue;
      for (const { rows, malformed } of manifest.sources) {
        this.#rejected += malformed;
        this.#good += rows - malformed;
      }
    }
  }

  async #readPartials(): Promise<void> {
    for (const chunk of this.#staged.keys()) {
      const partial = await readIfWhole<PartialManifest>(this.#options.folders.partialManifest(chunk));
      if (partial === undefined) continue;
      this.#staged.delete(chunk);
      for (const { rowsRead, rowsRejected } of partial.books) {
        this.#rejected += rowsRejected;
        this.#good += rowsRead - rowsRejected;
      }
      // Transformers may have been started with several limits: the largest counts, because the run may pass by it.
      const { rejectLimit } = partial;
      if (rejectLimit !== undefined && (this.#limit === null || rejectLimit.ratio > this.#limit.ratio)) this.#limit = rejectLimit;
    }
  }
}

/** What is damaged or of another version counts as absent: whoever needs it says so. */
async function readIfWhole<T extends object>(path: string): Promise<T | undefined> {
  try {
    return await readManifest<T>(path);
  } catch (error) {
    if (error instanceof EtlError) return undefined;
    throw error;
  }
}
