import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { underBase } from './base-path.js';

/** Where the build puts the page. */
const PAGE_DIR = fileURLToPath(new URL('../page', import.meta.url));

/** The addresses of the page's views; the page itself finds out which it is. */
const VIEWS = ['/', '/runs', '/runs/:id', '/versions', '/compare/:before/:after', '/schedules', '/sources', '/try', '/sessions'];

/** The run page: one document for all views, and its files, whose names change with their content. Throws if the page is not built. */
export function pageRoutes(basePath: string): FastifyPluginAsync {
  return async (app) => {
    const built = await readFile(`${PAGE_DIR}/index.html`, 'utf8');
    const document = placeDocument(built, basePath);
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
}

/** The document is built for any place: here it learns where its files are, and the page where the gateway is. */
function placeDocument(built: string, basePath: string): string {
  return built
    .replaceAll('"./assets/', `"${underBase(basePath, '/page/assets/')}`)
    .replaceAll('"/assets/', `"${underBase(basePath, '/assets/')}`)
    .replace('name="base-path" content="/"', `name="base-path" content="${basePath}"`);
}
