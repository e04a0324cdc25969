import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../support/gateway-browser.js';
import { PagePeople, VIEWER } from '../support/page-people.js';
import { createSales, HEADER, putFile } from '../support/sales-rows.js';
import type { Stack } from '../support/stack.js';

const SCRIPT_BYTES_MAX = 250 * 1024;
const PAGE_FOLDER = join(import.meta.dirname, '..', '..', 'services', 'gateway', 'dist', 'page');
const executable = findChromium();

test('all script of the page is small enough for a slow laptop', async () => {
  const files = (await readdir(PAGE_FOLDER, { recursive: true })).filter((name) => name.endsWith('.js'));
  expect(files.length).toBeGreaterThan(0);
  const sizes = await Promise.all(files.map(async (name) => gzipSync(await readFile(join(PAGE_FOLDER, name))).length));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
});

describe.skipIf(executable === undefined)('the page in Chromium (skipped where no chromium is installed)', () => {
  let people: PagePeople;
  let stack: Stack;

  beforeAll(async () => {
    people = await PagePeople.start(executable as string);
    stack = people.stack;
    await createSales(stack, "(1, 7, 2, 10.25, '2026-01-01'), (2, 7, 1, 0.10, '2026-01-02'), (3, 8, 0, 5.00, '2026-01-02')");
    await putFile(
      stack,
      'store.csv',
      `${HEADER}1,8,3,1.005,2026-01-01\n2,9,x,2.00,2026-01-02\nbroken\n${HEADER}4,8,1,2.00,2026-01-02\n5,9,1,3.00,2026-01-02\n`,
    );
  });
  afterAll(() => people.stop());

  /** Starts a run that cannot go past the transform until `release` is called. */
  async function heldRun(): Promise<{ id: string; release: () => void }> {
    stack.services.transformer.kill('SIGSTOP');
    const response = await stack.request('/api/runs', { method: 'POST', body: '{}' });
    const { id } = (await response.json()) as { id: string };
    return { id, release: () => void stack.services.transformer.kill('SIGCONT') };
  }
  /** The policy lets no page add a script element, so axe comes in by the debugger, which is no page's script. */
  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
      const found = await inPage.run();
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
    });
  }

  test('an operator watches a run move, opens its rejects and downloads them all', async () => {
    const { page, complaints } = await people.open(people.operator, '/schedules');
    const { id, release } = await heldRun();
    const bar = page.getByRole('progressbar', { name: /transform/i }).first();
    try {
      await page.goto(`${stack.url}/runs/${id}`);
      await bar.waitFor();
      expect(await bar.getAttribute('value')).toBe('0');
    } finally {
      release();
    }
    expect(await stack.ended(id)).toMatchObject({ state: 'published', error: null });
    await page.getByText('published', { exact: true }).first().waitFor();
    expect(await bar.getAttribute('value')).toBe(await bar.getAttribute('max'));
    await page.getByRole('rowheader', { name: 'store.csv 1 repeated header passed over' }).waitFor();

    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download all rejects (CSV)' }).click();
    const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
    const [[books]] = (await stack.mysql.query(
      "SELECT JSON_UNQUOTE(JSON_EXTRACT(report, '$.totals.rowsRejected')) AS rejected FROM etl_runs WHERE run_id = ?",
      [id],
    )) as unknown as [[{ rejected: string }]];
    expect(lines.length - 1).toBe(Number(books.rejected));
    expect(Number(books.rejected)).toBe(3);
    expect(complaints).toEqual([]);
  });

  test('a stray quote that swallows lines is seen in the books and in the table of rejects', async () => {
    const stray = `1,8,"3,1.00,2026-01-01\n${'2,8,1,1.00,2026-01-01\n'.repeat(1_233)}9,8,1"x,1.00,2026-01-01\n`;
    await putFile(stack, 'stray.csv', `${HEADER}${stray}${'2,8,1,1.00,2026-01-01\n'.repeat(3)}`);
    const { id } = await stack.run();
    await rm(join(stack.dataDir, 'input', 'stray.csv'));
    const { page, complaints } = await people.open(people.operator, '/schedules');
    await page.goto(`${stack.url}/runs/${id}`);
    await page.getByRole('rowheader', { name: /^stray\.csv\s*longest record: 1,235 lines$/ }).waitFor();
    expect(await page.getByText('longest record').count()).toBe(1);
    await page.getByRole('cell', { name: '1, 1,235 lines', exact: true }).waitFor();
    expect(await page.getByRole('cell', { name: /lines$/ }).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('an operator adds, pauses, resumes and deletes a schedule', async () => {
    const { page, complaints } = await people.open(people.operator, '/schedules', { timezoneId: 'America/New_York' }, /status of 400/);
    await page.getByRole('button', { name: 'Add schedule' }).click();
    await page.getByLabel('Name').fill('nightly');
    await page.getByLabel('Cron').fill('30 2 * * *');
    await page.getByText('At 02:30, every day').waitFor();
    await page.getByLabel('Time zone').fill('Nowhere/Atall');
    await page.getByRole('button', { name: 'Save schedule' }).click();
    await page.getByText('"Nowhere/Atall" is not a time zone').waitFor();
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByRole('button', { name: 'Save schedule' }).click();
    const times = page.getByRole('region', { name: 'Next times of nightly' });
    await times.waitFor();
    expect(await times.locator('tbody tr').count()).toBe(5);
    expect(await times.getByRole('columnheader').allInnerTexts()).toEqual(['Next, in Europe/Berlin', 'Here (America/New_York)']);

    const paused = async (): Promise<unknown> =>
      ((await (await stack.request('/api/schedules/nightly')).json()) as { paused: unknown }).paused;
    await page.getByRole('button', { name: 'Pause nightly' }).click();
    await page.getByRole('button', { name: 'Resume nightly' }).waitFor();
    expect(await paused()).toBe(true);
    await page.getByRole('button', { name: 'Resume nightly' }).click();
    await page.getByRole('button', { name: 'Pause nightly' }).waitFor();
    expect(await paused()).toBe(false);
    await page.getByRole('button', { name: 'Delete nightly' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete schedule' }).click();
    await times.waitFor({ state: 'detached' });
    expect((await stack.request('/api/schedules/nightly')).status).toBe(404);
    expect(complaints).toEqual([]);
  });

  test('an operator starts a run, and retries one that failed', async () => {
    const { page, complaints } = await people.open(people.operator, '/schedules');
    await page.goto(`${stack.url}/`);
    await page.getByLabel('Dry run').check();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByText('previewed', { exact: true }).first().waitFor();
    const failed = await stack.run({ from: '1990-01-01', to: '1990-01-02' });
    await page.goto(`${stack.url}/runs/${failed.id}`);
    stack.services.transformer.kill('SIGSTOP');
    try {
      await page.getByRole('button', { name: 'Retry' }).click();
      await page.getByRole('button', { name: 'Cancel run' }).waitFor();
    } finally {
      stack.services.transformer.kill('SIGCONT');
    }
    await page.getByRole('button', { name: 'Retry' }).waitFor();
    await page.getByText('Retries').waitFor();
    expect((await stack.ended(failed.id)).epoch).toBe(2);
    expect(complaints).toEqual([]);
  });

  test('an operator cancels a run', async () => {
    const { page, complaints } = await people.open(people.operator, '/schedules');
    const { id, release } = await heldRun();
    try {
      await page.goto(`${stack.url}/runs/${id}`);
      await page.getByRole('button', { name: 'Cancel run' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
      await page.getByText('cancelled', { exact: true }).first().waitFor();
    } finally {
      release();
    }
    expect((await stack.ended(id)).state).toBe('cancelled');
    await page.getByText(/ by ada$/).waitFor();
    const nodeOf = (label: string) => page.locator('.journey-node', { has: page.getByText(label, { exact: true }) });
    expect(await nodeOf('plan').locator('.node-state').innerText()).toBe('done');
    for (const label of ['merge', 'load']) expect(await nodeOf(label).locator('.node-state').innerText()).toBe('cancelled');
    await page.reload();
    await nodeOf('load').getByText('cancelled', { exact: true }).waitFor();
    expect(await nodeOf('plan').locator('.node-state').innerText()).toBe('done');
    expect(complaints).toEqual([]);
  });

  test('a failure is told first, with its code and its remedy; a viewer is offered no change', async () => {
    const failed = await stack.run({ from: '1990-01-01', to: '1990-01-02' });
    expect(failed.state).toBe('failed');
    const { page, complaints } = await people.open(VIEWER, '/schedules');
    expect(await page.getByRole('button', { name: /add|pause|resume|change|delete/i }).count()).toBe(0);
    await page.goto(`${stack.url}/runs/${failed.id}`);
    const alert = page.getByRole('alert', { name: 'Why this run failed' });
    await alert.waitFor();
    expect(await alert.innerText()).toContain(failed.error?.code);
    expect(await alert.innerText()).toContain(failed.error?.remedy);
    expect(await page.getByRole('button', { name: /retry|run again|cancel/i }).count()).toBe(0);
    await page.goto(`${stack.url}/`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByRole('button', { name: /run now/i }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('every view is accessible and fits a phone, %s', async (colorScheme) => {
    const { id } = await stack.run();
    const { page, complaints } = await people.open(people.operator, '/schedules', { colorScheme, viewport: { width: 360, height: 780 } });
    for (const path of ['/', '/runs', `/runs/${id}`, '/versions', '/schedules', '/sources', '/sessions']) {
      await page.goto(`${stack.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('load');
      expect(await violations(page), path).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0);
    }
    expect(complaints).toEqual([]);
  });
});
