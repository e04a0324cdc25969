import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { EtlError } from '@retail-etl/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fromThrown, sendProblem, toProblem } from '../problem.js';
import { isSecure, securityHeaders } from './security-headers.js';

/** A request that the router cannot read, such as one for `/%`: no hook runs for it, so it gets its headers here. */
export function answerFrameworkError(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const { error, status } = fromThrown(thrown);
  void sendProblem(reply.headers(securityHeaders({ secure: isSecure(request) })), error, status);
}

/** What Node tells of a request that it could not read. */
const KINDS: Readonly<Record<string, { status: number; message: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, message: 'the headers of the request are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'the request did not arrive in time' },
};
const MALFORMED = { status: 400, message: 'the request is not valid HTTP' };

/** A request that is no HTTP: there is no reply to send, so the answer is written to the connection as it is. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, message } = KINDS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify(toProblem(new EtlError('REQUEST_INVALID', message), status));
  const headers = {
    ...securityHeaders(),
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`);
}
