import Type, { type Static } from 'typebox';
import { Count, Nullable, Time } from './schema-parts.js';

export const RUN_STATES = [
  'queued',
  'extracting',
  'transforming',
  'loading',
  'published',
  'previewed',
  'failed',
  'cancelled',
  'superseded',
] as const;
export type RunState = (typeof RUN_STATES)[number];
export const RunState = Type.Unsafe<RunState>({ type: 'string', enum: [...RUN_STATES] });

/** States that never change again, but for `failed`, which a retry takes back to `queued`. */
const TERMINAL_STATES = ['published', 'previewed', 'failed', 'cancelled', 'superseded'] as const satisfies RunState[];

export function isTerminal(state: RunState): boolean {
  return (TERMINAL_STATES as readonly RunState[]).includes(state);
}

export const RunChanges = Type.Object({ added: Count, changed: Count, removed: Count, unchanged: Count });
export type RunChanges = Static<typeof RunChanges>;

export const StageReport = Type.Object({
  name: Type.Union([Type.Literal('extract'), Type.Literal('transform'), Type.Literal('load')]),
  startedAt: Nullable(Time),
  finishedAt: Nullable(Time),
  jobs: Count,
});
export type StageReport = Static<typeof StageReport>;

export const TriggerKind = Type.Union([Type.Literal('dashboard'), Type.Literal('api'), Type.Literal('schedule')]);
export type TriggerKind = Static<typeof TriggerKind>;

export const RunError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  remedy: Type.String(),
  stage: Nullable(Type.String()),
});
