import type { RejectCounts, Returned, SalesDefinition, SalesModel, SourceDefinition, SummaryShape } from '@retail-etl/sales';
import type { RunParams } from '@retail-etl/contracts';
import type { CheckedFile, InputFile } from '@retail-etl/store';

/** When a step worked; ISO 8601. */
export interface StepTimes {
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** A store file as plan saw it. Extract refuses it as changed if anything of it differs when it is read. */
export type PlannedFile = InputFile;

/** The unit of extraction: a table, or one or several store files. */
export interface Partition {
  /** True for workbooks, in which dates are ISO 8601 whatever the source's pattern is. */
  readonly hasCells?: boolean;
  /** Unique within the run; see `PartName` in the jobs' schemas. */
  readonly name: string;
  readonly source: string;
  /** In the order in which they are read; empty for a table. */
  readonly files: readonly PlannedFile[];
  /** What the rows of its files and the rules for them are known by; absent if nothing tells yet whether a file will change, and for a table. */
  readonly key?: string;
  /** What its rows are read and judged by; there is one with each key. */
  readonly rules?: string;
  /** SHA-256 of each of its files that is known by it, because its times tell nothing; absent if there is none. */
  readonly digests?: readonly (string | null)[];
  /** True: what an earlier run made of it, kept under `key`, counts for this run as well. */
  readonly isReused?: boolean;
}

/** What has become of a source's files since the run that its kept partitions are of. */
export interface InputChanges {
  readonly source: string;
  /** Files whose rows an earlier run has read and judged. */
  readonly reused: number;
  /** Files that are read: new and changed ones, and others that they share a partition with. */
  readonly read: number;
  readonly new: number;
  readonly changed: number;
  /** Files that are no longer there. */
  readonly gone: number;
}

export interface PlanManifest extends StepTimes {
  readonly params: RunParams;
  /** What sources.yaml declared when the run was planned; absent without such a file. */
  readonly definition?: SalesDefinition;
  readonly partitions: readonly Partition[];
  /** Settings of the extractor that planned: what is read or judged by others is not kept. */
  readonly csvEncoding?: string;
  readonly dateFormats?: readonly string[];
  /** Of sources of files. */
  readonly inputs?: readonly InputChanges[];
}

/** Why a file was left out of a run. */
export interface SetAside {
  readonly code: string;
  readonly message: string;
}

/** What was read of one file or table. */
export interface SourceRead {
  /** Null for the table. */
  readonly file: string | null;
  /** Records, malformed ones included. */
  readonly rows: number;
  readonly malformed: number;
  /** Headers among the records, which are none; absent if there are none. */
  readonly repeatedHeaders?: number;
  /** Lines that match the footer; absent if there are none. */
  readonly footerLines?: number;
  /** True: the file was written to, renamed or given other rights after it had been planned; absent otherwise. */
  readonly wasTouched?: boolean;
  /** Why the file was left out; absent if it was read. */
  readonly setAside?: SetAside;
  /** The names of its header as they are in the file, at most 200 of 80 characters; absent for a table, and for a file that was left out. */
  readonly header?: readonly string[];
  /** Decompressed. */
  readonly bytes: number;
  readonly sha256: string | null;
}

/** By which release a step has worked, as far as what it made may be kept; absent in earlier ones. */
export interface KeptBy {
  readonly keptFormat?: number;
}

export interface ExtractManifest extends StepTimes, KeptBy {
  readonly source: string;
  /** CSV_ENCODING of the extractor. */
  readonly csvEncoding?: string;
  /** Exactly these chunks count; those of an attempt that did not finish are not listed anywhere. */
  readonly chunks: readonly string[];
  readonly sources: readonly SourceRead[];
  /** PostgreSQL's own count of copied rows; null for files. */
  readonly copiedRows: number | null;
  /**
   * Set if reading ended early because the run can no longer pass its limit of rejects: the epoch in which that was. Only whole chunks are
   * listed then, and `sources` is empty.
   */
  readonly stoppedInEpoch?: number;
}

/** When a source has too many rejects to pass, whatever is still to come of it. */
export interface RejectLimit {
  /** 0 to 1: max_reject_ratio of the source, or without it MAX_REJECT_RATIO of the transformer. */
  readonly ratio: number;
  /** A row that is not rejected takes at least so many bytes of a store file. */
  readonly goodRowBytes: number;
}

/** Rows of one file that follow each other in a chunk. */
export interface Segment {
  readonly file: string | null;
  /** 0-based position in the chunk of the segment's first well-formed row. */
  readonly firstRow: number;
  /** 1-based number of the segment's first record among the file's data records. */
  readonly firstRecord: number;
}

/** What a chunk's rows are judged by, where sources are declared. */
export interface ChunkRules {
  readonly model: SalesModel;
  readonly source: SourceDefinition;
  readonly hasCells: boolean;
}

export interface ChunkManifest {
  readonly source: string;
  /** Absent without sources.yaml. */
  readonly rules?: ChunkRules;
  readonly params: RunParams;
  /** Well-formed rows: Parquet with the source's input columns as text. */
  readonly rows: number;
  readonly file: CheckedFile;
  /** Malformed rows: Parquet with `segment`, `rows_before`, `record`, `lines`, `raw`, all text. */
  readonly malformed: number;
  readonly malformedFile: CheckedFile | null;
  /** Well-formed rows of a file that span several of its lines: Parquet with `row`, their position, and `lines`, both text. */
  readonly linesFile: CheckedFile | null;
  readonly segments: readonly Segment[];
}

/** The books of the rows of one file in one chunk. */
export interface PartialBooks {
  readonly file: string | null;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly rowsSkipped: number;
  readonly rejectsByReason: RejectCounts;
  /** Absent without rules of `skip`, or if none held. */
  readonly skippedByCause?: Readonly<Record<string, number>>;
  readonly quantity: string;
  readonly amount: string;
  readonly returned?: Returned;
  /** Lines of the longest record; absent if each is one line, and for a table. */
  readonly longestRecordLines?: number;
  /** Absent where no pattern after the first says anything. */
  readonly dateReadings?: readonly DateReading[];
}

/** What a pattern of CSV_DATE_FORMATS makes of a file's dates, beside those before it. Texts are examples; null if there is none. */
export interface DateReading {
  readonly pattern: string;
  /** A date that no earlier pattern reads. */
  readonly alone: string | null;
  /** One that an earlier pattern reads, as another day. */
  readonly passedOver: string | null;
}

export interface PartialManifest extends StepTimes, KeptBy {
  readonly source: string;
  /** By which the transformer will judge the run; the extractor does not know it otherwise. */
  readonly rejectLimit?: RejectLimit;
  readonly books: readonly PartialBooks[];
  /** The chunk's groups as Parquet, described where they are written (`judging`). */
  readonly file: CheckedFile;
  /** Groups that are sums of a product. */
  readonly sums: number;
  /** The patterns of CSV_DATE_FORMATS that dates were read by; absent in what earlier releases have made. */
  readonly dateFormats?: readonly string[];
  /** Base name of the chunk's rejects below the run's `rejects` folder; null if it has none. */
  readonly rejectsFile: string | null;
}

/** What merge made of one summary. */
export interface MergedFile {
  readonly shape: SummaryShape;
  /** CSV with a header and the shape's columns, sorted by its keys: the very bytes that are published. */
  readonly file: CheckedFile;
  /** Rows of the summary: of `sales_summary` the products. */
  readonly products: number;
  readonly quantity: string;
  /** Exact, at least six decimals. */
  readonly amount: string;
  /** The sum of the rounded totals. */
  readonly publishedAmount: string;
  readonly returned?: Returned & { readonly publishedAmount: string };
}

export interface SummaryManifest extends StepTimes {
  /** `sales_summary` first. */
  readonly summaries: readonly MergedFile[];
}
