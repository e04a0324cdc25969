import { EtlError } from '@retail-etl/contracts';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser, openPage } from '../../../tests/support/gateway-browser.js';
import {
  createWorld,
  eventually,
  type GatewayWorld,
  OPERATOR,
  type RunningGateway,
  VIEWER,
} from '../../../tests/support/gateway-harness.js';
import { reaches, startSteps, type StandInSteps } from './support/steps.js';

const executable = findChromium();
const shots = process.env['GATEWAY_SHOTS'];

describe.skipIf(executable === undefined)('in Chromium (skipped where no chromium is installed)', () => {
  let world: GatewayWorld;
  let gateway: RunningGateway;
  let browser: Browser;
  let steps: StandInSteps;
  let fails = false;

  beforeAll(async () => {
    world = await createWorld();
    gateway = await world.start();
    browser = await openBrowser(executable as string);
    steps = await startSteps(world, async (step) =>
      fails && step === 'merge' ? new EtlError('SUMMARY_EMPTY', 'nothing was accepted') : null,
    );
  });
  afterAll(async () => {
    await browser.close();
    await steps.close();
    await world.stop();
  });

  async function signIn(
    context: BrowserContext,
    user: { username: string; password: string },
    expected?: RegExp,
  ): ReturnType<typeof openPage> {
    const opened = await openPage(context, gateway.address, expected);
    await opened.page.goto(`${gateway.address}/queues`);
    await opened.page.getByLabel('User name').fill(user.username);
    await opened.page.getByLabel('Password').fill(user.password);
    await opened.page.getByRole('button', { name: 'Sign in' }).click();
    await opened.page.waitForURL(`${gateway.address}/queues`);
    return opened;
  }
  const shoot = async (page: Page, name: string): Promise<void> => {
    if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}.png` });
  };
  const runs = async (): Promise<{ run_id: string; state: string; triggered_by: string }[]> => {
    const [rows] = await world.mysql.query('SELECT run_id, state, triggered_by FROM etl_runs ORDER BY seq');
    return rows as { run_id: string; state: string; triggered_by: string }[];
  };
  /** Opens a queue's menu on its own page. The first menu there is the page's, the second the queue's; neither has a name. */
  const openMenu = async (page: Page, queue: string): Promise<void> => {
    await page.goto(`${gateway.address}/queues/queue/${queue}`);
    await page.locator('button[aria-haspopup="menu"]').nth(1).click();
    await page.getByRole('menuitem').nth(1).waitFor();
  };

  test('an operator signs in, adds a run, watches it finish, and retries a failed one', async () => {
    const context = await browser.newContext();
    const { page, complaints } = await signIn(context, OPERATOR);
    await page
      .getByRole('heading', { name: 'runs', exact: true })
      .or(page.getByRole('link', { name: 'runs', exact: true }))
      .first()
      .waitFor();
    await shoot(page, 'board');

    await openMenu(page, 'runs');
    await page.getByRole('menuitem', { name: 'Add job' }).click();
    await page.locator('#job-name').fill('by-hand');
    await page.getByText('"dryRun"').waitFor();
    await shoot(page, 'board-add');
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    const added = await eventually(async () => {
      const [row] = await runs();
      if (row?.state !== 'published') throw new Error(`the run is ${row?.state ?? 'not there'}`);
      return row;
    });
    expect(added.triggered_by).toBe(OPERATOR.username);
    await page.goto(`${gateway.address}/queues/queue/load?status=completed`);
    await page.getByText(`${added.run_id}.1.load`).first().waitFor();
    await shoot(page, 'board-load');

    fails = true;
    const { id } = (await (await gateway.api('POST', '/api/runs', {})).json()) as { id: string };
    await reaches(gateway, id, 'failed');
    fails = false;
    await page.goto(`${gateway.address}/queues/queue/transform/${id}.1.merge`);
    await page.getByText('SUMMARY_EMPTY').first().waitFor();
    await shoot(page, 'board-failed');
    // The job's buttons have no names; the first is "Retry".
    await page.locator('ul[class*="jobActions"] button').first().click();
    const confirm = page.getByRole('button', { name: /confirm/i });
    await confirm.waitFor({ timeout: 3_000 }).then(
      () => confirm.click(),
      () => undefined,
    );
    expect(await reaches(gateway, id, 'published')).toMatchObject({ epoch: 2 });

    expect(await runs()).toHaveLength(2);
    const [lines] = await world.mysql.query("SELECT action FROM etl_audit WHERE action = 'run.retry' OR detail LIKE '%retry%'");
    expect(lines).toEqual([{ action: 'run.retry' }]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  const addItem = (page: Page): Locator => page.locator('[role="menuitem"]:has(svg.lucide-plus)');
  const actions = (page: Page): Locator => page.locator('ul[class*="jobActions"] button');
  const duplicate = (page: Page): Locator => page.locator('ul[class*="jobActions"] button:has(svg.lucide-files)');

  test.each(['en-US', 'de-DE'])('the page of a queue offers to add a job to runs alone (%s)', async (locale) => {
    const context = await browser.newContext({ locale });
    const { page, complaints } = await signIn(context, OPERATOR);
    for (const queue of ['extract', 'transform', 'load']) {
      await openMenu(page, queue);
      expect(await addItem(page).isVisible(), queue).toBe(false);
      expect(await page.getByRole('menuitem', { name: 'Add job' }).count()).toBe(0);
      // Nor do the keys lead to it. A key that is pressed before the menu has the focus does nothing.
      await eventually(async () => {
        await page.keyboard.press('Home');
        if ((await page.locator('[role="menuitem"]:focus').count()) !== 1) throw new Error(`${queue}: no item of the menu has the focus`);
      });
      expect(await page.locator('[role="menuitem"]:focus:has(svg.lucide-plus)').count(), queue).toBe(0);
    }

    for (const queue of ['extract', 'load']) {
      await page.goto(`${gateway.address}/queues/queue/${queue}?status=completed`);
      await actions(page).locator('visible=true').first().waitFor();
      expect(await duplicate(page).locator('visible=true').count(), queue).toBe(0);
      await page.locator('a[class*="jobLink"]').first().click();
      await page.waitForURL(/\/load\/|\/extract\//);
      await actions(page).locator('visible=true').first().waitFor();
      expect(await duplicate(page).locator('visible=true').count(), queue).toBe(0);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(['en-US', 'de-DE'])('on the page of all queues a job can be added to runs alone, and duplicated (%s)', async (locale) => {
    const context = await browser.newContext({ locale });
    const { page, complaints } = await signIn(context, OPERATOR);
    // Each card has its own menu.
    await page.goto(`${gateway.address}/queues`);
    for (const queue of ['load', 'runs']) {
      const card = page.locator('[class*="queueCard"]', { has: page.locator(`a[href$="/queues/queue/${queue}"]`) });
      await card.locator('button[aria-haspopup="menu"]').click();
      await page.getByRole('menuitem').nth(1).waitFor();
      expect(await addItem(page).isVisible(), queue).toBe(queue === 'runs');
      if (queue !== 'runs') await page.keyboard.press('Escape');
    }
    await addItem(page).click();
    await page.locator('#job-name').fill('from-the-overview');
    // The dialog says which queue it is for, and neither mouse nor keyboard changes it.
    const choice = page.locator('#add-job-form [role="combobox"]');
    expect(await choice.innerText()).toBe('runs');
    await choice.click({ force: true });
    await choice.focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('option').count()).toBe(0);
    expect(await page.locator('input[name="queueName"]').inputValue()).toBe('runs');
    const before = (await runs()).length;
    await page.locator('button[form="add-job-form"]').click();
    await eventually(async () => {
      const row = (await runs())[before];
      expect(row).toMatchObject({ state: 'published', triggered_by: OPERATOR.username });
    });

    await page.goto(`${gateway.address}/queues/queue/runs?status=completed`);
    await page.getByText('from-the-overview').first().waitFor();
    await duplicate(page).first().click();
    await page.locator('button[form="add-job-form"]').click();
    await eventually(async () => expect((await runs())[before + 1]).toMatchObject({ state: 'published', triggered_by: OPERATOR.username }));
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a viewer sees the queues and is offered no change', async () => {
    const context = await browser.newContext();
    const { page, complaints } = await signIn(context, VIEWER);
    await page.goto(`${gateway.address}/queues/queue/runs`);
    await page.getByText('by-hand').first().waitFor();
    // One menu is left, that of the page; the queue has none, and its jobs have no buttons.
    await page.locator('button[aria-haspopup="menu"]').last().click();
    expect(await page.getByRole('menuitem').allInnerTexts()).toEqual(['Runs', 'API']);
    expect(await page.getByRole('button', { name: 'Confirm' }).count()).toBe(0);
    expect(await page.locator('ul[class*="jobActions"] button').count()).toBe(0);
    await page.goto(`${gateway.address}/queues`);
    await page.locator('[class*="queueCard"]').nth(3).waitFor();
    expect(await page.locator('[class*="queueCard"] button[aria-haspopup="menu"]').count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the log-in page says what is wrong, in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme });
      const { page, complaints } = await openPage(context, gateway.address, /status of 401/);
      await page.goto(`${gateway.address}/login`);
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
      await shoot(page, `login-${colorScheme}`);
      expect(complaints).toEqual([]);
      await context.close();
    }
  });

  test('the start page and the API page work under the policy', async () => {
    const context = await browser.newContext();
    const { page, complaints } = await signIn(context, OPERATOR);
    await page.goto(`${gateway.address}/`);
    await page.getByRole('heading', { name: 'Last 30 runs' }).waitFor();
    await shoot(page, 'start-page');
    await page.getByLabel('Dry run').check();
    await page.getByRole('button', { name: 'Run now' }).click();
    await eventually(async () => {
      const last = (await runs()).at(-1);
      if (last?.state !== 'previewed') throw new Error(`the run is ${last?.state ?? 'not there'}`);
    });
    await page.goto(`${gateway.address}/docs`);
    await page.getByText('/api/runs/{id}/rejects.csv').first().waitFor();
    await shoot(page, 'docs');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
