import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Connection } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRecords } from '../../../tests/support/oracle-csv.js';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { copyOut } from '../src/codec/pg-copy/copy-out.js';
import type { TextTaker } from '../src/codec/pg-copy/copy-reader.js';
import { connectPostgres, type PostgresConnection } from '../src/sources/postgres-table/postgres.js';

let connection: PostgresConnection;
beforeEach(async () => {
  connection = await connectPostgres(serverUrl('POSTGRES_URL'));
});
afterEach(() => connection.destroy());

/** Copies by the codec. `wait` holds each piece back; its memory is looked at only afterwards. */
async function copy(sql: string, wait?: () => Promise<unknown>): Promise<{ text: Buffer; rows: number; largestPiece: number }> {
  const pieces: Buffer[] = [];
  let taking = 0;
  let largestPiece = 0;
  const take: TextTaker = (text) => {
    expect(taking).toBe(0);
    largestPiece = Math.max(largestPiece, text.length);
    if (wait === undefined) {
      pieces.push(Buffer.from(text));
      return undefined;
    }
    taking += 1;
    return wait().then(() => {
      pieces.push(Buffer.from(text));
      taking -= 1;
    });
  };
  const rows = await copyOut(connection, sql, take);
  return { text: Buffer.concat(pieces), rows, largestPiece };
}

/** The same by the parser of pg itself, which hands each row to the query that is running. */
function copyByPg(sql: string): Promise<{ text: Buffer; rows: number }> {
  return new Promise((resolve, reject) => {
    const messages: Buffer[] = [];
    let rows = -1;
    connection.client.query({
      submit: (own: Connection) => own.query(sql),
      handleCopyData: ({ chunk }: { chunk: Buffer }) => messages.push(Buffer.from(chunk)),
      handleCommandComplete: ({ text }: { text: string }) => (rows = Number(text.split(' ')[1])),
      handleError: reject,
      handleReadyForQuery: () => resolve({ text: Buffer.concat(messages), rows }),
    } as { submit(own: Connection): void });
  });
}

type Cell = string | null;

/** As PostgreSQL's manual has CSV: a missing value is nothing at all, an empty text is quoted. */
const toCsv = (cell: Cell): string =>
  cell === null ? '' : cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

const cell: fc.Arbitrary<Cell> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({
      unit: fc.constantFrom('"', ',', '\n', '\r', '\\', '.', ' ', 'a', 'é', '€', '😀', '\u0001', '\ufeff'),
      maxLength: 20,
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Cell>(null, '', ' ', 'NULL', '\\N', '\\.', '""') },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 200_000 }).map((length) => 'x"'.repeat(length / 2)) },
);

async function fill(rows: readonly (readonly Cell[])[]): Promise<void> {
  await connection.client.query('DROP TABLE IF EXISTS pg_temp.cells');
  await connection.client.query('CREATE TEMP TABLE cells (n serial, a text, b text, c text)');
  for (const row of rows) await connection.client.query('INSERT INTO cells (a, b, c) VALUES ($1, $2, $3)', [...row]);
}

const COPY_CELLS = 'COPY (SELECT a, b, c FROM cells ORDER BY n) TO STDOUT (FORMAT csv)';

describe('the text', () => {
  test('is what the rows hold, byte for byte, and what the parser of pg makes of it', { timeout: 60_000 }, async () => {
    const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 25 });
    const compare = async (written: readonly (readonly Cell[])[]): Promise<void> => {
      await fill(written);
      const expected = Buffer.from(written.map((row) => `${row.map(toCsv).join(',')}\n`).join(''));
      for (const found of [await copy(COPY_CELLS), await copy(COPY_CELLS, () => Promise.resolve()), await copyByPg(COPY_CELLS)]) {
        expect(found.rows).toBe(written.length);
        expect(found.text.equals(expected)).toBe(true);
      }
      const fields = readRecords(expected, { delimiter: ',', fieldCount: 3, recordBytesMax: 1 << 30 }).map((record) => record.fields);
      expect(fields).toEqual(written.map((row) => row.map((value) => value ?? '')));
    };
    await fc.assert(fc.asyncProperty(rows, compare), propertySettings('copy', 60));
  });

  test('of values of 1 MB, in many rows', async () => {
    const values = Array.from({ length: 12 }, (_, n) => `${'"\n,é'.repeat(200_000)}${n}`);
    await fill(values.map((value) => [value, null, '']));
    const { text, rows } = await copy(COPY_CELLS);
    expect(rows).toBe(12);
    expect(text.equals(Buffer.from(values.map((value) => `${toCsv(value)},,""\n`).join('')))).toBe(true);
  });

  test('of 300,000 rows, whether pieces are held back or not', async () => {
    const sql = "COPY (SELECT n, n % 7, 'row ' || n FROM generate_series(1, 300000) n) TO STDOUT (FORMAT csv)";
    const expected = Buffer.from(
      Array.from({ length: 300_000 }, (_, index) => `${index + 1},${(index + 1) % 7},row ${index + 1}\n`).join(''),
    );
    for (const wait of [undefined, () => sleep(1)]) {
      const { text, rows } = await copy(sql, wait);
      expect(rows).toBe(300_000);
      expect(text.equals(expected)).toBe(true);
    }
  });

  test('of a value of 100 MB comes in small pieces', async () => {
    const { text, rows, largestPiece } = await copy("COPY (SELECT repeat('0123456789', 10000000)) TO STDOUT (FORMAT csv)");
    expect(rows).toBe(1);
    expect(text.equals(Buffer.from(`${'0123456789'.repeat(10_000_000)}\n`))).toBe(true);
    expect(largestPiece).toBeLessThanOrEqual(1 << 20);
  });

  test('is not mixed with what the server says meanwhile', async () => {
    await connection.client.query(
      `CREATE FUNCTION pg_temp.noisy(n int) RETURNS int LANGUAGE plpgsql AS $$
       BEGIN RAISE NOTICE 'd%', repeat('x', n % 100); PERFORM set_config('application_name', 'n' || n, false); RETURN n; END $$`,
    );
    const { text, rows } = await copy('COPY (SELECT pg_temp.noisy(n) FROM generate_series(1, 2000) n) TO STDOUT (FORMAT csv)');
    expect(rows).toBe(2_000);
    expect(text.toString()).toBe(Array.from({ length: 2_000 }, (_, index) => `${index + 1}\n`).join(''));
  });

  test('of no rows is empty, and the connection goes on', async () => {
    for (const count of [0, 3, 0, 1]) {
      const { text, rows } = await copy(`COPY (SELECT n FROM generate_series(1, ${count}) n) TO STDOUT (FORMAT csv)`);
      expect(rows).toBe(count);
      expect(text.toString().split('\n')).toHaveLength(count + 1);
      expect((await connection.client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    }
  });
});

