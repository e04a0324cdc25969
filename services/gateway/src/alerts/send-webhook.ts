import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AlertMessage } from './alert-message.js';
import { checkLiteralHost, publicLookup } from './checked-address.js';

/** Of the answer only the status counts. */
const ANSWER_BYTES_MAX = 64 * 1024;

export interface WebhookOptions {
  /** Private and link-local addresses too. */
  readonly allowPrivate: boolean;
  /** Aborts the request at any point; there is no other deadline. */
  readonly signal: AbortSignal;
}

/**
 * Posts an alert as JSON: `text` is what Slack and its like show, `event` is for programs. Only a 2xx answer counts; a redirect is not
 * followed, because it could lead to an address that was not checked. Throws an error that says why it was not delivered.
 */
export async function sendWebhook(url: string, message: AlertMessage, options: WebhookOptions): Promise<void> {
  const target = new URL(url);
  if (!options.allowPrivate) checkLiteralHost(target.hostname);
  const body = JSON.stringify({ text: `${message.subject}\n${message.text}`, event: { kind: message.kind, ...message.detail } });
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;

  const status = await new Promise<number>((fulfil, reject) => {
    const request = send(
      target,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'retail-etl',
        },
        // A connection of its own: a kept one would go round the check of the address.
        agent: false,
        signal: options.signal,
        ...(options.allowPrivate ? {} : { lookup: publicLookup }),
      },
      (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) response.destroy();
        });
        response.on('close', () => fulfil(response.statusCode ?? 0));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
  // The URL may hold a secret, so no error repeats it.
  if (status < 200 || status > 299)
    throw new Error(`the webhook answered ${status}${status >= 300 && status < 400 ? ' (redirects are not followed)' : ''}`);
}
