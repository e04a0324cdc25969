import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection, Submittable } from 'pg';
import { CopyData } from './copy-data.js';
import type { CopyConnection, CopyReader, TextTaker } from './copy-reader.js';

/** The copy reader of PostgreSQL tables; the contract is `CopyReader`. Of our own because this is a path of rows (README beside this file). */
export const copyOut: CopyReader = async (connection, sql, take) => {
  const copy = new CopyOut(sql, take, connection);
  try {
    connection.client.query(copy);
    return await copy.ended;
  } finally {
    await copy.taking?.catch(() => undefined);
    copy.stop();
  }
};

/** From a server as fast as ours, Node would read two megabytes before anything else in this process, a file's chunk say, has its turn. */
const TURN_BYTES = 256 << 10;

type BytesListener = (bytes: Buffer) => void;

/** What pg calls a submittable: it sends its own query, and the client tells it how that went. */
class CopyOut implements Submittable {
  readonly ended: Promise<number>;
  /** The last piece that is not taken at once. */
  taking: Promise<void> | undefined;
  readonly #sql: string;
  readonly #take: TextTaker;
  readonly #connection: CopyConnection;
  readonly #copyData = new CopyData();
  #resolve: (rows: number) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #silence: NodeJS.Timeout | undefined;
  #stream: Connection['stream'] | undefined;
  /** The client's own listener, off its stream while the copy goes on. */
  #clientListener: BytesListener | undefined;
  #rows = 0;
  /** Bytes since other work had its turn. */
  #turnBytes = 0;

  constructor(sql: string, take: TextTaker, connection: CopyConnection) {
    this.#sql = sql;
    this.#take = take;
    this.#connection = connection;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Called by the client when the connection is free. */
  submit(connection: Connection): void {
    const { stream } = connection;
    this.#stream = stream;
    this.#clientListener = stream.listeners('data')[0] as BytesListener;
    stream.removeListener('data', this.#clientListener);
    stream.on('data', this.#onBytes);
    this.#silence = this.#connection.limitSilence();
    connection.query(this.#sql);
  }

  handleError = (error: unknown): void => this.#reject(error);

  handleCommandComplete({ text }: { text: string }): void {
    this.#rows = Number(/^COPY (\d+)$/.exec(text)?.[1]);
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#rows);
  }

  stop(): void {
    clearTimeout(this.#silence);
    this.#stream?.removeListener('data', this.#onBytes);
  }

  readonly #onBytes: BytesListener = (bytes) => {
    const stream = this.#stream!;
    this.#silence?.refresh();
    this.#turnBytes += bytes.length;
    const { text, rest } = this.#copyData.push(bytes);
    try {
      this.taking = text.length === 0 ? undefined : this.#take(text);
    } catch (error) {
      this.#reject(error);
      return;
    }
    if (rest !== null) {
      stream.removeListener('data', this.#onBytes);
      stream.on('data', this.#clientListener!);
    }
    const isTurnOver = this.#turnBytes >= TURN_BYTES;
    if (isTurnOver) this.#turnBytes = 0;
    const waiting = this.taking ?? (isTurnOver ? nextTurn() : undefined);
    if (waiting === undefined) {
      if (rest !== null) this.#clientListener!(rest);
      return;
    }
    stream.pause();
    clearTimeout(this.#silence);
    waiting.then(
      () => {
        this.#silence = this.#connection.limitSilence();
        if (rest !== null) this.#clientListener!(rest);
        stream.resume();
      },
      (error: unknown) => this.#reject(error),
    );
  };
}
