import { isTerminal } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayClient } from './gateway-client.js';
import { toCounts, toProgress, type RunProgress, type StageCounts } from './progress.js';

const POLL_INTERVAL_MS = 100;

/**
 * Follows the run to its end and resolves to its final report. The report is polled, so that nothing depends on the
 * events; where they come, they add counts of jobs.
 */
export async function followRun(
  gateway: GatewayClient,
  id: string,
  show: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<RunReport> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let counts: StageCounts = new Map();
  const listening = (async () => {
    for await (const event of gateway.readEvents(id, either)) counts = toCounts(event);
  })().catch(() => undefined);
  try {
    for (;;) {
      const report = await gateway.readRun(id, signal);
      show(toProgress(report, counts));
      if (isTerminal(report.state)) return report;
      await sleep(POLL_INTERVAL_MS, undefined, { signal });
    }
  } finally {
    over.abort();
    await listening;
  }
}
