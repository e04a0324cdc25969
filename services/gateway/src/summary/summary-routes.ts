import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem, RunIdParams } from '@retail-etl/contracts';
import { readSummary } from '@retail-etl/mysql';
import { Summary, SummaryQuery } from '@retail-etl/sales';
import type { GatewayDeps } from '../deps.js';
import { attachment, csvAnswer } from '../runs/run-files.js';
import type { App } from '../web/app-type.js';
import { openSummary, readRunSummary } from './run-summary.js';

/** The published summary, and the one that each run made. */
export function summaryRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    published(app, deps);
    ofRun(app, deps);
    download(app, deps);
    downloadNamed(app, deps);
  };
}

function published(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/summary',
    {
      schema: {
        tags: ['results'],
        summary: 'The published table',
        querystring: SummaryQuery,
        response: { 200: Summary, 400: Problem, 503: Problem },
      },
    },
    async (request) => {
      const { q = '', sort = 'product', order = 'asc', offset = 0, limit = 50 } = request.query;
      const { products, total } = await readSummary(deps.database, { prefix: q, sort, order, offset, limit });
      const reached = offset + products.length;
      return { products, total, next: products.length > 0 && reached < total ? reached : null };
    },
  );
}

function ofRun(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs/:id/summary',
    {
      schema: {
        tags: ['runs'],
        summary: 'The summary that this run made, searched, sorted and paged',
        params: RunIdParams,
        querystring: SummaryQuery,
        response: { 200: Summary, 400: Problem, 404: Problem, 410: Problem, 429: Problem },
      },
    },
    async (request) => {
      const { q = '', sort = 'product', order = 'asc', offset = 0, limit = 50 } = request.query;
      const summary = await openSummary(deps, request.params.id);
      return readRunSummary(deps.config.dataDir, summary, { prefix: q, sort, order, offset, limit });
    },
  );
}

function download(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs/:id/summary.csv',
    {
      schema: {
        tags: ['runs'],
        summary: 'The summary that this run made',
        params: RunIdParams,
        response: { 200: csvAnswer, 404: Problem, 410: Problem },
      },
    },
    async (request, reply) => {
      const { run, size, content } = await openSummary(deps, request.params.id);
      reply.headers({ ...attachment(`sales_summary-${run.runId}.csv`), 'content-length': size });
      return reply.send(content() as never);
    },
  );
}

function downloadNamed(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs/:id/summaries/:name',
    {
      schema: {
        tags: ['runs'],
        summary: 'A summary that this run made, by its name in sources.yaml, as CSV',
        params: Type.Object({ ...RunIdParams.properties, name: Type.String({ pattern: '^[a-z][a-z0-9_]{0,47}\\.csv$' }) }),
        response: { 200: csvAnswer, 404: Problem, 410: Problem },
      },
    },
    async (request, reply) => {
      const { run, shape, size, content } = await openSummary(deps, request.params.id, request.params.name.slice(0, -'.csv'.length));
      reply.headers({ ...attachment(`${shape.name}-${run.runId}.csv`), 'content-length': size });
      return reply.send(content() as never);
    },
  );
}
