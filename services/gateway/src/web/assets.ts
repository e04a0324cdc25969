import type { FastifyPluginAsync } from 'fastify';

/** The style of the page that the gateway draws itself, the log-in. */
const CSS = `
:root { --page: #f6f7f9; --card: #fff; --text: #1b2330; --soft: #5b6677; --line: #d9dee6; --accent: #0f62c9; --accent-text: #fff; --bad: #b3261e; --good: #176b3a; --warn: #8a5300 }
@media (prefers-color-scheme: dark) {
  :root { --page: #10151d; --card: #19202b; --text: #e8ecf2; --soft: #9aa6b8; --line: #2d3745; --accent: #7db2ff; --accent-text: #0b1220; --bad: #ff9d95; --good: #7fd6a2; --warn: #f0b65c }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1rem }
main.narrow { min-height: 100vh; display: grid; place-items: center; padding: 1rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem; margin-bottom: 1.5rem; box-shadow: 0 1px 2px rgb(0 0 0 / .06) }
.login { width: min(24rem, 100%) }
h1 { font-size: 1.35rem; margin: 0 0 .25rem }
p { margin: 0 0 1rem }
.soft { color: var(--soft) }
label { display: block; font-weight: 600; font-size: .9rem; margin: .9rem 0 .3rem }
input[type=text], input[type=password] { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 8px }
button { font: inherit; font-weight: 600; padding: .6rem 1.1rem; border: 0; border-radius: 8px; background: var(--accent); color: var(--accent-text); cursor: pointer }
.login button { width: 100%; margin-top: 1.4rem }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.error { color: var(--bad); border: 1px solid currentColor; border-radius: 8px; padding: .6rem .8rem; margin: 1rem 0 0 }
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f62c9"/><path d="M8 23V15m6 8V9m6 14v-6m5 6V12" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;

/** Files that the log-in page needs, so open to all. */
export const assetRoutes: FastifyPluginAsync = async (app) => {
  const open = { config: { access: 'public' as const }, schema: { hide: true } };
  const cached = 'public, max-age=3600';
  app.get('/assets/gateway.css', open, (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', cached).send(CSS),
  );
  app.get('/assets/icon.svg', open, (_request, reply) => reply.type('image/svg+xml').header('cache-control', cached).send(ICON));
  app.get('/favicon.ico', open, (_request, reply) => reply.redirect('/assets/icon.svg', 301));
};
