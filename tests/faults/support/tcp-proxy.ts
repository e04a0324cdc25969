import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of the commit: it never reaches the server, or it does and the answer is lost. */
export type LostCommit = 'before' | 'after';

/** A TCP proxy in front of one server for one service, which can do to their connections what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Where new connections lead; a restarted server may have another port. */
  target(port: number): void;
  /** Resets every connection at once; new ones work. */
  cut(): void;
  /** Resets every connection, and each new one, until `restore`. */
  refuse(): void;
  /** Connections stay, and nothing passes, until `restore`. */
  hold(): void;
  restore(): void;
  /** Every connection goes silent for good without being closed, as when the other machine loses its power; new ones work. */
  vanish(): void;
  /** Every piece of data is passed on so much later; 0 ends it. */
  delay(ms: number): void;
  /** Cuts one connection once the server has sent it so many bytes. Resolves when that has happened. */
  cutAfterReceived(bytes: number): Promise<void>;
  /** As `vanish`, for one connection, once the server has sent it so many bytes. Resolves when that has happened. */
  silentAfterReceived(bytes: number): Promise<void>;
  /** Loses the n-th COMMIT of a MySQL client from now on, and cuts its connection. Resolves when that has happened. */
  loseCommit(which: LostCommit, nth?: number): Promise<void>;
  /** Gives up what `cutAfterReceived`, `silentAfterReceived` and `loseCommit` still wait for. */
  forget(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  received: number;
  losing: boolean;
}

/** A COM_QUERY packet: length, sequence number 0, command 3, text; with MySQL, before the text, that there are no attributes. */
const COMMITS = ['\x07\0\0\0\x03COMMIT', '\x09\0\0\0\x03\0\x01COMMIT'].map((packet) => Buffer.from(packet, 'latin1'));

export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const silent = new Set<Socket>();
  let upstream = targetPort;
  let mode: 'open' | 'refuse' | 'hold' = 'open';
  let delayMs = 0;
  let endAt: { bytes: number; end: (pair: Pair) => void; done: () => void } | undefined;
  let commit: { which: LostCommit; left: number; done: () => void } | undefined;

  const end = (pair: Pair): void => {
    pairs.delete(pair);
    for (const socket of [pair.client, pair.server]) {
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  };
  const silence = (pair: Pair): void => {
    pairs.delete(pair);
    silent.add(pair.client);
    pair.client.removeAllListeners('data').removeAllListeners('end').resume();
    pair.server.removeAllListeners('data').removeAllListeners('close').removeAllListeners('end').destroy();
  };
  const later = (act: () => void): void => {
    if (delayMs === 0) act();
    else setTimeout(act, delayMs);
  };
  const fromClient = (pair: Pair, data: Buffer): void => {
    if (commit !== undefined && COMMITS.some((packet) => data.includes(packet))) {
      commit.left -= 1;
      if (commit.left === 0) {
        const { which, done } = commit;
        commit = undefined;
        if (which === 'before') {
          end(pair);
          done();
          return;
        }
        pair.losing = true;
        pair.server.once('data', () => {
          end(pair);
          done();
        });
      }
    }
    later(() => pair.server.write(data));
  };
  const fromServer = (pair: Pair, data: Buffer): void => {
    if (pair.losing) return;
    pair.received += data.length;
    if (endAt !== undefined && pair.received >= endAt.bytes) {
      const { end: endPair, done } = endAt;
      endAt = undefined;
      endPair(pair);
      done();
      return;
    }
    later(() => {
      if (!pair.client.write(data)) {
        pair.server.pause();
        pair.client.once('drain', () => mode !== 'hold' && pair.server.resume());
      }
    });
  };

  const listener: Server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => undefined);
    if (mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: upstream, host: '127.0.0.1', noDelay: true });
    const pair: Pair = { client, server, received: 0, losing: false };
    pairs.add(pair);
    server.on('error', () => end(pair));
    client.on('error', () => end(pair));
    client.on('data', (data) => fromClient(pair, data));
    server.on('data', (data) => fromServer(pair, data));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('end', () => later(() => to.end()));
      from.on('close', () => pairs.delete(pair));
    }
    if (mode === 'hold') for (const socket of [client, server]) socket.pause();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = (): void => {
    // A set may lose members while it is walked.
    for (const pair of pairs) end(pair);
  };
  return {
    port: (listener.address() as { port: number }).port,
    target: (port) => {
      upstream = port;
    },
    cut,
    refuse: () => {
      mode = 'refuse';
      cut();
    },
    hold: () => {
      mode = 'hold';
      for (const { client, server } of pairs) for (const socket of [client, server]) socket.pause();
    },
    vanish: () => {
      for (const pair of pairs) silence(pair);
    },
    restore: () => {
      mode = 'open';
      for (const { client, server } of pairs) for (const socket of [client, server]) socket.resume();
    },
    delay: (ms) => {
      delayMs = ms;
    },
    cutAfterReceived: (bytes) =>
      new Promise((resolve) => {
        endAt = { bytes, end, done: resolve };
      }),
    silentAfterReceived: (bytes) =>
      new Promise((resolve) => {
        endAt = { bytes, end: silence, done: resolve };
      }),
    loseCommit: (which, nth = 1) =>
      new Promise((resolve) => {
        commit = { which, left: nth, done: resolve };
      }),
    forget: () => {
      endAt = undefined;
      commit = undefined;
    },
    async close() {
      listener.close();
      cut();
      for (const socket of silent) socket.destroy();
      await once(listener, 'close');
    },
  };
}
