import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../support/gateway-browser.js';
import { PagePeople, type Person, VIEWER } from '../support/page-people.js';
import type { Stack } from '../support/stack.js';

const executable = findChromium();

interface Listed {
  readonly id: string;
  readonly username: string;
  readonly client: string;
}

describe.skipIf(executable === undefined)('the sessions on the page in Chromium (skipped where no chromium is installed)', () => {
  let people: PagePeople;
  let stack: Stack;

  beforeAll(async () => {
    people = await PagePeople.start(executable as string);
    stack = people.stack;
  });
  afterAll(() => people.stop());

  const signedIn = (person: Person, client: string, expected?: RegExp) => people.open(person, '/', { userAgent: client }, expected);
  const listed = async (): Promise<Listed[]> => ((await (await stack.request('/api/sessions')).json()) as { sessions: Listed[] }).sessions;
  const rowOf = (page: Page, client: string) => page.getByRole('row').filter({ hasText: client });

  test('an operator sees who is signed in, keeps the own session, and ends that of another by keyboard', async () => {
    const ada = people.operator;
    // Its polling is refused once its session is over, which leads to the log-in.
    const other = await signedIn(VIEWER, 'Tablet/1.0', /status of 401/);
    await signedIn(ada, 'Phone/2.0', /status of 401/);
    const { page, complaints } = await signedIn(ada, 'Desk/3.0');
    await page.getByRole('link', { name: 'Sessions' }).click();
    const table = page.getByRole('region', { name: 'Sessions' });
    await table.waitFor();
    expect(await table.getByRole('columnheader').allInnerTexts()).toEqual(['User', 'Since', 'Last seen', 'From', 'Browser', 'End']);

    const own = rowOf(page, 'Desk/3.0');
    expect(await own.getAttribute('aria-current')).toBe('true');
    expect(await own.getByText('this session', { exact: true }).count()).toBe(1);
    expect(await own.getByRole('button').count()).toBe(0);
    expect(await page.getByText('this session', { exact: true }).count()).toBe(1);
    expect(await rowOf(page, 'Phone/2.0').getByText('ada').count()).toBe(1);
    const tablet = rowOf(page, 'Tablet/1.0');
    expect(await tablet.innerText()).toMatch(/vera.*viewer/);
    expect(await tablet.getByText('127.0.0.1').count()).toBe(1);
    expect(await tablet.locator('time').count()).toBe(2);

    // Escape keeps it.
    const end = page.getByRole('button', { name: 'End this session of vera, from 127.0.0.1' });
    await end.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'End the session of vera?' }).waitFor();
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
      return (await inPage.run()).violations.map(({ id }) => id);
    });
    expect(found).toEqual([]);
    await page.keyboard.press('Escape');
    expect((await listed()).map(({ client }) => client).sort()).toEqual(['Desk/3.0', 'Phone/2.0', 'Tablet/1.0']);

    await end.click();
    await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    await page.getByRole('status').filter({ hasText: 'The session of vera has ended.' }).waitFor();
    await tablet.waitFor({ state: 'detached' });
    expect((await listed()).map(({ client }) => client).sort()).toEqual(['Desk/3.0', 'Phone/2.0']);
    const hasFocus = () => page.getByRole('heading', { level: 1 }).evaluate((heading) => heading === heading.ownerDocument.activeElement);
    await expect.poll(hasFocus).toBe(true);
    await other.page.getByLabel('User name').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a session that has ended meanwhile is told as such, and leaves the list', async () => {
    const { page, complaints } = await signedIn(people.operator, 'Watch/4.0', /status of 404/);
    await page.goto(`${stack.url}/sessions`);
    const row = rowOf(page, 'Phone/2.0');
    await row.getByRole('button', { name: 'End this session of ada' }).click();
    const phone = (await listed()).find(({ client }) => client === 'Phone/2.0')!;
    expect((await stack.request(`/api/sessions/${phone.id}`, { method: 'DELETE' })).status).toBe(204);
    await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    await page.getByRole('alert').filter({ hasText: 'NOT_FOUND' }).waitFor();
    await row.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('a viewer is offered no list, and is told why at its address', async () => {
    const { page, complaints } = await signedIn(VIEWER, 'Tablet/5.0');
    await page.getByText('vera').first().waitFor();
    expect(await page.getByRole('link', { name: 'Sessions' }).count()).toBe(0);
    await page.goto(`${stack.url}/sessions`);
    await page.getByText('For operators alone').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
