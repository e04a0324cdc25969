import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** What is lost of the next COMMIT: the statement, so that the server rolls back, or its reply, so that nobody says what it did. */
export type Loss = 'statement' | 'reply';

/** Stands between a client and MySQL, and cuts the connection at a COMMIT if told to. */
export class CommitProxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #loss: Loss | undefined;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => this.#serve(client));
  }

  static async open(url: string): Promise<CommitProxy> {
    const proxy = new CommitProxy(new URL(url));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The database's URL by way of this proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.toString();
  }

  loseNext(loss: Loss): void {
    this.#loss = loss;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(client: Socket): void {
    const server = connect(Number(this.#target.port === '' ? 3306 : this.#target.port), this.#target.hostname);
    let isReplyLost = false;
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    client.on('data', (bytes) => {
      // One packet: its length, a number, the kind of command, and the statement.
      // To MySQL the driver also says that the statement has no attributes.
      const isCommit = ['COMMIT', '\0\x01COMMIT'].includes(bytes.subarray(5).toString('latin1'));
      const loss = isCommit ? this.#loss : undefined;
      if (isCommit) this.#loss = undefined;
      if (loss === 'statement') return cut();
      isReplyLost = loss === 'reply';
      server.write(bytes);
    });
    // The server has committed by the time that it answers.
    server.on('data', (bytes) => (isReplyLost ? cut() : client.write(bytes)));
  }
}
