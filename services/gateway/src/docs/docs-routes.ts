import type { FastifyPluginAsync } from 'fastify';
import { underBase } from '../web/base-path.js';
import { apiDocument } from './api-document.js';

/** `/openapi.json`, and the page at `/docs`. All its files come from this server. */
export function docsRoutes(basePath: string): FastifyPluginAsync {
  return async (app) => {
    let document: ReturnType<typeof apiDocument> | undefined;
    const read = (): ReturnType<typeof apiDocument> => (document ??= apiDocument(app));
    app.get('/openapi.json', { schema: { hide: true } }, async () => read());

    const { default: swaggerUi } = await import('@fastify/swagger-ui');
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      // Put before the paths of the page's files.
      indexPrefix: basePath,
      uiConfig: {
        url: underBase(basePath, '/openapi.json'),
        docExpansion: 'list',
        deepLinking: true,
        validatorUrl: null,
        persistAuthorization: false,
      } as object,
      theme: { title: 'Retail sales API' },
      transformSpecification: () => read() as object as Readonly<Record<string, never>>,
      transformSpecificationClone: false,
      staticCSP: false,
    });
  };
}
