// The health check of the services' images. Until a service has once been ready to take work, that is what counts: so an update goes on to
// the next task, and Compose to the next service, when work is really taken. From then on only the process itself counts: a database that
// is away must not get every service replaced.
import { existsSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';

const TIMEOUT_MS = 4_000;
// On the container's own tmpfs, so it goes when the container starts again.
const MARK = '/tmp/.was-ready';

const wasReady = existsSync(MARK);
const path = wasReady ? '/healthz' : '/readyz';
const request = get({ host: '127.0.0.1', port: process.env.PORT ?? 8080, path, timeout: TIMEOUT_MS }, (response) => {
  const { statusCode } = response;
  response.setEncoding('utf8').on('data', (text) => process.stdout.write(text));
  response.on('end', () => {
    if (statusCode === 200 && !wasReady) writeFileSync(MARK, '');
    process.exitCode = statusCode === 200 ? 0 : 1;
  });
});
request.on('timeout', () => request.destroy(new Error(`no answer on ${path} within ${TIMEOUT_MS} ms`)));
request.on('error', (error) => {
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
});
