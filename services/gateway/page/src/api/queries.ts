import {
  keepPreviousData,
  useMutation,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useCallback } from 'react';
import { client, type Schemas, unwrap } from './client.js';

export type Overview = Schemas['Overview'];
export type RunList = Schemas['RunList'];
export type RunParams = { from?: string; to?: string; dryRun?: boolean; publish?: string };

/** Runs that others start should show up soon; a look costs the gateway a few milliseconds. */
const LIVE_MS = 2_000;
export const RUNS_PER_PAGE = 25;

export function useMe(): UseQueryResult<Schemas['Me']> {
  return useQuery({ queryKey: ['me'], queryFn: () => unwrap(client.GET('/api/me')), staleTime: Infinity });
}

export function useOverview(): UseQueryResult<Overview> {
  return useQuery({ queryKey: ['overview'], queryFn: () => unwrap(client.GET('/api/overview')), refetchInterval: LIVE_MS });
}

/** A page of runs, newest first: those below `before`, of `state` alone unless that is empty. */
export function useRuns(state: string, before: number | undefined): UseQueryResult<RunList> {
  const query = { limit: RUNS_PER_PAGE, ...(state === '' ? {} : { state }), ...(before === undefined ? {} : { before }) };
  return useQuery({
    queryKey: ['runs', query],
    queryFn: () => unwrap(client.GET('/api/runs', { params: { query } })),
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
}

export function useStartRun(): UseMutationResult<Schemas['RunAccepted'], Error, RunParams> {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: RunParams) => unwrap(client.POST('/api/runs', { body })),
    onSuccess: refresh,
  });
}

export function useCancelRun(): UseMutationResult<Schemas['RunReport'], Error, string> {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => unwrap(client.POST('/api/runs/{id}/cancel', { params: { path: { id } } })),
    onSuccess: refresh,
  });
}

export function useRetryRun(): UseMutationResult<Schemas['RunAccepted'], Error, string> {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => unwrap(client.POST('/api/runs/{id}/retry', { params: { path: { id } } })),
    onSuccess: refresh,
  });
}

/** What reads again everything that is shown of runs, after one of them has changed. */
export function useRefresh(): () => Promise<unknown> {
  const queries = useQueryClient();
  return useCallback(() => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' }), [queries]);
}
