import { EtlError, Problem, RUN_STATES, RunAccepted, RunIdParams, RunListQuery, RunParams, type RunState } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { cancelRun, findRun, listRuns, type Run } from '@retail-etl/ledger';
import { RunList, RunReportResponse } from '@retail-etl/sales';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { audit } from '../audit/audit.js';
import type { GatewayDeps } from '../deps.js';
import { underBase } from '../web/base-path.js';
import type { App } from '../web/app-type.js';
import { requireRun } from './require-run.js';
import { requestRun } from './request-run.js';
import { reportOf, reportsOf, retryFor } from './retry.js';
import { removeCancelledFlow } from './sweep-runs.js';

const tags = ['runs'];

const RunHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, pattern: '^[\\x20-\\x7e]+$', description: 'The same key never makes a second run' }),
  ),
});

const runUrl = (runId: string): string => `/api/runs/${runId}`;

const accepted = ({ config }: GatewayDeps, run: Run): RunAccepted => ({
  id: run.runId,
  seq: run.seq,
  state: run.state,
  url: underBase(config.basePath, runUrl(run.runId)),
});

/** Start, list, look at, cancel and retry runs. */
export function runRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    start(app, deps);
    list(app, deps);
    show(app, deps);
    cancel(app, deps);
    retry(app, deps);
  };
}

function start(app: App, deps: GatewayDeps): void {
  app.post(
    '/api/runs',
    {
      schema: {
        tags,
        summary: 'Start a run',
        description:
          'Records a run and answers at once. Runs work one at a time, in the order of their `seq`. With `publish`, what another run has made is published again, next in turn; if it is older than what is published, publications are held from then on.',
        body: RunParams,
        headers: RunHeaders,
        response: { 202: RunAccepted, 400: Problem, 404: Problem, 409: Problem, 410: Problem, 422: Problem, 429: Problem, 503: Problem },
      },
      // A trigger without a body is a run without parameters.
      preValidation: async (request) => {
        if (request.body === undefined || request.body === null) request.body = {};
      },
    },
    async (request, reply) => {
      const { run, held } = await requestRun(deps, {
        params: request.body,
        by: request.user?.username ?? 'api',
        idempotencyKey: request.headers['idempotency-key'],
        audit: ({ runId, params }) => audit(deps, request, 'run.start', { run: runId, params }),
      });
      if (held) await audit(deps, request, 'hold.set', { run: run.runId });
      return reply.code(202).header('location', runUrl(run.runId)).send(accepted(deps, run));
    },
  );
}

function list(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs',
    { schema: { tags, summary: 'List runs, newest first', querystring: RunListQuery, response: { 200: RunList, 400: Problem } } },
    async (request) => {
      const { limit = 50, before, state } = request.query;
      const states = (state?.split(',') ?? []) as RunState[];
      const unknown = states.find((each) => !RUN_STATES.includes(each));
      if (unknown !== undefined) throw new EtlError('REQUEST_INVALID', `state: "${unknown}" is not one of ${RUN_STATES.join(', ')}`);
      const runs = await listRuns(deps.database, { states, beforeSeq: before, limit });
      return { runs: await reportsOf(deps, runs), next: runs.length === limit ? (runs.at(-1)?.seq ?? null) : null };
    },
  );
}

function show(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs/:id',
    { schema: { tags, summary: 'The report of a run', params: RunIdParams, response: { 200: RunReportResponse, 404: Problem } } },
    async (request) => reportOf(deps, requireRun(await findRun(deps.database, request.params.id), request.params.id)),
  );
}

function cancel(app: App, deps: GatewayDeps): void {
  app.post(
    '/api/runs/:id/cancel',
    {
      schema: {
        tags,
        summary: 'Cancel a waiting or working run',
        params: RunIdParams,
        response: { 200: RunReportResponse, 404: Problem, 409: Problem },
      },
    },
    async (request) => {
      const run = requireRun(await cancelRun(deps.database, request.params.id, request.user?.username ?? 'api'), request.params.id);
      crashPoint('cancel.after-state');
      await audit(deps, request, 'run.cancel', { run: run.runId });
      // Both are also done by the sweep; here they only happen sooner.
      await removeCancelledFlow(deps, run);
      await deps.startNextRun().catch(() => undefined);
      return reportOf(deps, run);
    },
  );
}

function retry(app: App, deps: GatewayDeps): void {
  app.post(
    '/api/runs/:id/retry',
    {
      schema: {
        tags,
        summary: 'Retry a failed run, going on from what is already done',
        params: RunIdParams,
        response: { 202: RunAccepted, 404: Problem, 409: Problem, 429: Problem },
      },
    },
    async (request, reply) => {
      const run = await retryFor(request, request.params.id, deps);
      return reply.code(202).header('location', runUrl(run.runId)).send(accepted(deps, run));
    },
  );
}
