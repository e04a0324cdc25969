import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { openBrowser, openPage, signIn, type WatchedPage } from './gateway-browser.js';
import { type Stack, startStack } from './stack.js';

export interface Person {
  readonly username: string;
  readonly password: string;
}

export const VIEWER: Person = { username: 'vera', password: 'staple of the reader' };

/** A stack with an operator and a viewer, and a browser in which they sign in. */
export class PagePeople {
  readonly stack: Stack;
  readonly operator: Person;
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  private constructor(stack: Stack, browser: Browser) {
    this.stack = stack;
    this.operator = { username: 'ada', password: stack.token };
    this.#browser = browser;
  }

  static async start(executable: string): Promise<PagePeople> {
    const stack = await startStack({ ADMIN_USERNAME: 'ada', VIEWER_USERNAME: VIEWER.username, VIEWER_PASSWORD: VIEWER.password });
    return new PagePeople(stack, await openBrowser(executable));
  }

  /** A page that a person opened at this path by signing in, in a context of its own. See `openPage` about `expected`. */
  async open(person: Person, path: string, options: BrowserContextOptions = {}, expected?: RegExp): Promise<WatchedPage> {
    const context = await this.#browser.newContext(options);
    this.#contexts.push(context);
    const watched = await openPage(context, this.stack.url, expected);
    await watched.page.goto(`${this.stack.url}${path}`);
    await signIn(watched.page, person);
    return watched;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
    await this.#browser.close();
    await this.stack.stop();
  }
}
