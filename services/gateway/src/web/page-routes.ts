import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';

/** Where the build puts the page. */
const PAGE_DIR = fileURLToPath(new URL('../page', import.meta.url));

/** The addresses of the page's views; the page itself finds out which it is. */
const VIEWS = ['/', '/runs', '/runs/:id', '/schedules', '/sources'];

/** The run page: one document for all views, and its files, whose names change with their content. Throws if the page is not built. */
export const pageRoutes: FastifyPluginAsync = async (app) => {
  const document = await readFile(`${PAGE_DIR}/index.html`);
  for (const url of VIEWS) {
    app.get(url, { schema: { hide: true } }, (_request, reply) => reply.type('text/html; charset=utf-8').send(document));
  }
  await app.register(fastifyStatic, {
    root: `${PAGE_DIR}/assets`,
    prefix: '/page/assets/',
    // One route a file, so that nothing else of the folder can be asked for.
    wildcard: false,
    decorateReply: false,
    index: false,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'private, max-age=31536000, immutable'),
  });
};
