import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser, openPage, signIn } from '../support/gateway-browser.js';
import { createSales, HEADER, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';

const executable = findChromium();
/** More than two pages of runs, and of products. */
const RUNS = 60;
const PRODUCTS = 25;
const BASE = '/etl';

/** Product 100 has a quantity of 1, 101 of 2 and so on, so the order by quantity is known. */
const sales = Array.from({ length: PRODUCTS }, (_, index) => `(${index + 1}, ${100 + index}, ${index + 1}, 1.00, '2026-01-01')`);

describe.skipIf(executable === undefined)('addresses of the page in Chromium (skipped where no chromium is installed)', () => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let published: string;

  beforeAll(async () => {
    stack = await startStack({ BASE_PATH: `${BASE}/` });
    browser = await openBrowser(executable as string);
    await createSales(stack, sales.join(', '));
    await putFile(stack, 'store.csv', `${HEADER}1,124,1,1.00,2026-01-01\n`);
    const run = await stack.run();
    const failed = await stack.run({ from: '1990-01-01', to: '1990-01-02' });
    if (run.state !== 'published' || failed.state !== 'failed') throw new Error(`the runs are ${run.state} and ${failed.state}`);
    published = run.id;
    await cancelledRuns();
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  /** Runs that end before they have done anything. */
  async function cancelledRuns(): Promise<void> {
    stack.services.extractor.kill('SIGSTOP');
    try {
      for (let run = 0; run < RUNS; run += 1) {
        const { id } = (await (await stack.request('/api/runs', { method: 'POST', body: '{}' })).json()) as { id: string };
        const { status } = await stack.request(`/api/runs/${id}/cancel`, { method: 'POST' });
        if (status !== 200) throw new Error(`cancelling run ${id} got ${status}`);
      }
    } finally {
      stack.services.extractor.kill('SIGCONT');
    }
  }

  /** Signs in at the address `path`, which the log-in leads back to. */
  async function open(path: string): Promise<void> {
    context = await browser.newContext();
    ({ page, complaints } = await openPage(context, stack.url, /status of 401/));
    await page.goto(`${stack.url}${BASE}${path}`);
    await signIn(page, { username: 'admin', password: stack.token });
  }
  async function close(): Promise<void> {
    expect(complaints).toEqual([]);
    await context.close();
  }
  const filter = () => page.getByLabel('State');
  const rows = (table: string) => page.getByRole('region', { name: table }).getByRole('rowheader').allInnerTexts();
  const shows = async (table: string, expected: readonly unknown[]): Promise<void> => {
    await expect.poll(() => rows(table), { timeout: 15_000 }).toEqual(expected.map(String));
  };
  const query = (): Record<string, string> => Object.fromEntries(new URL(page.url()).searchParams);
  const range = (from: number, to: number): number[] =>
    Array.from({ length: Math.abs(from - to) + 1 }, (_, index) => (from > to ? from - index : from + index));

  test('a filter of the runs survives a look at a run, Back, Forward, a reload and a passed link', async () => {
    await open('/runs');
    await filter().selectOption('Failed');
    await shows('Table of runs', [2]);
    expect(page.url()).toBe(`${stack.url}${BASE}/runs?state=failed`);
    await page.getByRole('link', { name: '2', exact: true }).click();
    await page.getByRole('heading', { name: 'Run 2' }).waitFor();
    await page.goBack();
    await shows('Table of runs', [2]);
    expect(await filter().inputValue()).toBe('failed');
    await page.reload();
    await shows('Table of runs', [2]);
    // A choice is a step of its own.
    await page.goBack();
    await shows('Table of runs', range(RUNS + 2, RUNS - 22));
    expect(await filter().inputValue()).toBe('all');
    await page.goForward();
    await shows('Table of runs', [2]);
    await close();

    await open('/runs?state=failed');
    await shows('Table of runs', [2]);
    await close();
  });

  test('a session that ends leads back to the same filter', async () => {
    await open('/runs?state=failed');
    await shows('Table of runs', [2]);
    await context.clearCookies();
    await page.waitForURL(/\/login\?/);
    await signIn(page, { username: 'admin', password: stack.token });
    await shows('Table of runs', [2]);
    expect(query()).toEqual({ state: 'failed' });
    await close();
  });

  test('pages of the runs survive Back and a reload, and can be turned back from a passed link', async () => {
    await open('/runs?state=cancelled');
    await shows('Table of runs', range(RUNS + 2, RUNS - 22));
    await page.getByRole('button', { name: 'Older' }).click();
    await shows('Table of runs', range(RUNS - 23, RUNS - 47));
    await page.getByRole('button', { name: 'Older' }).click();
    await shows('Table of runs', range(RUNS - 48, 3));
    await page.reload();
    await shows('Table of runs', range(RUNS - 48, 3));
    const link = new URL(page.url());
    await page.goBack();
    await shows('Table of runs', range(RUNS - 23, RUNS - 47));
    await close();

    await open(`/runs${link.search}`);
    await shows('Table of runs', range(RUNS - 48, 3));
    await page.getByRole('button', { name: 'Newer' }).click();
    await shows('Table of runs', range(RUNS - 23, RUNS - 47));
    await page.getByRole('button', { name: 'Newer' }).click();
    await shows('Table of runs', range(RUNS + 2, RUNS - 22));
    expect(query()).toEqual({ state: 'cancelled' });
    // A filter begins at its first page.
    await page.getByRole('button', { name: 'Older' }).click();
    await filter().selectOption('Published');
    await shows('Table of runs', [1]);
    expect(query()).toEqual({ state: 'published' });
    await close();
  });

  test('search, order and page of the products survive a look elsewhere and a reload', async () => {
    await open(`/runs/${published}`);
    await shows('Summary by product', range(100, 109));
    await page.getByRole('button', { name: 'Quantity' }).click();
    await shows('Summary by product', range(124, 115));
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await shows('Summary by product', range(114, 105));
    await page.reload();
    await shows('Summary by product', range(114, 105));
    await page.getByRole('link', { name: 'Sources' }).click();
    await page.getByRole('heading', { name: 'Sources', level: 1 }).waitFor();
    await page.goBack();
    await shows('Summary by product', range(114, 105));
    await page.goBack();
    await shows('Summary by product', range(124, 115));

    // Letters replace one another: one Back goes to the list before the search, not to its first letter.
    await page.getByLabel('Product id begins with').pressSequentially('120');
    await shows('Summary by product', [120]);
    expect(query()).toEqual({ product: '120', sort: 'quantity', order: 'desc' });
    await page.reload();
    await shows('Summary by product', [120]);
    expect(await page.getByLabel('Product id begins with').inputValue()).toBe('120');
    await page.goBack();
    await shows('Summary by product', range(100, 109));
    expect(await page.getByLabel('Product id begins with').inputValue()).toBe('');
    await close();
  });

  test.each([
    '/runs?state=nowhere&before=x',
    '/runs?state=&before=',
    '/runs?state=__proto__&before=-5',
    '/runs?state=failed%00&before=5,9',
    '/runs?before=1',
    `/runs?before=${'9'.repeat(300)}`,
    '/runs?other=1&state=FAILED',
  ])('what the runs do not know is as if it were not there: %s', async (path) => {
    await open(path);
    await shows('Table of runs', range(RUNS + 2, RUNS - 22));
    expect(await filter().inputValue()).toBe('all');
    expect(await page.getByRole('alert').count()).toBe(0);
    await close();
  });

  test.each([
    `product=${'7'.repeat(256)}&sort=colour&order=up&page=0&log=-1&jobs=some`,
    'page=1.5&log=1e3&sort=&order=',
    'page=999999&log=49999',
    'page=99999999999999999999&log=99999999999999999999',
  ])('what a run does not know is as if it were not there: %s', async (search) => {
    await open(`/runs/${published}?${search}`);
    await shows('Summary by product', range(100, 109));
    await page.getByRole('region', { name: 'Log lines' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await close();
  });
});
