import { keepPreviousData, useMutation, type UseMutationResult, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { client, type Schemas, unwrap } from './client.js';
import { useRefresh } from './queries.js';

export type Version = Schemas['Version'];
export type Comparison = Schemas['RunComparison'];

const LIVE_MS = 5_000;
export const VERSIONS_PER_PAGE = 30;
export const DIFFERENCES_PER_PAGE = 50;

/** A page of versions, newest first: those below `before`. */
export function useVersions(before: number | undefined): UseQueryResult<Schemas['VersionList']> {
  const query = { limit: VERSIONS_PER_PAGE, ...(before === undefined ? {} : { before }) };
  return useQuery({
    queryKey: ['versions', query],
    queryFn: () => unwrap(client.GET('/api/versions', { params: { query } })),
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
}

export function useHold(): UseQueryResult<Schemas['HoldState']> {
  return useQuery({ queryKey: ['hold'], queryFn: () => unwrap(client.GET('/api/hold')), refetchInterval: LIVE_MS });
}

export function useSetHold(): UseMutationResult<Schemas['HoldState'], Error, boolean> {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (held: boolean) => unwrap(client.PUT('/api/hold', { body: { held } })),
    onSuccess: refresh,
  });
}

/** How the sums of the run `after` differ from those of `before`. Both have ended, so the answer never changes. */
export function useComparison(before: string, after: string, by: string, offset = 0): UseQueryResult<Comparison> {
  return useQuery({
    queryKey: ['compare', before, after, by, offset],
    queryFn: () =>
      unwrap(
        client.GET('/api/runs/{id}/compare/{other}', {
          params: { path: { id: before, other: after }, query: { by, offset, limit: DIFFERENCES_PER_PAGE } },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
}
