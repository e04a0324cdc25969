import { pipeline, Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Problem, RunIdParams } from '@retail-etl/contracts';
import { REJECT_CSV_COLUMNS, RejectList } from '@retail-etl/sales';
import { format } from 'fast-csv';
import type { GatewayDeps } from '../deps.js';
import { attachment, csvAnswer, findRunWithFiles } from '../runs/run-files.js';
import type { App } from '../web/app-type.js';
import { openRejects } from './open-rejects.js';
import { type RejectCells, spreadsheetSafe, toReject } from './reject-rows.js';

/** Rejects that the page shows. */
const REJECTS_SHOWN = 100;

const tags = ['runs'];

/** The rows that a run rejected. */
export function rejectRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    download(app, deps);
    list(app, deps);
  };
}

function download(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs/:id/rejects.csv',
    {
      schema: {
        tags,
        summary: 'Every rejected row, with its reason',
        params: RunIdParams,
        response: { 200: csvAnswer, 404: Problem, 410: Problem },
      },
    },
    async (request, reply) => {
      const run = await findRunWithFiles(deps, request.params.id, 'rejects');
      const batches = openRejects(deps.config.dataDir, run.runId);
      // The first batch is read before the answer begins, so that what cannot be read is answered with an error.
      const first = await batches.next();
      const writer = format<RejectCells, string[]>({
        headers: [...REJECT_CSV_COLUMNS],
        alwaysWriteHeaders: true,
        includeEndRowDelimiter: true,
      });
      writer.transform((cells: RejectCells) => cells.map(spreadsheetSafe));
      pipeline(Readable.from(rowsOf(first, batches)), writer, (error) => {
        if (error) deps.log.warn({ run: run.runId, reason: error.message }, 'the download of rejects broke off');
      });
      return reply.headers(attachment(`rejects-${run.runId}.csv`)).send(writer as never);
    },
  );
}

function list(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/runs/:id/rejects',
    {
      schema: {
        tags,
        summary: `The first ${REJECTS_SHOWN} rejected rows`,
        params: RunIdParams,
        response: { 200: RejectList, 404: Problem, 410: Problem },
      },
    },
    async (request) => {
      const run = await findRunWithFiles(deps, request.params.id, 'rejects');
      const rejects: RejectList['rejects'] = [];
      for await (const batch of openRejects(deps.config.dataDir, run.runId, REJECTS_SHOWN)) rejects.push(...batch.map(toReject));
      return { rejects, total: run.findings.totals?.rowsRejected ?? rejects.length };
    },
  );
}

async function* rowsOf(first: IteratorResult<RejectCells[], void>, rest: AsyncGenerator<RejectCells[]>): AsyncGenerator<RejectCells> {
  if (first.done !== true) yield* first.value;
  for await (const batch of rest) yield* batch;
}
