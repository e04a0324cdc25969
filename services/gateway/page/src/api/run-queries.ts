import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { client, type Schemas, unwrap } from './client.js';

export type RunReport = Schemas['RunReport'];
export type RunJob = Schemas['RunJob'];
export type Reject = Schemas['Reject'];
export type Summary = Schemas['Summary'];

const LIVE_MS = 1_000;
const ENDED = new Set(['published', 'previewed', 'failed', 'cancelled', 'superseded']);

export const hasEnded = (state: string): boolean => ENDED.has(state);

type Times = Pick<RunReport, 'state' | 'startedAt' | 'durationMs' | 'pausedMs'>;

/** How long a run has worked, until now if it still does; undefined before it has begun, and while it waits for its retry. */
export function tookMs({ state, startedAt, durationMs, pausedMs }: Times): number | undefined {
  if (durationMs !== null) return durationMs;
  return startedAt === null || state === 'queued' ? undefined : Math.max(0, Date.now() - Date.parse(startedAt) - pausedMs);
}

/** The last job ends, and writes its last line, a moment after its run: an ended run is read twice. */
const untilSettled =
  (state: string, everyMs: number) =>
  (query: { state: { dataUpdateCount: number } }): number | false =>
    hasEnded(state) && query.state.dataUpdateCount >= 2 ? false : everyMs;

/** A run that can be retried stops being so when a newer one is published. */
const RETRYABLE_MS = 5_000;

/** The report, read again each second until the run has ended. */
export function useRunReport(id: string): UseQueryResult<RunReport> {
  return useQuery({
    queryKey: ['run', id],
    queryFn: () => unwrap(client.GET('/api/runs/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state: { data } }) => {
      if (data === undefined || !hasEnded(data.state)) return LIVE_MS;
      return data.retryable ? RETRYABLE_MS : false;
    },
  });
}

/** `state` is part of the key, so that the jobs are read once more when the run has ended. */
export function useRunJobs(id: string, state: string, epoch: number): UseQueryResult<Schemas['RunJobList']> {
  return useQuery({
    queryKey: ['run', id, 'jobs', epoch, state],
    queryFn: () => unwrap(client.GET('/api/runs/{id}/jobs', { params: { path: { id } } })),
    refetchInterval: untilSettled(state, LIVE_MS),
    placeholderData: keepPreviousData,
  });
}

/** The first lines of the log; as many as the API gives at once. */
export function useRunLog(id: string, state: string, epoch: number, offset: number): UseQueryResult<Schemas['RunLog']> {
  return useQuery({
    queryKey: ['run', id, 'log', epoch, state, offset],
    queryFn: () => unwrap(client.GET('/api/runs/{id}/log', { params: { path: { id }, query: { offset, limit: 200 } } })),
    refetchInterval: untilSettled(state, 2 * LIVE_MS),
    placeholderData: keepPreviousData,
  });
}

export function useRunRejects(id: string, epoch: number): UseQueryResult<Schemas['RejectList']> {
  return useQuery({
    queryKey: ['run', id, 'rejects', epoch],
    queryFn: () => unwrap(client.GET('/api/runs/{id}/rejects', { params: { path: { id } } })),
    staleTime: Infinity,
    retry: false,
  });
}

export interface SummaryPage {
  readonly q: string;
  readonly sort: 'product' | 'quantity' | 'amount';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

export function useRunSummary(id: string, page: SummaryPage): UseQueryResult<Summary> {
  return useQuery({
    queryKey: ['run', id, 'summary', page],
    queryFn: () => unwrap(client.GET('/api/runs/{id}/summary', { params: { path: { id }, query: page } })),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
}

/** The newest run before this one that has published, for comparison. */
export function useRunBefore(seq: number | undefined): UseQueryResult<RunReport | null> {
  return useQuery({
    queryKey: ['run-before', seq],
    // The API takes no seq below 1; nothing has run before the first run.
    enabled: seq !== undefined && seq > 1,
    queryFn: async () => {
      const list = await unwrap(client.GET('/api/runs', { params: { query: { before: seq ?? 1, state: 'published', limit: 1 } } }));
      return list.runs[0] ?? null;
    },
    staleTime: Infinity,
  });
}
