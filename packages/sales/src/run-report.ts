import Type, { type Static } from 'typebox';
import { Count, Decimal, Nullable, RunChanges, RunError, RunParams, RunState, StageReport, Time, TriggerKind } from '@retail-etl/contracts';
import { ProductDifference, RunTotals, SourceBooks } from './books.js';

/** A header that a run has read, with the files that have it. */
const ReadHeader = Type.Object({ source: Type.String(), names: Type.Array(Type.String()), files: Type.Array(Type.String()) });
export type ReadHeader = Static<typeof ReadHeader>;

/** How the header of a file differs from that of the run published before. Names are compared as a source's columns are. */
const HeaderChange = Type.Object(
  {
    source: Type.String(),
    file: Type.String(),
    gone: Type.Array(Type.String()),
    new: Type.Array(Type.String()),
    moved: Type.Array(Type.String(), { description: 'Columns that are in another order, as few as explain it' }),
  },
  { title: 'HeaderChange' },
);
export type HeaderChange = Static<typeof HeaderChange>;

/** Files whose rows an earlier run has read, and those that were read: new and changed ones, and others that they share a partition with. */
const InputChanges = Type.Object(
  { source: Type.String(), reused: Count, read: Count, new: Count, changed: Count, gone: Count },
  { title: 'InputChanges' },
);

/** Who holds back publications, since when. */
export const Hold = Type.Object({ by: Type.String(), at: Time }, { title: 'Hold' });
export type Hold = Static<typeof Hold>;

/** The run that has read the sources, and the days that it was asked for. */
export const MadeBy = Type.Object(
  { id: Type.String(), seq: Count, from: Type.Optional(Type.String()), to: Type.Optional(Type.String()) },
  { title: 'MadeBy' },
);

const FINDINGS = {
  sources: Type.Array(SourceBooks),
  totals: Nullable(RunTotals),
  changes: Nullable(RunChanges),
  differences: Type.Array(ProductDifference),
  stages: Type.Array(StageReport),
  alerts: Type.Array(Type.String()),
  error: Nullable(RunError),
  /** What sources.yaml declared; absent without such a file. */
  definition: Type.Optional(Type.Object({ sha256: Type.String() })),
  /** The run that read the sources, where this one publishes its version again; absent for any other. */
  madeBy: Type.Optional(MadeBy),
  /** Why a run that was to publish has not: publications were held. Absent for any other. */
  held: Type.Optional(Hold),
  /** What has become of the files of each source since the last run; absent without such a source. */
  inputs: Type.Optional(Type.Array(InputChanges)),
  /** Files of which this fresh run has made other sums than the run that had read them before; the first 100. Absent if there are none. */
  freshDifferences: Type.Optional(Type.Array(Type.String())),
  /** Summaries that runs before have published and that are no longer declared: their tables and files stay as they were. Absent without any. */
  staleSummaries: Type.Optional(Type.Array(Type.String())),
  /** Headers that differ from those of the run published before: the first 100 files, the first 50 names each. Absent without any. */
  headers: Type.Optional(Type.Array(HeaderChange)),
  /** The further summaries that sources.yaml declares; absent without any. */
  summaries: Type.Optional(
    Type.Array(
      Type.Object(
        { name: Type.String(), rows: Count, quantity: Decimal, amount: Decimal, publishedAmount: Decimal },
        { title: 'SummaryTotals' },
      ),
    ),
  ),
};

/** The part of a report that the steps find out; kept as JSON in the ledger. The rest of a report is columns there. */
export const RunFindings = Type.Object({
  ...FINDINGS,
  /** Who cancelled it. */
  cancelledBy: Type.Optional(Type.String()),
  /** What later runs compare their headers with. */
  readHeaders: Type.Optional(Type.Array(ReadHeader)),
});
export type RunFindings = Static<typeof RunFindings>;

/** Everything there is to say about a run. Ids, quantities and amounts are decimal strings, row counts numbers. */
export const RunReport = Type.Object({
  id: Type.String(),
  seq: Count,
  state: RunState,
  epoch: Count,
  trigger: Type.Object({ kind: TriggerKind, by: Type.String(), late: Type.Boolean() }),
  params: RunParams,
  createdAt: Time,
  startedAt: Nullable(Time),
  finishedAt: Nullable(Time),
  durationMs: Nullable(
    Type.Integer({ minimum: 0, description: 'How long it has worked, without the waits before its retries; null until it has ended' }),
  ),
  pausedMs: Type.Integer({ minimum: 0, description: 'How long it has waited between a failure and the start of a retry' }),
  retryable: Type.Boolean({ description: 'True if it can be retried now' }),
  retryRefusal: Nullable(Type.String({ description: 'Why it cannot be retried; null if it can' })),
  cancelled: Nullable(
    Type.Object({ by: Nullable(Type.String({ description: 'A user, or `api`; null if an older version did not record it' })), at: Time }),
  ),
  ...FINDINGS,
  stages: Type.Array(
    Type.Object({
      ...StageReport.properties,
      durationMs: Nullable(Type.Integer({ minimum: 0, description: 'From its start to its end, without such waits' })),
    }),
  ),
  published: Nullable(Type.Object({ seq: Count, at: Time })),
});
export type RunReport = Static<typeof RunReport>;

export const EMPTY_FINDINGS: RunFindings = {
  sources: [],
  totals: null,
  changes: null,
  differences: [],
  stages: [],
  alerts: [],
  error: null,
};
