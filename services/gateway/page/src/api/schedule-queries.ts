import { useMutation, type UseMutationResult, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { ApiProblem, client, type Schemas, unwrap } from './client.js';

export type Schedule = Schemas['Schedule'];
export type ScheduleChange = Pick<Schedule, 'id' | 'cron' | 'tz' | 'params' | 'paused'>;
export type Sources = Schemas['Sources'];
export type SourceFile = Sources['files'][number];

/** Others change schedules too, and the next times move on. */
const SCHEDULES_STALE_MS = 15_000;
const SOURCES_STALE_MS = 5_000;

export function useSchedules(): UseQueryResult<Schemas['ScheduleList']> {
  return useQuery({
    queryKey: ['schedules'],
    queryFn: () => unwrap(client.GET('/api/schedules')),
    refetchInterval: SCHEDULES_STALE_MS,
  });
}

export function useSources(): UseQueryResult<Sources> {
  return useQuery({ queryKey: ['sources'], queryFn: () => unwrap(client.GET('/api/sources')), refetchInterval: SOURCES_STALE_MS });
}

/** Makes the schedule or replaces the one of that id. */
export function usePutSchedule(): UseMutationResult<Schedule, Error, ScheduleChange> {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, ...body }: ScheduleChange) => unwrap(client.PUT('/api/schedules/{id}', { params: { path: { id } }, body })),
    onSuccess: refresh,
  });
}

export function useDeleteSchedule(): UseMutationResult<void, Error, string> {
  const refresh = useRefresh();
  return useMutation({
    // The answer has no body to unwrap.
    mutationFn: async (id: string) => {
      const { error } = await client.DELETE('/api/schedules/{id}', { params: { path: { id } } });
      if (error !== undefined) throw new ApiProblem(error);
    },
    onSuccess: refresh,
  });
}

/** The overview names the next scheduled run, so it is read again as well. */
function useRefresh(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () => Promise.all([queries.invalidateQueries({ queryKey: ['schedules'] }), queries.invalidateQueries({ queryKey: ['overview'] })]);
}
