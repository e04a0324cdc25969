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
  const proxy = new Proxy(targetPort);
  await proxy.listen();
  return proxy;
}

class Proxy implements TcpProxy {
  readonly #listener: Server = createServer({ noDelay: true }, (client) => this.#accept(client));
  readonly #pairs = new Set<Pair>();
  readonly #silent = new Set<Socket>();
  #upstream: number;
  #mode: 'open' | 'refuse' | 'hold' = 'open';
  #delayMs = 0;
  #endAt: { bytes: number; end: (pair: Pair) => void; done: () => void } | undefined;
  #commit: { which: LostCommit; left: number; done: () => void } | undefined;

  constructor(upstream: number) {
    this.#upstream = upstream;
  }

  async listen(): Promise<void> {
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
  }

  get port(): number {
    return (this.#listener.address() as { port: number }).port;
  }

  target(port: number): void {
    this.#upstream = port;
  }

  cut(): void {
    // A set may lose members while it is walked.
    for (const pair of this.#pairs) this.#end(pair);
  }

  refuse(): void {
    this.#mode = 'refuse';
    this.cut();
  }

  hold(): void {
    this.#mode = 'hold';
    for (const { client, server } of this.#pairs) for (const socket of [client, server]) socket.pause();
  }

  restore(): void {
    this.#mode = 'open';
    for (const { client, server } of this.#pairs) for (const socket of [client, server]) socket.resume();
  }

  vanish(): void {
    for (const pair of this.#pairs) this.#silence(pair);
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  cutAfterReceived(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.#endAt = { bytes, end: (pair) => this.#end(pair), done: resolve };
    });
  }

  silentAfterReceived(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.#endAt = { bytes, end: (pair) => this.#silence(pair), done: resolve };
    });
  }

  loseCommit(which: LostCommit, nth = 1): Promise<void> {
    return new Promise((resolve) => {
      this.#commit = { which, left: nth, done: resolve };
    });
  }

  forget(): void {
    this.#endAt = undefined;
    this.#commit = undefined;
  }

  async close(): Promise<void> {
    this.#listener.close();
    this.cut();
    for (const socket of this.#silent) socket.destroy();
    await once(this.#listener, 'close');
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#upstream, host: '127.0.0.1', noDelay: true });
    const pair: Pair = { client, server, received: 0, losing: false };
    this.#pairs.add(pair);
    server.on('error', () => this.#end(pair));
    client.on('error', () => this.#end(pair));
    client.on('data', (data) => this.#fromClient(pair, data));
    server.on('data', (data) => this.#fromServer(pair, data));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('end', () => this.#later(() => to.end()));
      from.on('close', () => this.#pairs.delete(pair));
    }
    if (this.#mode === 'hold') for (const socket of [client, server]) socket.pause();
  }

  #fromClient(pair: Pair, data: Buffer): void {
    if (this.#commit !== undefined && COMMITS.some((packet) => data.includes(packet)) && this.#losesCommit(pair, this.#commit)) return;
    this.#later(() => pair.server.write(data));
  }

  /** Counts a COMMIT. True if it must not reach the server. */
  #losesCommit(pair: Pair, commit: { which: LostCommit; left: number; done: () => void }): boolean {
    commit.left -= 1;
    if (commit.left > 0) return false;
    this.#commit = undefined;
    const end = (): void => {
      this.#end(pair);
      commit.done();
    };
    if (commit.which === 'before') {
      end();
      return true;
    }
    pair.losing = true;
    pair.server.once('data', end);
    return false;
  }

  #fromServer(pair: Pair, data: Buffer): void {
    if (pair.losing) return;
    pair.received += data.length;
    if (this.#endAt !== undefined && pair.received >= this.#endAt.bytes) {
      const { end, done } = this.#endAt;
      this.#endAt = undefined;
      end(pair);
      done();
      return;
    }
    this.#later(() => {
      if (pair.client.write(data)) return;
      pair.server.pause();
      pair.client.once('drain', () => this.#mode !== 'hold' && pair.server.resume());
    });
  }

  #later(act: () => void): void {
    if (this.#delayMs === 0) act();
    else setTimeout(act, this.#delayMs);
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    for (const socket of [pair.client, pair.server]) {
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  }

  #silence(pair: Pair): void {
    this.#pairs.delete(pair);
    this.#silent.add(pair.client);
    pair.client.removeAllListeners('data').removeAllListeners('end').resume();
    pair.server.removeAllListeners('data').removeAllListeners('close').removeAllListeners('end').destroy();
  }
}
