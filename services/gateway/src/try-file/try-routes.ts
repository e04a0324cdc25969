import type { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { EtlError, Problem, shownName, TrialForm, TriedFile } from '@retail-etl/contracts';
import type { FastifyReply } from 'fastify';
import { audit } from '../audit/audit.js';
import type { GatewayDeps } from '../deps.js';
import { FORM_BYTES_MAX, FormTooLarge, runTrial } from './run-trial.js';
import { trialTurns } from './trial-turns.js';

const FORM = 'multipart/form-data';

/** Tries a file that somebody uploads: nothing is kept, and nothing of a run changes. For operators, as every POST. */
export function tryRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const inTurn = trialTurns();
    // The form is left as it comes; the process of the trial reads it.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(FORM, (_request, body, done) => done(null, body));
    app.post(
      '/api/try',
      {
        // The schema is for the OpenAPI document.
        validatorCompiler: () => () => true,
        schema: {
          tags: ['operations'],
          summary: 'Propose a source for a file, or try a declaration on it',
          description: 'One file is tried at a time; a few requests wait. Nothing of the file is kept.',
          consumes: [FORM],
          body: TrialForm,
          response: { 200: TriedFile, 400: Problem, 413: Problem, 422: Problem, 429: Problem },
        },
      },
      async (request, reply) => {
        const { 'content-type': contentType, 'content-length': length } = request.headers;
        if (contentType === undefined) throw new EtlError('REQUEST_INVALID', `the request has no form (${FORM})`);
        if (Number(length ?? 0) > FORM_BYTES_MAX) throw new FormTooLarge();
        const signal = AbortSignal.any([deps.stopping, leaving(reply)]);
        let written: Promise<void> | undefined;
        const onReceived = (name: string, bytes: number): void => {
          written = audit(deps, request, 'file.tried', { name: shownName(name), bytes });
        };
        try {
          const body = request.body as unknown as Readable;
          return await inTurn(signal, () => runTrial({ body, contentType, dataDir: deps.config.dataDir, signal, onReceived }));
        } finally {
          await written;
        }
      },
    );
  };
}

/** Aborted when the client goes away before it has its answer. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort(new EtlError('REQUEST_INVALID', 'the client is gone'));
  });
  return gone.signal;
}
