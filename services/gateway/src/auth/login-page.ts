import { underBase } from '../web/base-path.js';
import { escapeHtml, htmlPage } from '../web/html.js';

/** The log-in page: a plain form that works without script. `next` has the prefix. */
export function loginPage(basePath: string, next: string, error?: string): string {
  return htmlPage(
    basePath,
    'Sign in',
    `<main class="narrow">
<form class="card login" method="post" action="${underBase(basePath, '/login')}">
<h1>Retail sales</h1>
<p class="soft">Sign in to see runs and queues.</p>
<input type="hidden" name="next" value="${escapeHtml(next)}">
<label for="username">User name</label>
<input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required>
${error === undefined ? '' : `<p class="error" role="alert">${escapeHtml(error)}</p>`}
<button type="submit">Sign in</button>
</form>
</main>`,
  );
}
