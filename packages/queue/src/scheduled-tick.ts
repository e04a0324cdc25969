/** The schedule and the tick (ms since 1970) of a job that a scheduler made, read from its id; undefined for any other job. */
export function scheduledTick(jobId: string): { scheduleId: string; tickMs: number } | undefined {
  const match = /^repeat:(.+):(\d+)$/.exec(jobId);
  return match === null ? undefined : { scheduleId: match[1] as string, tickMs: Number(match[2]) };
}
