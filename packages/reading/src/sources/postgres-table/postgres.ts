import { Socket } from 'node:net';
import { parsePostgresUrl, tlsOptions } from '@retail-etl/config';
import { EtlError } from '@retail-etl/contracts';
import { scaledMs } from '@retail-etl/faults';
import pg, { type ClientConfig } from 'pg';
import { connectError } from './postgres-error.js';

export interface PostgresConnection {
  readonly client: pg.Client;
  /** Ends the connection at once, whatever it is doing; the server then ends the session by itself. */
  destroy(): void;
  /**
   * Waits for an answer of the server, but not for ever: a server that went away without a word would otherwise be waited for until
   * the kernel gives up. Then the connection is closed, and what was waited for fails.
   */
  answer<T>(waiting: Promise<T>): Promise<T>;
  /** The same for whoever hears the server in pieces: to be refreshed with each, and cleared when nothing is waited for. */
  limitSilence(): NodeJS.Timeout;
}

/** How long a statement may take to say anything: a view may have to add up a great deal before its first row, or wait for a lock. */
const ANSWER_MS = 600_000;
const ANSWER_MS_MIN = 5_000;

/** What pg needs to connect to the server of a URL. Throws CONFIG_INVALID, naming the setting. */
function postgresOptions(url: string, setting: string): ClientConfig {
  const { host, port, user, password, database, applicationName, options, tls } = parsePostgresUrl(url, setting);
  return {
    host,
    port,
    user,
    password,
    database: database === '' ? user : database,
    application_name: applicationName,
    ...(options === undefined ? {} : { options }),
    ssl: tls === undefined ? false : tlsOptions(tls),
    connectionTimeoutMillis: 5_000,
  };
}

/**
 * Opens one connection to the server of the URL in the setting of that name. To read, the role needs SELECT on the table and nothing else.
 * Throws CONFIG_INVALID, TLS_MISMATCH, and what `connectError` makes.
 */
export async function connectPostgres(url: string, setting = 'POSTGRES_URL', queryTimeoutMs?: number): Promise<PostgresConnection> {
  const options = postgresOptions(url, setting);
  const socket = new Socket();
  const client = new pg.Client({
    ...options,
    stream: () => socket,
    ...(queryTimeoutMs === undefined ? {} : { query_timeout: queryTimeoutMs }),
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
  });
  // Without a listener the loss of an idle connection would end the process; the next statement on it fails anyway.
  client.on('error', () => undefined);
  // The first byte of the answer to a request for TLS: the driver's own error for "no" has no code.
  let answer: string | undefined;
  if (options.ssl !== false) socket.once('data', (bytes: Buffer) => (answer = bytes.toString('latin1', 0, 1)));
  try {
    await client.connect();
    const limitSilence = (): NodeJS.Timeout => {
      const timeoutMs = Math.max(ANSWER_MS_MIN, scaledMs(ANSWER_MS));
      return setTimeout(() => socket.destroy(new Error(`no answer for ${timeoutMs / 1_000} s`)), timeoutMs);
    };
    return {
      client,
      destroy: () => socket.destroy(),
      limitSilence,
      answer: async (waiting) => {
        const timer = limitSilence();
        try {
          return await waiting;
        } finally {
          clearTimeout(timer);
        }
      },
    };
  } catch (cause) {
    socket.destroy();
    if (answer === 'N') throw new EtlError('TLS_MISMATCH', `PostgreSQL, connecting: the server has no TLS [${setting}]`, { cause });
    throw await connectError(cause, { host: options.host ?? '', port: options.port ?? 0, setting });
  }
}
