import type { RunReport } from '@retail-etl/sales';
import type { RunState, StageName } from '@retail-etl/contracts';

/** How far one stage of a run has come. */
export interface StageProgress {
  readonly name: StageName;
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** Jobs done, of how many; undefined until that is known. */
  readonly done: number | undefined;
  readonly total: number | undefined;
  readonly rows: number | undefined;
  readonly tookMs: number | undefined;
}

export interface RunProgress {
  readonly state: RunState;
  readonly stages: readonly StageProgress[];
}

/** What an event says: counts that the report does not have while the run is under way. */
export type StageCounts = ReadonlyMap<StageName, { readonly done: number; readonly total: number; readonly rows: number }>;

const STAGES: readonly StageName[] = ['extract', 'transform', 'load'];

/** Puts together what the report and the events say. */
export function toProgress(report: RunReport, counts: StageCounts): RunProgress {
  return { state: report.state, stages: STAGES.map((name) => toStage(name, report, counts)) };
}

function toStage(name: StageName, report: RunReport, counts: StageCounts): StageProgress {
  const stage = report.stages.find((candidate) => candidate.name === name);
  const count = counts.get(name);
  const [startedAt, finishedAt] = [stage?.startedAt ?? null, stage?.finishedAt ?? null];
  return {
    name,
    status: toStatus(name, report, startedAt, finishedAt),
    done: count?.done,
    total: count?.total,
    rows: rowsOf(name, report) ?? count?.rows,
    tookMs: stage?.durationMs ?? undefined,
  };
}

function toStatus(name: StageName, report: RunReport, startedAt: string | null, finishedAt: string | null): StageProgress['status'] {
  if (report.error?.stage === name) return 'failed';
  if (finishedAt !== null) return 'done';
  // Stages that no report mentions are over all the same once the run is published.
  if (report.state === 'published' || report.state === 'previewed') return 'done';
  return startedAt === null ? 'waiting' : 'running';
}

/** Rows in for extract, rows that counted for transform, rows out for load. */
function rowsOf(name: StageName, { totals }: RunReport): number | undefined {
  if (totals === null) return undefined;
  switch (name) {
    case 'extract':
      return totals.rowsRead;
    case 'transform':
      return totals.rowsAccepted;
    case 'load':
      return totals.products;
    default:
      return name satisfies never;
  }
}

/** Reads the data of a `progress` event; what is not of its form is left out. */
export function toCounts(event: unknown): StageCounts {
  const stages = (event as { stages?: unknown } | null)?.stages;
  const counts = new Map<StageName, { done: number; total: number; rows: number }>();
  for (const stage of Array.isArray(stages) ? (stages as Record<string, unknown>[]) : []) {
    const name = STAGES.find((candidate) => candidate === stage['name']);
    const [done, total, rows] = [stage['done'], stage['total'], stage['rows']].map(Number);
    if (name !== undefined && done !== undefined && total !== undefined && rows !== undefined) counts.set(name, { done, total, rows });
  }
  return counts;
}
