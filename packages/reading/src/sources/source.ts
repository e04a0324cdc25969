import type { Partition, SetAside, SourceRead } from '@retail-etl/staging';
import type { RecordSink } from '../codec/csv/record-reader.js';
import type { EarlierGroup } from './csv-files/stable-groups.js';

/** What was read of a partition. */
export interface PartitionRead {
  /** What was read of each of its files, in order, or of the table. */
  readonly sources: readonly SourceRead[];
  /** Rows that the source itself says it gave; null if it does not say. */
  readonly copiedRows: number | null;
}

/**
 * A place that sales are read from. It copies records out and checks their shape: the right number of fields, and text. It never judges a
 * value. A run plans each source once and then reads each partition once or, after a failure, again from the beginning.
 */
export interface Source {
  /** Stands in partitions, staged and rejected records, books and reports. */
  readonly name: string;

  /**
   * Looks at what is there and says what a run reads: at least one partition, each with a name of `PartName` that is unique within the run
   * and stays the same as long as the source does. It reads no records, but refuses what it can see: a source that is absent
   * (SOURCE_MISSING), a column that is missing or appears twice (HEADER_INVALID), a file that is no store file (FILE_REFUSED), a file
   * without a header (SOURCE_EMPTY). A source that only sees itself in the moment that it is read, such as a table, leaves this to `read`.
   * Changes nothing, so it may be repeated, also by another process, and gives the same. Rejects with the reason of `signal` once that is
   * aborted.
   *
   * `earlier` are the files of partitions of earlier runs: where all files of one are as they were, they are to share a partition again, in the same order, and need not
   * be looked into.
   */
  plan(signal: AbortSignal, earlier?: readonly EarlierGroup[]): Promise<Partition[]>;

  /** The text of a partition, as `plan` described it, has at most so many bytes; Infinity if nobody can tell before it is read. */
  bytesMost(partition: Partition): number;

  /**
   * Reads all records of one partition, as `plan` described it, into the writers of `sink`; resolves once all of it is staged.
   *
   * It may assume that nothing of this partition counts yet: what a failed attempt has staged counts for nothing, so each attempt reads from
   * the beginning, and as long as the source is the same each gives the same. It promises that every record reached a writer exactly once,
   * either as a row or as malformed, and that the figures it returns count them. Values are copied as they are, to the byte, as text of
   * UTF-8; a missing value (NULL) is an empty text. A record of more than 1 MiB is malformed.
   *
   * Throws the errors that `plan` leaves to it, HEADER_CHANGED if the order of a file's columns changes further down, FILE_CHANGED if a file is no longer what `plan` saw, at the latest when it has been read,
   * SOURCE_EMPTY if a file or the table has no records, and errors that are transient if reading again may succeed. What a writer throws
   * comes out as it is, and so does the reason of `signal` once that is aborted, soon: what it waits for is given up. After it has thrown,
   * or once `signal` is aborted, it calls no writer any more.
   *
   * Where a source sets aside files that cannot be read, one that is found out before any of its records was written is told in what is returned.
   * One that is found out later throws UnreadableFile: what was staged cannot be taken back, so all has to be read again without it. Files in
   * `leftOut` are not read, and are told with the reason that stands there.
   */
  read(partition: Partition, sink: PartitionSink, signal: AbortSignal, leftOut?: LeftOut): Promise<PartitionRead>;
}

/** Files that are not read, with the reason. */
export type LeftOut = ReadonlyMap<string, SetAside>;

/** A file of a source that sets such files aside turned out to be unreadable after some of its records were written. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly file: string;
  readonly reason: SetAside;

  constructor(file: string, reason: SetAside) {
    super(reason.message);
    this.file = file;
    this.reason = reason;
  }
}

/** Where a source puts the records of one partition. */
export interface PartitionSink {
  /** A new writer. A source that reads over several connections at once opens one for each. */
  openWriter(): RecordWriter;
}

/** Takes records one after the other, and stages them whenever it has enough. */
export interface RecordWriter extends RecordSink {
  /** From here on, records are those of `file` (null for a table), the next being number `firstRecord`, from 1. */
  startSegment(file: string | null, firstRecord: number): void;
  /** Whether `advance` has something to do. */
  readonly isDue: boolean;
  /**
   * Writes out what is complete; `nextRecord` is the number of the file's next record (1 for a table, whose records have no numbers), and
   * the records of the partition that are still to come have at most `bytesLeft` bytes, as far as that is known. To be called between
   * records while `isDue`, and awaited before the next record: memory is bounded by that.
   */
  advance(nextRecord: number, bytesLeft?: number): Promise<void>;
  /** Stages all that is left. To be called once for each writer; nothing may be written afterwards. */
  finish(): Promise<void>;
}
