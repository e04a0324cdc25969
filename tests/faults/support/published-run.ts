import type { FaultStack } from './fault-stack.js';
import { announce, expectPublished } from './oracle.js';

/** Changes the sources, triggers a run, and checks what it published. */
export async function publishedRun(stack: FaultStack): Promise<void> {
  await stack.source.change();
  const runId = await stack.trigger();
  await announce(stack, runId);
  await expectPublished(stack, await stack.waitFor(runId));
}
