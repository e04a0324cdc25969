import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface HttpSink {
  readonly url: string;
  /** Paths and bodies in the order in which they came. */
  readonly received: { path: string; body: unknown }[];
  /** What it answers, from now on. */
  answer: { status: number; headers?: Record<string, string> };
  /** Done between the request and its answer. */
  beforeAnswer: () => Promise<void>;
  close(): Promise<void>;
}

/** A real HTTP server that takes webhooks. */
export async function startHttpSink(): Promise<HttpSink> {
  const received: HttpSink['received'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null') as unknown });
      void sink.beforeAnswer().then(() => response.writeHead(sink.answer.status, sink.answer.headers).end());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sink: HttpSink = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: { status: 200 },
    beforeAnswer: async () => undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return sink;
}

/** A server that says `first`, then `more` again and again: it is never silent and never done. `open` counts its connections. */
export async function startDribblingServer(
  first: string,
  more: string,
): Promise<{ port: number; open: () => number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.write(first);
    const dribble = setInterval(() => socket.write(more), 50);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(dribble);
      sockets.delete(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

export interface MailSink {
  readonly url: string;
  readonly received: { from: string; to: string[]; text: string }[];
  close(): Promise<void>;
}

/** A real SMTP server that takes mail with the user name and password of its URL. */
export async function startMailSink(): Promise<MailSink> {
  const received: MailSink['received'] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, callback) =>
      username === 'etl' && password === 'p@ss' ? callback(null, { user: username }) : callback(new Error('wrong password')),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString('utf8'),
        });
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://etl:p%40ss@127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
