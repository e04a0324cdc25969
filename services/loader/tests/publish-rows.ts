import type { RunSummary } from '../src/targets/target.js';
import type { Attempt } from './loader-place.js';
import { type ProductRow, writeSummary } from './summary-files.js';
import type { TargetHarness } from './target-harness.js';

const OPEN = new AbortController().signal;

/** One more attempt, as another process would make it. */
export const open = (harness: TargetHarness): Promise<Attempt> => harness.place.attempt(harness.name);
export const write = (harness: TargetHarness, rows: readonly ProductRow[]): Promise<RunSummary> =>
  writeSummary(harness.place.summaries, rows);

/** A whole publication, as the loader makes it. */
export async function publishRows(harness: TargetHarness, rows: readonly ProductRow[]): Promise<void> {
  const attempt = await open(harness);
  const summary = await write(harness, rows);
  await attempt.target.stage(summary, OPEN);
  await commit(attempt, summary);
  await attempt.target.finish(summary);
  await attempt.target.discard();
  attempt.end();
}

/** The publication's transaction. */
export async function commit(attempt: Attempt, summary: RunSummary): Promise<void> {
  await attempt.begin();
  await attempt.target.publish(summary);
  await attempt.commit();
}
