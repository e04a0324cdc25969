import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import axe from 'axe-core';
import { findChromium, openBrowser, openPage, signIn } from '../support/gateway-browser.js';
import { createSales, HEADER, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';

const executable = findChromium();
/** As long as people's exports get, as long as a file system allows, and in scripts that are wide or run to the left. */
const FILES = [
  `${'a'.repeat(112)}-store-2026-01-02-west.csv`,
  `${'b'.repeat(251)}.csv`,
  `${'売上店舗東京'.repeat(10)}.csv`,
  `${'مبيعات'.repeat(12)}-2026-01-02.csv`,
];
const VALUES = ['x'.repeat(137), '売上店舗東京'.repeat(10), 'مبيعات'.repeat(12), `"${'line\n'.repeat(40)}"`];
const USER = { username: 'u'.repeat(60), password: '' };
const SCHEDULE = 's'.repeat(64);

describe.skipIf(executable === undefined)('long names on the page in Chromium (skipped where no chromium is installed)', () => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let run: string;

  beforeAll(async () => {
    stack = await startStack({ ADMIN_USERNAME: USER.username, MAX_REJECT_RATIO: '1' });
    browser = await openBrowser(executable as string);
    await createSales(stack, "(1, 7, 2, 10.25, '2026-01-01')");
    for (const [index, name] of FILES.entries())
      await putFile(
        stack,
        name,
        `${HEADER}1,8,3,1.50,2026-01-0${index + 1}\n2,9,${VALUES[index]},2.00,2026-01-02\n${'broken'.repeat(60)}\n`,
      );
    const body = JSON.stringify({ cron: '0 6 * * *', tz: 'Europe/Berlin', params: {}, paused: false });
    const { status } = await stack.request(`/api/schedules/${SCHEDULE}`, { method: 'PUT', body });
    const report = await stack.run();
    if (status !== 200 || report.state !== 'published') throw new Error(`the schedule got ${status}, the run is ${report.state}`);
    run = report.id;
    context = await browser.newContext();
    ({ page, complaints } = await openPage(context, stack.url));
    await page.goto(`${stack.url}/`);
    await signIn(page, { ...USER, password: stack.token });
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  /** True if all of the cell can be seen without scrolling the page or its table. */
  const isInSight = (region: string, row: string, column: number): Promise<boolean> =>
    page
      .getByRole('region', { name: region })
      .getByRole('row')
      .filter({ has: page.getByText(row, { exact: true }) })
      .locator('> *')
      .nth(column)
      .evaluate((cell) => {
        const { left, right } = cell.getBoundingClientRect();
        const { innerWidth } = globalThis as unknown as { innerWidth: number };
        // Scrolling stops at whole pixels.
        return left >= 0 && right <= 1 + Math.min(innerWidth, cell.closest('.table-scroll')?.getBoundingClientRect().right ?? 0);
      });

  test.each([1280, 390])('no view is wider than a screen of %d px, and every view is accessible', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ['/', '/runs', `/runs/${run}`, '/versions', '/schedules', '/sources', '/sessions']) {
      await page.goto(`${stack.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expect.poll(() => page.getByText(/…$/).and(page.getByRole('status')).count(), { timeout: 15_000 }).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0);
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => (await (globalThis as unknown as { axe: typeof axe }).axe.run()).violations);
      expect(
        found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
        path,
      ).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });

  test.each(FILES)('the figures of a file stand beside its name, which can be read whole: %s', async (name) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${stack.url}/runs/${run}`);
    await page.getByRole('region', { name: 'Books of each source' }).waitFor();
    for (const column of [1, 2, 3, 4, 5, 6]) expect(await isInSight('Books of each source', name, column), `${column}`).toBe(true);
    const shown = page.getByRole('region', { name: 'Books of each source' }).getByText(name, { exact: true });
    expect(await shown.getAttribute('title')).toBe(name);
    // What is copied is the name, without what the line shows in its place.
    await shown.evaluate((element) => element.ownerDocument.getSelection()?.selectAllChildren(element));
    expect(await page.evaluate('getSelection().toString()')).toBe(name);
    const isCut = () =>
      shown.evaluate((element) => [...element.children].some((part) => part.scrollWidth > part.clientWidth && part.clientWidth > 0));
    expect(await isCut()).toBe(true);
    await shown.focus();
    expect(await isCut()).toBe(false);
    await page.goto(`${stack.url}/sources`);
    await page.getByRole('region', { name: 'Files' }).waitFor();
    for (const column of [1, 2, 3, 4]) expect(await isInSight('Files', name, column), `${column}`).toBe(true);
  });

  test('on a phone the first figures are in sight, and a name stays beside those that are scrolled to', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${stack.url}/sources`);
    const files = page.getByRole('region', { name: 'Files' });
    await files.waitFor();
    for (const name of FILES) {
      expect(await isInSight('Files', name, 0), name).toBe(true);
      expect(await isInSight('Files', name, 2), name).toBe(true);
    }
    await files.evaluate((region) => region.scrollTo(region.scrollWidth, 0));
    for (const name of FILES) {
      expect(await isInSight('Files', name, 0), name).toBe(true);
      expect(await isInSight('Files', name, 4), name).toBe(true);
    }
  });

  test('a rejected value of any length or script takes one line', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${stack.url}/runs/${run}`);
    const rows = page.getByRole('region', { name: 'Rejected rows' }).locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(2 * FILES.length);
    const heights = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
    expect(Math.max(...heights)).toBeLessThan(50);
  });
});
