import type { CrashPoint } from '@retail-etl/faults';
import { expect } from 'vitest';
import type { ServiceName } from '../../support/service-processes.js';
import type { FaultStack } from './fault-stack.js';
import { announce } from './oracle.js';

/**
 * Starts a run of changed sources whose `service` is stopped (SIGSTOP) at the point. Resolves once it has stopped; SIGCONT wakes it.
 * `announced: false`: no reader may ever see this run.
 */
export async function runUntil(stack: FaultStack, service: ServiceName, point: CrashPoint, { announced = true } = {}): Promise<string> {
  await stack.source.change();
  await stack.services[service].arm(point, 1, 'SIGSTOP');
  const runId = await stack.trigger();
  if (announced) await announce(stack, runId);
  await expect.poll(() => stack.services[service].isStopped(), { timeout: 60_000 }).toBe(true);
  return runId;
}
