import { EtlError, type Problem } from '@retail-etl/contracts';
import { classifyError } from '@retail-etl/runtime';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Limited } from './limited.js';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not acceptable together',
  429: 'Too many requests',
  500: 'Fault in the program',
  503: 'Not available now',
  507: 'No space left',
};

/** How long a client should wait when the error itself does not say. */
const RETRY_AFTER_SECONDS = 2;

/** The body of an error answer. A fault of this program keeps its details for the log. */
export function toProblem(error: EtlError, status: number = error.status): Problem {
  return {
    type: `urn:retail-etl:error:${error.code}`,
    title: TITLES[status] ?? 'Error',
    status,
    code: error.code,
    message: error.code === 'INTERNAL' ? 'something went wrong inside the gateway' : error.message,
    remedy: error.remedy,
  };
}

/** Answers with problem+json. */
export function sendProblem(reply: FastifyReply, error: EtlError, status: number = error.status): FastifyReply {
  if (status === 503 || status === 429) {
    if (!reply.hasHeader('retry-after'))
      reply.header('retry-after', error instanceof Limited ? error.retryAfterSeconds : RETRY_AFTER_SECONDS);
  }
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="retail-etl"');
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(error, status)));
}

/** What Fastify refused (schema, size, media type, JSON) as an error of ours with its own 4xx; anything else by its kind. */
export function fromThrown(thrown: unknown): { error: EtlError; status: number } {
  const { validation, validationContext, statusCode, message } = thrown as Partial<FastifyError>;
  if (validation !== undefined) {
    const problems = validation.slice(0, 3).map(({ instancePath, message: text }) => {
      const path = instancePath.slice(1);
      return `${path === '' ? `the ${validationContext ?? 'request'}` : path} ${text ?? 'is not valid'}`;
    });
    return { error: new EtlError('REQUEST_INVALID', problems.join('; ')), status: 400 };
  }
  if (thrown instanceof EtlError) return { error: thrown, status: thrown.status };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { error: new EtlError('REQUEST_INVALID', message ?? 'the request is not valid'), status: statusCode };
  }
  const error = classifyError(thrown);
  return { error, status: error.status };
}

/** Every error leaves as problem+json, and only faults of this program are logged as errors. */
export function setErrorHandlers(app: FastifyInstance): void {
  app.setErrorHandler((thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { error, status } = fromThrown(thrown);
    if (error.code === 'INTERNAL') {
      const stack = thrown instanceof Error ? thrown.stack : undefined;
      request.log.error({ method: request.method, url: request.url.split('?')[0], reason: error.message, stack }, 'request failed');
    }
    return sendProblem(reply, error, status);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new EtlError('NOT_FOUND', `there is nothing at ${request.url.split('?')[0] ?? ''}`)),
  );
}
