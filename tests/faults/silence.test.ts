import { afterAll, beforeAll, describe, test } from 'vitest';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished } from './support/oracle.js';
import { runUntil } from './support/run-until.js';

let stack: FaultStack;

describe('goes away without a word', () => {
  beforeAll(async () => {
    stack = await startFaultStack({ timeScale: 0.1 });
  });
  afterAll(() => stack?.stop());

  test('PostgreSQL, in the middle of the COPY', { timeout: 240_000 }, async () => {
    await stack.source.change();
    const silent = stack.proxies.postgres.extractor.silentAfterReceived(30_000);
    const runId = await stack.trigger();
    await announce(stack, runId);
    await silent;
    await expectPublished(stack, await stack.waitFor(runId, undefined, 180_000));
  });

  test.each([
    ['extractor', 'extract.after-chunk-manifest'],
    ['transformer', 'merge.after-summary-file'],
    ['loader', 'load.after-fence'],
    ['loader', 'load.before-commit'],
    ['loader', 'load.before-rename'],
  ] as const)('MySQL, while the %s is at %s', async (name, point) => {
    const runId = await runUntil(stack, name, point);
    stack.network('mysql', (proxy) => proxy.vanish());
    stack.services[name].signal('SIGCONT');
    await expectPublished(stack, await stack.waitFor(runId, undefined, 180_000));
  });

  test('nothing is left', () => expectNothingLeft(stack));
});
