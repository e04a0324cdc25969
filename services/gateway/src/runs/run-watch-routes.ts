import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { EtlError, PageQuery, Problem, RunIdParams, RunJobList, RunLog, RunProgress } from '@retail-etl/contracts';
import { findRun } from '@retail-etl/ledger';
import { readRunLog } from '@retail-etl/queue';
import type { GatewayDeps } from '../deps.js';
import type { App } from '../web/app-type.js';
import { jobsOf } from './ended-jobs.js';
import { progressEvents } from './progress-events.js';
import { requireRun } from './require-run.js';
import { sharedProgress } from './run-progress.js';

/** Open event streams of this gateway, all runs together. */
const LISTENERS_MAX = 200;

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const tags = ['runs'];

/** Follow a run: events, jobs, log. */
export function runWatchRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    follow(app, deps);
    showJobs(app, deps);
    showLog(app, deps);
  };
}

function follow(app: App, deps: GatewayDeps): void {
  const read = sharedProgress(deps);
  let listeners = 0;
  app.get(
    '/api/runs/:id/events',
    {
      // A HEAD would follow the whole run for nothing.
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: 'Progress as server-sent events',
        description:
          'Event `progress` (a RunProgress) at each change and at least once a second, `end` ({state}) when the run has ended. Close the stream then: a browser would connect again.',
        params: RunIdParams,
        response: {
          200: { description: 'text/event-stream', content: { 'text/event-stream': { schema: RunProgress } } },
          404: Problem,
          429: Problem,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      requireRun(await findRun(deps.database, id), id);
      if (listeners >= LISTENERS_MAX) throw new EtlError('RATE_LIMITED', `${LISTENERS_MAX} event streams are open already`);
      listeners += 1;
      const ended = new AbortController();
      const stream = Readable.from(progressEvents(() => read(id), AbortSignal.any([ended.signal, deps.stopping])));
      stream.once('close', () => {
        listeners -= 1;
        ended.abort();
      });
      reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
      return reply.send(stream as never);
    },
  );
}

function showJobs(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs/:id/jobs',
    {
      schema: {
        tags,
        summary: 'The jobs of a run, while Redis keeps them',
        params: RunIdParams,
        response: { 200: RunJobList, 404: Problem, 503: Problem },
      },
    },
    async (request) => {
      const run = requireRun(await findRun(deps.database, request.params.id), request.params.id);
      const jobs = await jobsOf(deps, run);
      return {
        jobs: jobs.map((job) => ({
          ...job,
          addedAt: new Date(job.addedAt).toISOString(),
          startedAt: time(job.startedAt),
          finishedAt: time(job.finishedAt),
        })),
      };
    },
  );
}

function showLog(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs/:id/log',
    {
      schema: {
        tags,
        summary: "The log lines of a run's jobs, while Redis keeps them",
        params: RunIdParams,
        querystring: PageQuery,
        response: { 200: RunLog, 404: Problem, 503: Problem },
      },
    },
    async (request) => {
      const run = requireRun(await findRun(deps.database, request.params.id), request.params.id);
      const { offset = 0, limit = 200 } = request.query;
      const { lines, total } = await readRunLog(deps.queues, run.runId, run.epoch, offset, limit);
      return { lines, total, next: offset + lines.length < total && lines.length > 0 ? offset + lines.length : null };
    },
  );
}