describe('fails', () => {
  const MANY = 'COPY (SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 200000) n) TO STDOUT (FORMAT csv)';

  /** Fails as `copyOut` does; no piece may be taken afterwards. */
  async function failing(sql: string, take: TextTaker, own = connection): Promise<unknown> {
    let isOver = false;
    let takenLate = 0;
    const error = await copyOut(own, sql, (text) => {
      if (isOver) takenLate += 1;
      return take(text);
    }).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    isOver = true;
    await sleep(50);
    expect(takenLate).toBe(0);
    return error;
  }

  test('with what is thrown for a piece, at once or later', async () => {
    const cause = new Error('no room');
    let pieces = 0;
    const thrown = await failing(MANY, () => {
      pieces += 1;
      if (pieces === 3) throw cause;
      return undefined;
    });
    expect(thrown).toBe(cause);
    expect(pieces).toBe(3);
    connection.destroy();
    connection = await connectPostgres(serverUrl('POSTGRES_URL'));
    expect(await failing(MANY, () => sleep(5).then(() => Promise.reject(cause)))).toBe(cause);
  });

  test.each([
    ['before any row', 'COPY (SELECT no_such FROM pg_class) TO STDOUT (FORMAT csv)', '42703'],
    ['after 99,999 rows', 'COPY (SELECT 1 / (100000 - n) FROM generate_series(1, 200000) n) TO STDOUT (FORMAT csv)', '22012'],
    [
      'while pieces are held back',
      "COPY (SELECT 1 / (100000 - n), repeat('x', 50) FROM generate_series(1, 200000) n) TO STDOUT (FORMAT csv)",
      '22012',
    ],
  ])('with the error of the server %s', async (when, sql, code) => {
    const error = await failing(sql, () => (when === 'while pieces are held back' ? sleep(2) : undefined));
    expect(error).toMatchObject({ code });
  });

  test('if the session is ended, or the connection lost, between pieces or while one is held back', async () => {
    const other = await connectPostgres(serverUrl('POSTGRES_URL'));
    const { rows } = await connection.client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const end = (): Promise<unknown> => other.client.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
    try {
      expect(await failing(MANY, () => end().then(() => undefined))).toBeInstanceOf(Error);
    } finally {
      other.destroy();
    }
    for (const isHeld of [false, true]) {
      const own = await connectPostgres(serverUrl('POSTGRES_URL'));
      const error = await failing(
        MANY,
        () => {
          own.destroy();
          return isHeld ? sleep(20) : undefined;
        },
        own,
      );
      expect(error).toBeInstanceOf(Error);
    }
  });

  test('on a connection that is lost already', async () => {
    connection.destroy();
    await sleep(20);
    expect(await failing(MANY, () => undefined)).toBeInstanceOf(Error);
  });

  test('if the server says nothing for too long, but not while a piece is held back', async () => {
    const impatient: PostgresConnection = {
      ...connection,
      limitSilence: () => setTimeout(() => connection.destroy(), 1_500),
    };
    const few = 'COPY (SELECT n FROM generate_series(1, 5) n) TO STDOUT (FORMAT csv)';
    expect(await failing(few, () => sleep(3_000), impatient)).toBeUndefined();
    expect(await failing('COPY (SELECT pg_sleep(60)) TO STDOUT (FORMAT csv)', () => undefined, impatient)).toBeInstanceOf(Error);
  });
});
