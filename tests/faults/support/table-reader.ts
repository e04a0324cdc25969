import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from './crc32.js';
import mysql from 'mysql2/promise';

/** What one look at the target saw: which run it shows, and a fingerprint of all its rows. */
interface Look {
  readonly seq: number;
  readonly print: string;
}

/**
 * Two readers of `sales_summary`, as its users are: one looks in autocommit, one stays in a REPEATABLE READ transaction for a second
 * and looks again and again. Both note every version they see.
 */
export interface TableReader {
  /** Says what the target holds, whole, when it shows this run. */
  expect(seq: number, lines: readonly string[]): void;
  /** Everything that was wrong so far, such as half a version; empty when all is well. */
  problems(): string[];
  /** How many looks there were. */
  looks(): number;
  stop(): Promise<void>;
}

const LOOK_SQL = `
SELECT (SELECT seq FROM etl_published WHERE id = 1) AS seq,
  CONCAT_WS(' ', COUNT(*), COALESCE(SUM(total_quantity), 0), COALESCE(SUM(total_sale_amount), 0),
    BIT_XOR(CRC32(CONCAT_WS(',', product_id, total_quantity, total_sale_amount)))) AS print
FROM sales_summary`;

const LOOK_MS = 40;
const LONG_MS = 1_000;

/** `url` is asked anew for each connection: a restarted server may have another port. */
export function readTable(url: () => string): TableReader {
  return new Readers(url);
}

class Readers implements TableReader {
  readonly #url: () => string;
  readonly #stopping = new AbortController();
  readonly #expected = new Map<number, Set<string>>([[0, new Set([fingerprint([])])]]);
  readonly #seen = new Map<string, Look>();
  readonly #wrong: string[] = [];
  readonly #loops: readonly Promise<void>[];
  #count = 0;

  constructor(url: () => string) {
    this.#url = url;
    this.#loops = [
      this.#loop((connection) => this.#readInAutocommit(connection)),
      this.#loop((connection) => this.#readInTransactions(connection)),
    ];
  }

  expect(seq: number, lines: readonly string[]): void {
    this.#expected.set(seq, (this.#expected.get(seq) ?? new Set()).add(fingerprint(lines)));
  }

  problems(): string[] {
    const unexpected = [...this.#seen.values()].filter(({ seq, print }) => this.#expected.get(seq)?.has(print) !== true);
    return [
      ...this.#wrong,
      ...unexpected.map(
        ({ seq, print }) =>
          `run ${seq} was seen as "${print}", which is no version of it (${[...(this.#expected.get(seq) ?? [])].join(', ')})`,
      ),
    ];
  }

  looks(): number {
    return this.#count;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #loop(read: (connection: mysql.Connection) => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      let connection: mysql.Connection | undefined;
      try {
        connection = await mysql.createConnection({ uri: this.#url(), connectTimeout: 2_000 });
        connection.on('error', () => undefined);
        await read(connection);
      } catch {
        // The server is away: nothing is seen, which is no fault of the publication.
        await sleep(100);
      } finally {
        connection?.destroy();
      }
    }
  }

  async #look(connection: mysql.Connection): Promise<Look> {
    const [rows] = await connection.query<mysql.RowDataPacket[]>(LOOK_SQL);
    const look = { seq: Number(rows[0]?.['seq']), print: String(rows[0]?.['print']) };
    this.#count += 1;
    this.#seen.set(`${look.seq} ${look.print}`, look);
    return look;
  }

  async #readInAutocommit(connection: mysql.Connection): Promise<void> {
    let last = -1;
    while (!this.#stopping.signal.aborted) {
      const { seq } = await this.#look(connection);
      if (seq < last) this.#wrong.push(`autocommit saw run ${seq} after run ${last}`);
      last = seq;
      await sleep(LOOK_MS);
    }
  }

  async #readInTransactions(connection: mysql.Connection): Promise<void> {
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    let last = -1;
    while (!this.#stopping.signal.aborted) {
      await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
      const first = await this.#look(connection);
      const until = Date.now() + LONG_MS;
      while (Date.now() < until && !this.#stopping.signal.aborted) {
        await sleep(LOOK_MS * 4);
        const again = await this.#look(connection);
        if (again.seq !== first.seq || again.print !== first.print)
          this.#wrong.push(`one snapshot saw run ${first.seq} and run ${again.seq}`);
      }
      await connection.query('COMMIT');
      if (first.seq < last) this.#wrong.push(`a later snapshot saw run ${first.seq} after run ${last}`);
      last = first.seq;
    }
  }
}

/** The same as the SQL above, from lines `product,quantity,amount`. */
function fingerprint(lines: readonly string[]): string {
  let quantity = 0n;
  let cents = 0n;
  let mixed = 0;
  for (const line of lines) {
    const [, pieces = '0', amount = '0'] = line.split(',');
    quantity += BigInt(pieces);
    cents += BigInt(amount.replace('.', ''));
    mixed = (mixed ^ crc32(line)) >>> 0;
  }
  const sum = lines.length === 0 ? '0.00' : `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
  return `${lines.length} ${quantity} ${sum} ${mixed}`;
}
