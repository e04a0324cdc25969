import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunReport } from '@retail-etl/sales';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declare, putAt } from '../support/declared-sources.js';
import { findChromium, openBrowser, openPage, signIn } from '../support/gateway-browser.js';
import { type Stack, startStack } from '../support/stack.js';

const executable = findChromium();
const LONG = `SKU-${'x'.repeat(120)}-2026-blue`;
const YAML = `product: text
quantity_decimals: 3
unclaimed: ignore
summaries: { sales_daily: [sale_date, store, product_id] }
sources:
  - name: eu_partners
    files: 'eu/**/*.csv'
    bad_file: set_aside
    returns: separate
    max_reject_ratio: 1
    numbers: { decimals: 10 }
    csv: { footer: '^Total' }
    skip: [{ column: status, is: [Cancelled] }]
    columns: { product_id: sku, quantity: qty, sale_amount: total, sale_date: day, store: { file: '(..)/' } }
`;
const ROWS = [
  `${LONG},1.250,1.0000000001,2026-01-01,Paid`,
  'Löwe & Söhne,2,10.5,2026-01-01,Paid',
  'Löwe & Söhne,-1.5,-4.25,2026-01-02,Paid',
  'L2,1,-2,2026-01-02,Paid',
  'L2,1,2,2026-01-02,Cancelled',
  'L2,1,2,2026-01-02,Cancelled',
];

describe.skipIf(executable === undefined)('declared sources on the page in Chromium (skipped where no chromium is installed)', () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let run: RunReport;

  beforeAll(async () => {
    stack = await startStack();
    browser = await openBrowser(executable as string);
    await declare(stack, YAML);
    await putAt(stack, 'eu/de/a.csv', `sku,qty,total,day,Old,status\n${ROWS[1]!.replace('Paid', 'x,Paid')}\n`);
    const first = await stack.run();
    await putAt(stack, 'eu/de/a.csv', `New,sku,qty,total,day,status\n${ROWS.map((row) => `n,${row}`).join('\n')}\nTotal,,,,,\n`);
    await putAt(stack, 'eu/fr/broken.csv', 'sku,qty\nA,1\n');
    await putAt(stack, 'notes.txt', 'x');
    run = await stack.run();
    if (first.state !== 'published' || run.state !== 'published') throw new Error(JSON.stringify([first.error, run.error]));
    ({ page, complaints } = await openPage(await browser.newContext(), stack.url));
    await page.goto(`${stack.url}/`);
    await signIn(page, { username: 'admin', password: stack.token });
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  const violations = async (): Promise<string[]> => {
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => (await (globalThis as unknown as { axe: typeof axe }).axe.run()).violations);
    return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  };
  const open = async (path: string): Promise<void> => {
    await page.goto(`${stack.url}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => page.getByText(/…$/).and(page.getByRole('status')).count(), { timeout: 15_000 }).toBe(0);
  };
  const rowOf = (region: string, text: string) => page.getByRole('region', { name: region }).getByRole('row').filter({ hasText: text });

  test('the books: files set aside, rows skipped by cause, footer lines, returns, to the last digit', async () => {
    await open(`/runs/${run.id}`);
    await page.getByText('1 file was set aside: it could not be read, and the figures are without its sales.').waitFor();
    const aside = await rowOf('Books of each source', 'eu/fr/broken.csv').innerText();
    expect(aside).toMatch(/eu_partners\s+Set aside HEADER_INVALID\s+eu\/fr\/broken\.csv: column .* is missing/);
    const books = await rowOf('Books of each source', 'eu/de/a.csv').innerText();
    expect(books.split(/\s*[\t\n]\s*/)).toEqual([
      'eu/de/a.csv',
      'eu_partners',
      '1 footer line passed over',
      '6',
      '3',
      '1',
      '2',
      '3.25',
      '11.5000000001',
      '1.5',
      '4.25',
      '1 mixed signs',
      '2 skipped: status is Cancelled',
    ]);
    await page.getByText(/^Balanced: /).waitFor();
    const figures = page.getByRole('region', { name: 'Figures' });
    expect(await figures.innerText()).toMatch(/Returned amount\s+4\.25[\s\S]*Returned quantity\s+1\.5/);
  });

  test('a change of header, and further summaries with their files', async () => {
    await open(`/runs/${run.id}`);
    expect(run.headers).toEqual([{ source: 'eu_partners', file: 'eu/de/a.csv', gone: ['Old'], new: ['New'], moved: [] }]);
    await page.getByText('header of eu/de/a.csv: column Old gone, column New new').waitFor();
    expect((await rowOf('Totals of further summaries', 'sales_daily').innerText()).split('\t').slice(0, 4)).toEqual([
      'sales_daily',
      '3',
      '3.25',
      '11.5000000001',
    ]);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download sales_daily (CSV)' }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    expect(text).toBe(await readFile(join(stack.dataDir, 'output', 'sales_daily.csv'), 'utf8'));
  });

  test('products that are texts: long ones take one line, and any text is searched for', async () => {
    await open(`/runs/${run.id}`);
    const table = page.getByRole('region', { name: 'Summary by product' });
    const shown = table.getByText(LONG, { exact: true });
    expect(await shown.getAttribute('title')).toBe(LONG);
    await page.getByLabel('Product id begins with').fill('Löwe & ');
    await expect.poll(() => table.getByRole('rowheader').allInnerTexts()).toEqual(['Löwe & Söhne']);
    expect(new URL(page.url()).searchParams.get('product')).toBe('Löwe & ');
    await page.getByLabel('Product id begins with').fill('löwe');
    await expect.poll(() => table.getByRole('rowheader').count()).toBe(0);
  });

  test('the view of the sources: what is declared, whose each file is, and the faults of a declaration', async () => {
    await open('/sources');
    const declared = await rowOf('What each source reads', 'eu_partners').innerText();
    expect(declared.split('\t')).toEqual(['eu_partners', 'files', expect.stringMatching(/^\s*eu\/\*\*\/\*\.csv\s*$/), '2', '6']);
    expect((await rowOf('Files', 'notes.txt').innerText()).split('\t').slice(0, 2)).toEqual(['notes.txt', 'unclaimed']);
    await page.getByText('no source claims it, so a run leaves it alone').waitFor();
    await writeFile(join(stack.dataDir, 'sources.yaml'), 'sources: []\nmore: 1\n');
    await open('/sources');
    const faults = page.getByRole('alert');
    await faults.getByText('SOURCES_INVALID').waitFor();
    expect(await faults.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^sources\.yaml: line 1, /),
      expect.stringMatching(/^line 2, /),
    ]);
    expect(await page.getByRole('region', { name: 'Files' }).count()).toBe(0);
    expect(await violations()).toEqual([]);
    await writeFile(join(stack.dataDir, 'sources.yaml'), YAML);
  });

  test.each([1280, 390])('no view is wider than a screen of %d px, and every view is accessible', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of [`/runs/${run.id}`, '/sources']) {
      await open(path);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0);
      expect(await violations(), path).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });
});
