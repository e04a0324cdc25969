import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../support/gateway-browser.js';
import { PagePeople, VIEWER } from '../support/page-people.js';
import type { Stack } from '../support/stack.js';

const executable = findChromium();
const BASKET = join(import.meta.dirname, '..', 'corpus', 'retail', 'market-basket-de', 'assignment-1_data.csv');
const HOSTILE = '<img src=x onerror=document.title="owned">';
/** For people who look: a folder for pictures of the page. */
const PICTURES = process.env['PAGE_PICTURES'];

describe.skipIf(executable === undefined)('a file is tried on the page in Chromium (skipped where no chromium is installed)', () => {
  let people: PagePeople;
  let stack: Stack;

  beforeAll(async () => {
    people = await PagePeople.start(executable as string);
    stack = people.stack;
  });
  afterAll(() => people.stop());

  const asOperator = (options?: BrowserContextOptions) => people.open(people.operator, '/sources', options);

  /** Opens the trial from the Sources view, and chooses a file. */
  async function choose(page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await page.getByRole('main').getByRole('link', { name: 'Try a file' }).click();
    await page.getByLabel('File with sales').setInputFiles(file);
  }
  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
      return (await inPage.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
    });
  }
  const news = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor();
  const row = (page: Page, record: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: record, exact: true }) });
  const picture = async (page: Page, name: string): Promise<void> => {
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `try-${name}.png`), fullPage: true });
  };

  test('an operator tries a German file, answers what it leaves open by keyboard, changes the declaration and tries again', async () => {
    const { page, complaints } = await asOperator();
    await choose(page, BASKET);
    await news(page, '19 of 19 records are accepted. One question is open.');
    expect(await row(page, '1').innerText()).toMatch(/WHITE HANGING.*\s2,55\s.*accepted 6 for 15\.30 on 2010-12-01/s);
    const text = page.getByLabel('Text of sources.yaml');
    expect(await text.inputValue()).toContain("dates: '%d.%m.%Y %H:%M'");
    expect(await violations(page)).toEqual([]);
    await picture(page, 'light');

    const question = page.getByRole('group', { name: /Day or month first/ });
    expect(await question.getByRole('radio').count()).toBe(2);
    await question.getByRole('radio', { name: /day first/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await row(page, '1').getByText('2010-01-12').waitFor();
    expect(await text.inputValue()).toContain("dates: '%m.%d.%Y %H:%M'");
    expect(await question.getByText('open').count()).toBe(0);

    await text.fill((await text.inputValue()).replace("dates: '%m.%d.%Y %H:%M'", "dates: '%Y-%m-%d'\n    colour: red"));
    const again = page.getByRole('button', { name: 'Try again' });
    await again.focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .filter({ hasText: /SOURCES_INVALID.*Line \d+, column \d+:.*colour/s })
      .waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await again.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
    await text.fill((await text.inputValue()).replace('    colour: red\n', ''));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await news(page, '0 of 19 records are accepted.');
    expect(await row(page, '1').getByText('rejected').count()).toBe(1);
    expect(await row(page, '1').innerText()).toContain('invalid_date');
    expect(await page.getByText('no record would be accepted').count()).toBe(1);
    expect(await readdir(stack.dataDir)).not.toContain('sources.yaml');
    expect(complaints).toEqual([]);
  });

  test('the declaration is copied, or selected where the clipboard is refused', async () => {
    const { page, complaints } = await asOperator({ permissions: ['clipboard-read', 'clipboard-write'] });
    await choose(page, BASKET);
    await news(page, '19 of 19');
    await page.getByRole('button', { name: 'Copy' }).click();
    await news(page, 'Copied.');
    const text = await page.getByLabel('Text of sources.yaml').inputValue();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(text);
    await page.context().clearPermissions();
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined }); undefined");
    await page.getByRole('button', { name: 'Copy' }).click();
    await news(page, 'The text is selected');
    expect(complaints).toEqual([]);
  });

  test('names and cells of strangers are texts, on a phone in the dark as well', async () => {
    const { page, complaints } = await asOperator({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    const rows = Array.from(
      { length: 30 },
      (_, index) => `${HOSTILE};${index};9,95;${index % 3 === 0 ? 'x' : `0${1 + (index % 9)}.01.2026`}`,
    );
    await choose(page, {
      name: `${HOSTILE.replaceAll(/[/"]/g, '')}.csv`,
      mimeType: 'text/csv',
      buffer: Buffer.from(`Artikel;Menge;Umsatz;Datum\n${rows.join('\n')}\n`),
    });
    await news(page, /records are accepted/);
    expect(await page.getByRole('row').count()).toBeGreaterThan(10);
    expect(await row(page, '1').getByText('<img').count()).toBeGreaterThan(0);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    const [shown, wide] = await page.locator('html').evaluate((html) => [html.clientWidth, html.scrollWidth]);
    expect(wide).toBe(shown);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'phone-dark');
    await page.setViewportSize({ width: 1280, height: 900 });
    await picture(page, 'dark');
    expect(complaints).toEqual([]);
  });

  test('of a large file only the beginning is sent, and a file can be dropped', async () => {
    const { page, complaints } = await asOperator();
    const header = await readFile(BASKET, 'utf8');
    await choose(page, {
      name: 'large.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(header.repeat(1 + Math.ceil((12 << 20) / header.length))),
    });
    await page.getByText('only its beginning was read').waitFor();
    const { entries } = (await (await stack.request('/api/audit')).json()) as { entries: { action: string; detail: unknown }[] };
    const sent = (4 << 20) + (64 << 10);
    expect(entries.find(({ action }) => action === 'file.tried')?.detail).toEqual({ name: 'large.csv', bytes: sent });

    await page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([${JSON.stringify(header)}], 'dropped.csv'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }`);
    await news(page, /dropped\.csv: 19 of 19/);

    await page
      .getByLabel('File with sales')
      .setInputFiles({ name: 'book.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.alloc((8 << 20) + 1) });
    await page.getByRole('alert').filter({ hasText: 'A workbook is sent whole' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a viewer is not led there, and is told why at its address', async () => {
    const { page, complaints } = await people.open(VIEWER, '/sources');
    await page.getByText('vera').first().waitFor();
    expect(await page.getByRole('link', { name: 'Try a file' }).count()).toBe(0);
    await page.goto(`${stack.url}/try`);
    await page.getByText('For operators alone').waitFor();
    expect(await page.getByLabel('File with sales').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
