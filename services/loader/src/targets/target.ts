import type { RunChanges } from '@retail-etl/contracts';
import type { Connection } from '@retail-etl/mysql';
import type { ProductDifference } from '@retail-etl/sales';
import type { MergedFile } from '@retail-etl/staging';

/**
 * A summary of a run: a CSV file with a header, sorted by its keys, each key once, and the bytes and sums that it must have. `file` says
 * what the bytes are; its name is not that of `path`.
 */
export interface RunSummary extends MergedFile {
  /** Kept among the run's results, on disk for sure, so that it can be published again at any time. */
  readonly path: string;
}

/** What publishing would change. */
export interface Comparison {
  readonly changes: RunChanges;
  /** The largest differences in amount, at most ten. */
  readonly differences: readonly ProductDifference[];
}

/**
 * A place where people read one of the summaries. The loader opens it anew for each attempt at a load, and calls, in this order: `stage`, `compare`,
 * `publish`, `finish`. A dry run ends after `compare`, a failed attempt anywhere; both end with `discard`.
 *
 * Readers see the summary that was published last, whole, until `publish` is committed or, for a target that is not part of the
 * transaction, until `finish`. From then on they see this one, whole: byte for byte, or row for row. Before the first publication they see
 * nothing. A process may die between any two calls, or inside one; whatever it leaves, the next attempt can publish.
 */
export interface Target {
  /** Unique among the targets; for people. */
  readonly name: string;

  /**
   * Brings the summary next to what readers see, without touching that, so that everything that can fail has failed before anything is
   * published: a full disk, a value that does not fit (TARGET_OVERFLOW), a place that is not made for it (TARGET_UNFIT). Removes what
   * attempts that died have left, so it may be repeated.
   *
   * Throws STAGED_CORRUPT if the file is not of the bytes that the summary says or a line is no row, BOOKS_UNBALANCED if its rows do not
   * have the sums that the summary says. A target needs to look at what it depends on: one that copies bytes looks at the bytes, one that
   * stores rows at lines and sums. Server errors are transient if staging again may succeed. Rejects with the reason of `signal` once that
   * is aborted, at the latest when it would have ended.
   */
  stage(summary: RunSummary, signal: AbortSignal): Promise<void>;

  /**
   * What publishing would change; null if this target cannot tell. It comes after `stage`, changes nothing, and may be repeated. A product
   * whose two sums are the same numbers is unchanged. Differences come by the size of the change in amount, the largest first.
   */
  compare(summary: RunSummary): Promise<Comparison | null>;

  /**
   * Makes the staged summary the published one within the publication's transaction, which the caller has begun and will commit or roll
   * back. After a rollback everything is as before `publish`, so it throws TARGET_UNFIT before it changes what cannot be rolled back. A
   * target outside of the database does nothing here. Throws BOOKS_UNBALANCED unless the target then holds exactly the summary, and
   * TARGET_CONSTRAINT if its owner does not allow that.
   */
  publish(summary: RunSummary): Promise<void>;

  /**
   * Does what can only be done once the transaction is committed. No other publication can come between: the caller holds the lock of
   * `etl_published`. It may be called again, also by another process that has staged nothing, because the one that committed has died.
   * Throws STAGED_CORRUPT as `stage` does, and leaves what readers see.
   */
  finish(summary: RunSummary): Promise<void>;

  /**
   * Removes what `stage` has left, also one that has failed. After `finish`, and without `stage`, it does nothing; readers never notice it.
   * Never throws, not even if the connection is lost.
   */
  discard(): Promise<void>;
}

/** What targets are opened with. */
export interface TargetSettings {
  /** The connection that the publication's transaction runs on; nobody else uses it meanwhile. */
  readonly connection: Connection;
  readonly dataDir: string;
}
