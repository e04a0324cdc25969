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
]);
export type SourceStatus = Static<typeof SourceStatus>;

export const Sources = Type.Object(
  {
    table: Type.Object({ name: Type.String(), lastRows: Nullable(Count) }),
    files: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          bytes: Nullable(Count),
          modifiedAt: Nullable(Time),
          lastRows: Nullable(Count),
          status: SourceStatus,
          sameAs: Nullable(Type.String({ description: 'For a duplicate: the file that holds the same bytes' })),
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
