import { setTimeout as sleep } from 'node:timers/promises';
import type { StepData } from '@retail-etl/contracts';
import { claimSlot, findRun, recordRun } from '@retail-etl/ledger';
import { createLogger, type StepContext } from '@retail-etl/runtime';
import { createSchema } from '@retail-etl/setup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLedgerDatabase, type LedgerDatabase } from '../../ledger/tests/ledger-database.js';
import { runStep } from '../dist/step-runner.js';

let ledger: LedgerDatabase;
beforeAll(async () => {
  ledger = await createLedgerDatabase();
  await createSchema(ledger.url);
});
afterAll(() => ledger.drop());

test('a try that takes longer than its limit ends the step and the run, however often it may still be tried', async () => {
  const { database } = ledger;
  const { run } = await recordRun(database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
  expect(await claimSlot(database, run.runId, 1)).toBe('claimed');
  let reason: unknown;
  const load = async (_data: StepData<'load'>, { signal }: StepContext): Promise<never> => {
    // As a step does that waits for a server that never answers.
    await sleep(60_000, undefined, { signal }).catch(() => undefined);
    reason = signal.reason;
    throw new Error('the answer did not come');
  };
  const delivery = {
    id: 'l1',
    name: 'load',
    data: { runId: run.runId, epoch: 1 },
    attempt: 1,
    isLastAttempt: false,
    timestamp: Date.now(),
    lost: new AbortController().signal,
    note: async () => undefined,
    progress: async () => undefined,
  };
  const deps = { database, log: createLogger('loader', 'silent'), stopping: new AbortController().signal, handlers: { load } };
  const outcome = await runStep<'load'>(delivery, { ...deps, timeoutMs: 600 });
  expect(reason).toMatchObject({ name: 'TimeoutError' });
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'STEP_TIMEOUT', message: 'load has not ended after 0.01 minutes' } });
  const ended = await findRun(database, run.runId);
  expect(ended).toMatchObject({ state: 'failed', findings: { error: { code: 'STEP_TIMEOUT', stage: 'load' } } });
});
