import Type, { type Static } from 'typebox';
import { Count, Decimal, Nullable, Time } from '../schema-parts.js';
import { RunState, TriggerKind } from '../run-state.js';

export const SourceStatus = Type.Union([
  Type.Literal('new'),
  Type.Literal('changed'),
  Type.Literal('unchanged'),
  Type.Literal('gone'),
  Type.Literal('duplicate'),
  Type.Literal('refused'),
  Type.Literal('unclaimed'),
  Type.Literal('ambiguous'),
]);
export type SourceStatus = Static<typeof SourceStatus>;

/** What sources.yaml declares, as far as the page shows it. */
export const SourcesDeclaration = Type.Object(
  {
    problem: Nullable(
      Type.Object(
        { code: Type.String(), message: Type.String() },
        { description: 'Why a run would refuse the declaration; then nothing is known of its sources' },
      ),
    ),
    ignoresUnclaimed: Type.Boolean({ description: 'Whether a run leaves unclaimed files alone, or fails because of them' }),
    sources: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          kind: Type.Union([Type.Literal('table'), Type.Literal('files')]),
          table: Nullable(Type.String()),
          patterns: Type.Array(Type.String()),
          lastRows: Nullable(Count),
        },
        { title: 'DeclaredSource' },
      ),
    ),
  },
  { title: 'SourcesDeclaration' },
);
export type SourcesDeclaration = Static<typeof SourcesDeclaration>;

export const Sources = Type.Object(
  {
    table: Nullable(Type.Object({ name: Type.String(), lastRows: Nullable(Count) }, { description: 'Null where sources are declared' })),
    declaration: Type.Optional(SourcesDeclaration),
    files: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          bytes: Nullable(Count),
          modifiedAt: Nullable(Time),
          lastRows: Nullable(Count),
          status: SourceStatus,
          sameAs: Nullable(Type.String({ description: 'For a duplicate: the file that holds the same bytes' })),
          claimedBy: Type.Optional(Type.Array(Type.String(), { description: 'Where sources are declared: those whose file it is' })),
        },
        { title: 'SourceFile' },
      ),
    ),
    lastRun: Nullable(Type.Object({ id: Type.String(), seq: Count, finishedAt: Nullable(Time) })),
    truncated: Type.Boolean(),
  },
  { title: 'Sources' },
);
export type Sources = Static<typeof Sources>;

export const Overview = Type.Object(
  {
    published: Nullable(
      Type.Object({
        id: Type.String(),
        seq: Count,
        at: Time,
        products: Nullable(Count),
        quantity: Nullable(Decimal),
        amount: Nullable(Decimal),
      }),
    ),
    freshness: Type.Object({
      state: Type.Union([Type.Literal('fresh'), Type.Literal('stale'), Type.Literal('unknown')]),
      expectedAt: Nullable(Type.String({ description: 'The latest scheduled time that is over; newer published figures are fresh' })),
    }),
    next: Nullable(Type.Object({ scheduleId: Type.String(), at: Time })),
    unfinished: Type.Array(Type.Object({ id: Type.String(), seq: Count, state: RunState })),
    runs: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          seq: Count,
          state: RunState,
          trigger: TriggerKind,
          createdAt: Time,
          durationMs: Nullable(Count),
          rowsRead: Nullable(Count),
          rowsRejected: Nullable(Count),
          rejectRatio: Nullable(Type.Number()),
          amount: Nullable(Decimal),
        },
        { title: 'RunFigures' },
      ),
    ),
  },
  { title: 'Overview' },
);
export type Overview = Static<typeof Overview>;
