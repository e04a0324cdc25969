import type { ErrorCode } from '@retail-etl/contracts';
import type { Source } from '../src/sources/source.js';
import type { SourceRow } from './conformance-rows.js';

/** Something done to the source, and the code with which it is then refused. */
export interface Refusal {
  readonly what: string;
  readonly code: ErrorCode;
  readonly arrange: () => Promise<unknown>;
}

export interface Change {
  readonly what: string;
  readonly onlyBefore?: boolean;
  readonly arrange: () => Promise<unknown>;
}

/** A promise that a kind of source cannot break; the reason stands in the name of the skipped test. */
export interface Skip {
  readonly skip: string;
}

/** A file, or the table, as its figures should be. */
export interface ExpectedFile {
  readonly file: string | null;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly copiedRows: number | null;
  /** Its rows in the order of their records; null if a source may give them in any order. */
  readonly rows: readonly SourceRow[] | null;
}

/** What `describeSource` needs to know of one kind of source: how its place is made, filled, changed and broken. */
export interface SourceHarness {
  /** Makes the place that the source reads from. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** The source as one more process opens it. */
  source(): Source;
  /** Makes the place hold exactly these rows, as one or several partitions. A null is a missing value. */
  putRows(rows: readonly SourceRow[]): Promise<void>;
  /** Describes what lies at the place, with its times, so that two descriptions differ if anything was changed. */
  describePlace(): Promise<unknown>;
  /** What lies at the place, worked out without the source. */
  expectedFiles(): Promise<readonly ExpectedFile[]>;
  /** Each is arranged at a place that was filled with good rows before. */
  readonly refusals: readonly Refusal[];
  /** The same, with SOURCE_EMPTY. */
  readonly empties: readonly Omit<Refusal, 'code'>[];
  /** Changes after plan, each to be refused with FILE_CHANGED; also while the source is read, unless what is open stays as it was. */
  readonly changes: readonly Change[] | Skip;
  /** What takes the server away while it is read. `arrange` is called in the middle. */
  readonly losses: readonly Omit<Refusal, 'code'>[] | Skip;
}

/** Cases by their names, which vitest would cut if they stood in the objects. */
export const named = <Case extends { readonly what: string }>(cases: readonly Case[]): [string, Case][] =>
  cases.map((each) => [each.what, each]);

/** The cases, or one that stands for all of them and says why they are skipped. */
export function casesOf(cases: readonly Change[] | Skip): [string, Change][] {
  return named('skip' in cases ? [{ what: `[not for this kind: ${cases.skip}]`, arrange: () => Promise.resolve() }] : cases);
}
