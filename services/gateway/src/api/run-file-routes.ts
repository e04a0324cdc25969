import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { EtlError, Problem, RunIdParams } from '@retail-etl/contracts';
import { REJECT_CSV_COLUMNS, RejectList, Summary, SummaryQuery } from '@retail-etl/sales';
import { findRun, type Run } from '@retail-etl/ledger';
import { runFolders } from '@retail-etl/staging';
import { format } from 'fast-csv';
import Type from 'typebox';
import type { GatewayDeps } from '../deps.js';
import { openRejects } from '../results/open-rejects.js';
import { type RejectCells, spreadsheetSafe, toReject } from '../results/reject-rows.js';
import { requireRunFiles } from '../results/run-files.js';
import { readRunSummary } from '../results/run-summary.js';
import { known } from './run-routes.js';

/** Rejects that the page shows. */
const REJECTS_SHOWN = 100;

const csv = { description: 'A CSV file', content: { 'text/csv': { schema: Type.String() } } } as const;
const tags = ['runs'];

/** What a run leaves in its folder: rejects and summary. */
export function runFileRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  const { dataDir, runRetentionDays } = deps.config;
  const runWithFiles = async (id: string, what: string): Promise<Run> => {
    const run = known(await findRun(deps.database, id), id);
    await requireRunFiles(deps.database, dataDir, run, runRetentionDays, what);
    return run;
  };
  const summaryOf = async (id: string): Promise<{ run: Run; path: string; size: number; modifiedMs: number }> => {
    const run = await runWithFiles(id, 'summary');
    const path = runFolders(dataDir, run.runId).summaryCsv;
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new EtlError('NOT_FOUND', `run ${run.runId} has no summary: it is ${run.state}`);
    return { run, path, size: found.size, modifiedMs: found.mtimeMs };
  };
  const attachment = (name: string): Record<string, string> => ({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
  });

  return async (app) => {
    app.get(
      '/api/runs/:id/rejects.csv',
      {
        schema: {
          tags,
          summary: 'Every rejected row, with its reason',
          params: RunIdParams,
          response: { 200: csv, 404: Problem, 410: Problem },
        },
      },
      async (request, reply) => {
        const run = await runWithFiles(request.params.id, 'rejects');
        const batches = openRejects(dataDir, run.runId);
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
        const run = await runWithFiles(request.params.id, 'rejects');
        const rejects: RejectList['rejects'] = [];
        for await (const batch of openRejects(dataDir, run.runId, REJECTS_SHOWN)) rejects.push(...batch.map(toReject));
        return { rejects, total: run.findings.totals?.rowsRejected ?? rejects.length };
      },
    );

    app.get(
      '/api/runs/:id/summary',
      {
        schema: {
          tags,
          summary: 'The summary that this run made, searched, sorted and paged',
          params: RunIdParams,
          querystring: SummaryQuery,
          response: { 200: Summary, 400: Problem, 404: Problem, 410: Problem, 429: Problem },
        },
      },
      async (request) => {
        const { q = '', sort = 'product', order = 'asc', offset = 0, limit = 50 } = request.query;
        const { path, modifiedMs } = await summaryOf(request.params.id);
        return readRunSummary(dataDir, path, modifiedMs, { prefix: q, sort, order, offset, limit });
      },
    );

    app.get(
      '/api/runs/:id/summary.csv',
      {
        schema: {
          tags,
          summary: 'The summary that this run made',
          params: RunIdParams,
          response: { 200: csv, 404: Problem, 410: Problem },
        },
      },
      async (request, reply) => {
        const { run, path, size } = await summaryOf(request.params.id);
        reply.headers({ ...attachment(`sales_summary-${run.runId}.csv`), 'content-length': size });
        return reply.send(createReadStream(path, { end: Math.max(0, size - 1) }) as never);
      },
    );
  };
}

async function* rowsOf(first: IteratorResult<RejectCells[], void>, rest: AsyncGenerator<RejectCells[]>): AsyncGenerator<RejectCells> {
  if (first.done !== true) yield* first.value;
  for await (const batch of rest) yield* batch;
}
