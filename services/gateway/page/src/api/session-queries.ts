import { useMutation, type UseMutationResult, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { ApiProblem, client, type Schemas, unwrap } from './client.js';

export type Session = Schemas['Session'];

/** People sign in and out seldom. */
const SESSIONS_STALE_MS = 15_000;

/** Who is signed in; asked for operators alone, because others are refused. */
export function useSessions(isAllowed: boolean): UseQueryResult<Schemas['SessionList']> {
  return useQuery({
    queryKey: ['sessions'],
    queryFn: () => unwrap(client.GET('/api/sessions')),
    refetchInterval: SESSIONS_STALE_MS,
    enabled: isAllowed,
  });
}

export function useEndSession(): UseMutationResult<void, Error, Session> {
  const queries = useQueryClient();
  return useMutation({
    // The answer has no body to unwrap.
    mutationFn: async ({ id }: Session) => {
      const { error } = await client.DELETE('/api/sessions/{id}', { params: { path: { id } } });
      if (error !== undefined) throw new ApiProblem(error);
    },
    // Also after a refusal: it may have ended by itself.
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
}
