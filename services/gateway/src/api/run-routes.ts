import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { crashPoint } from '@retail-etl/faults';
import { EtlError, Problem, RUN_STATES, RunAccepted, RunIdParams, RunListQuery, RunParams, type RunState } from '@retail-etl/contracts';
import { RunReportResponse, RunList } from '@retail-etl/sales';
import { cancelRun, findRun, listRuns, retryRun, type Run, toReport } from '@retail-etl/ledger';
import Type from 'typebox';
import type { GatewayDeps } from '../deps.js';
import { audit } from '../ops/audit.js';
import { requestRun } from '../runs/request-run.js';
import { removeCancelledFlow } from '../runs/sweep-runs.js';
import { underBase } from '../web/base-path.js';

const RunHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, pattern: '^[\\x20-\\x7e]+$', description: 'The same key never makes a second run' }),
  ),
});

const runUrl = (runId: string): string => `/api/runs/${runId}`;

/** The run, or NOT_FOUND. */
export function known(run: Run | undefined, id: string): Run {
  if (run === undefined) throw new EtlError('NOT_FOUND', `there is no run ${id}`);
  return run;
}

/** Start, list, look at, cancel and retry runs. */
export function runRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  const { database } = deps;
  const accepted = (run: Run): RunAccepted => ({
    id: run.runId,
    seq: run.seq,
    state: run.state,
    url: underBase(deps.config.basePath, runUrl(run.runId)),
  });
  return async (app) => {
    app.post(
      '/api/runs',
      {
        schema: {
          tags: ['runs'],
          summary: 'Start a run',
          description: 'Records a run and answers at once. Runs work one at a time, in the order of their `seq`.',
          body: RunParams,
          headers: RunHeaders,
          response: { 202: RunAccepted, 400: Problem, 422: Problem, 429: Problem, 503: Problem },
        },
        // A trigger without a body is a run without parameters.
        preValidation: async (request) => {
          if (request.body === undefined || request.body === null) request.body = {};
        },
      },
      async (request, reply) => {
        const { run } = await requestRun(deps, {
          params: request.body,
          by: request.user?.username ?? 'api',
          idempotencyKey: request.headers['idempotency-key'],
          audit: ({ runId, params }) => audit(deps, request, 'run.start', { run: runId, params }),
        });
        return reply.code(202).header('location', runUrl(run.runId)).send(accepted(run));
      },
    );

    app.get(
      '/api/runs',
      {
        schema: {
          tags: ['runs'],
          summary: 'List runs, newest first',
          querystring: RunListQuery,
          response: { 200: RunList, 400: Problem },
        },
      },
      async (request) => {
        const { limit = 50, before, state } = request.query;
        const states = (state?.split(',') ?? []) as RunState[];
        const unknown = states.find((each) => !RUN_STATES.includes(each));
        if (unknown !== undefined) throw new EtlError('REQUEST_INVALID', `state: "${unknown}" is not one of ${RUN_STATES.join(', ')}`);
        const runs = await listRuns(database, { states, beforeSeq: before, limit });
        return { runs: runs.map(toReport), next: runs.length === limit ? (runs.at(-1)?.seq ?? null) : null };
      },
    );

    app.get(
      '/api/runs/:id',
      {
        schema: { tags: ['runs'], summary: 'The report of a run', params: RunIdParams, response: { 200: RunReportResponse, 404: Problem } },
      },
      async (request) => toReport(known(await findRun(database, request.params.id), request.params.id)),
    );

    app.post(
      '/api/runs/:id/cancel',
      {
        schema: {
          tags: ['runs'],
          summary: 'Cancel a waiting or working run',
          params: RunIdParams,
          response: { 200: RunReportResponse, 404: Problem, 409: Problem },
        },
      },
      async (request) => {
        const run = known(await cancelRun(database, request.params.id), request.params.id);
        crashPoint('cancel.after-state');
        await audit(deps, request, 'run.cancel', { run: run.runId });
        // Both are also done by the sweep; here they only happen sooner.
        await removeCancelledFlow(deps, run);
        await deps.startNextRun().catch(() => undefined);
        return toReport(run);
      },
    );

    app.post(
      '/api/runs/:id/retry',
      {
        schema: {
          tags: ['runs'],
          summary: 'Retry a failed run, going on from what is already done',
          params: RunIdParams,
          response: { 202: RunAccepted, 404: Problem, 409: Problem, 429: Problem },
        },
      },
      async (request, reply) => {
        const run = known(await retryRun(database, request.params.id), request.params.id);
        crashPoint('retry.after-state');
        await audit(deps, request, 'run.retry', { run: run.runId, epoch: run.epoch });
        await deps.startNextRun().catch(() => undefined);
        return reply.code(202).header('location', runUrl(run.runId)).send(accepted(run));
      },
    );
  };
}
