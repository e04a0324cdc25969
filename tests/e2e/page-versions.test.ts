import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunReport } from '@retail-etl/sales';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COLUMNS, declare, putAt, rowsOf } from '../support/declared-sources.js';
import { findChromium } from '../support/gateway-browser.js';
import { PagePeople, VIEWER } from '../support/page-people.js';

const executable = findChromium();
const YAML = `product: text\nsources: [{ name: shops, files: '*.csv', ${COLUMNS} }]\n`;
const csv = (...rows: string[]): string => ['sku,qty,total,day', ...rows, ''].join('\n');

describe.skipIf(executable === undefined)('versions on the page in Chromium (skipped where no chromium is installed)', () => {
  let people: PagePeople;
  let first: RunReport;
  let second: RunReport;

  beforeAll(async () => {
    people = await PagePeople.start(executable as string);
    const { stack } = people;
    await declare(stack, YAML);
    await putAt(stack, 'monday.csv', csv('A,2,10.50,2026-02-01', 'B,1,1.00,2026-02-01'));
    await putAt(stack, 'old.csv', csv('C,4,4.00,2026-02-01'));
    first = await stack.run();
    await rm(join(stack.dataDir, 'input', 'old.csv'));
    await putAt(stack, 'wrong.csv', csv('D,3,100000.00,2026-02-03'));
    second = await stack.run();
    if (first.state !== 'published' || second.state !== 'published') throw new Error(JSON.stringify([first.error, second.error]));
  });
  afterAll(() => people.stop());

  const violations = async (page: Page): Promise<string[]> => {
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => (await (globalThis as unknown as { axe: typeof axe }).axe.run()).violations);
    return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  };

  test('a viewer sees versions and differences, and is offered no change', async () => {
    const { page, complaints } = await people.open(VIEWER, '/versions');
    const row = page.getByRole('row').filter({ hasText: 'shown now' });
    await row.waitFor();
    expect(await row.innerText()).toContain(`${second.seq}`);
    await page.getByText('Each run that succeeds replaces what is published.').waitFor();
    await page.getByRole('link', { name: `Compare run ${first.seq} with what is published` }).click();
    await page.getByRole('heading', { name: `Run ${first.seq} against run ${second.seq}` }).waitFor();
    await page.getByRole('region', { name: 'Table of differences' }).getByRole('row').filter({ hasText: '100,000.00' }).first().waitFor();
    expect(await page.getByRole('button', { name: /Publish|Hold|Release/ }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('the overview says what changed since the version before, and which files it comes from', async () => {
    const { page, complaints } = await people.open(VIEWER, '/');
    const card = page.getByRole('region', { name: 'Since the version before' });
    await card.getByText('wrong.csv (new): +100,000.00').waitFor();
    expect(await card.innerText()).toMatch(/\+99,996\.00[\s\S]*1 new, 1 gone, 0 changed[\s\S]*old\.csv \(gone\): -4\.00/);
    await card.getByRole('link', { name: 'By product' }).click();
    await page.getByRole('region', { name: 'Table of differences' }).getByRole('row').filter({ hasText: '+100,000.00' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('an operator looks at the difference, publishes the older version again, and releases the hold', async () => {
    const { page, complaints } = await people.open(people.operator, `/compare/${second.id}/${first.id}`);
    await page.getByRole('combobox', { name: 'By' }).selectOption('file');
    await page.getByRole('region', { name: 'Table of differences' }).getByRole('row').filter({ hasText: 'wrong.csv' }).waitFor();
    await page.getByText('publications are held from then on').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: `Publish run ${first.seq} again` }).click();
    const dialog = page.getByRole('dialog', { name: `Publish run ${first.seq} again?` });
    expect(await dialog.innerText()).toContain(`It replaces run ${second.seq}, 100,011.50, by 15.50`);
    await dialog.getByRole('button', { name: 'Publish it' }).click();
    await page.getByText('Publishes again').waitFor();
    await page.getByText('published', { exact: true }).first().waitFor();
    expect(await rowsOf(people.stack, 'sales_summary')).toEqual(['A|2|10.50', 'B|1|1.00', 'C|4|4.00']);
    expect(await page.getByRole('button', { name: 'Run again' }).count()).toBe(0);

    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Publications are held by').waitFor();
    await page.getByRole('link', { name: 'Versions' }).click();
    await page.getByRole('button', { name: 'Release' }).click();
    await page.getByText('Each run that succeeds replaces what is published.').waitFor();
    expect(complaints).toEqual([]);
  });

  test.each([1280, 360])('no view is wider than a screen of %i px', async (width) => {
    const { page } = await people.open(people.operator, '/versions', { viewport: { width, height: 780 }, colorScheme: 'dark' });
    for (const path of ['/versions', `/compare/${second.id}/${first.id}`, '/']) {
      await page.goto(`${people.stack.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0);
    }
    expect(await violations(page)).toEqual([]);
  });
});
