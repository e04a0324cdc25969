import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { largeRows } from './conformance-rows.js';
import { CsvFilesHarness } from './csv-files-harness.js';
import { PostgresHarness } from './postgres-harness.js';
import { RecordingSink, sorted } from './recording-sink.js';
import { describeSource } from './source-conformance.js';

describeSource('CSV files', new CsvFilesHarness());
describeSource('PostgreSQL table', new PostgresHarness('table'));
describeSource('PostgreSQL view', new PostgresHarness('view'));

describe('a PostgreSQL table', () => {
  const harness = new PostgresHarness('table');
  beforeAll(() => harness.open());
  afterAll(() => harness.close());

  test('is read as it is when the reading begins, over all connections, whatever is done to it meanwhile', async () => {
    const rows = largeRows();
    await harness.putRows(rows);
    const source = harness.source();
    const [partition] = await source.plan(new AbortController().signal);
    const onAdvance = async (call: number): Promise<void> => {
      if (call === 1) await harness.query("UPDATE online_sales SET quantity = 'changed'");
      if (call === 2) await harness.query("INSERT INTO online_sales VALUES ('new', 'new', 'new', 'new', 'new')");
      if (call === 3) await harness.query("DELETE FROM online_sales WHERE sale_id <> 'new'");
    };
    const sink = new RecordingSink({ onAdvance });
    await source.read(partition!, sink, new AbortController().signal);
    expect(sink.writers.length).toBeGreaterThan(1);
    expect(sink.sortedCells).toEqual(sorted(rows.map((row) => row.map((cell) => cell ?? ''))));
  });

  test('is given up while it waits for a lock', async () => {
    await harness.putRows(largeRows());
    const source = harness.source();
    const [partition] = await source.plan(new AbortController().signal);
    const controller = new AbortController();
    const reason = new Error('stopped');
    await harness.query('BEGIN');
    try {
      await harness.query('LOCK TABLE online_sales IN ACCESS EXCLUSIVE MODE');
      const reading = source.read(partition!, new RecordingSink({ signal: controller.signal }), controller.signal);
      const outcome = reading.catch((error: unknown) => error);
      const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'online_sales'::regclass`;
      await expect.poll(async () => (await harness.query(waiting)).rowCount, { timeout: 20_000 }).toBe(1);
      controller.abort(reason);
      expect(await outcome).toBe(reason);
    } finally {
      await harness.query('ROLLBACK');
    }
  });
});
