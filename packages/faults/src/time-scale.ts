let scale = 1;

/** Makes all waits of this process that go through `scaledMs` shorter; only tests ask for it, through ETL_TIME_SCALE. */
export function setTimeScale(factor: number): void {
  scale = factor;
}

/** A wait of the design (backoff, lock, sweep) as this process keeps it. What bounds another program's answer is not scaled. */
export function scaledMs(ms: number): number {
  return Math.max(1, Math.round(ms * scale));
}
