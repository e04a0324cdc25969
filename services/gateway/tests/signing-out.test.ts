import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser, openPage } from '../../../tests/support/gateway-browser.js';
import { createWorld, type GatewayWorld, OPERATOR, type RunningGateway } from '../../../tests/support/gateway-harness.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());

const chromium = findChromium();

describe.skipIf(chromium === undefined)('in Chromium (skipped where no chromium is installed)', () => {
  test('what is being asked while the session ends leads nowhere else, and is no error', async () => {
    const browser = await openBrowser(chromium as string);
    try {
      const { page, complaints } = await openPage(await browser.newContext(), gateway.address);
      await page.goto(`${gateway.address}/runs`);
      await page.getByLabel('User name').fill(OPERATOR.username);
      await page.getByLabel('Password').fill(OPERATOR.password);
      let endSession = (): void => undefined;
      const sessionEnded = new Promise<void>((resolve) => (endSession = resolve));
      const settled: Promise<unknown>[] = [];
      // All that the page asks is sent on only when the session has ended.
      await page.route('**/api/**', async (route) => {
        settled.push(
          Promise.race([
            page.waitForEvent('requestfinished', (request) => request === route.request()),
            page.waitForEvent('requestfailed', (request) => request === route.request()),
          ]),
        );
        await sessionEnded;
        await route.continue().catch(() => undefined);
      });
      await page.route('**/logout', async (route) => {
        const response = await route.fetch({ maxRedirects: 0 });
        endSession();
        await Promise.all(settled);
        await route.fulfill({ response });
      });
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/\/login/);
      expect(settled.length).toBeGreaterThan(0);
      expect(page.url()).toBe(`${gateway.address}/login`);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
