import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSources } from '../src/index.js';
import { RecordingSink } from './recording-sink.js';

const RECORDS = 600_000;
/** What one turn may hand over: the records of two slices of 128 KiB, since the count is taken somewhere between two turns. */
const RECORDS_OF_A_TURN_MAX = 2 * (1 << 16);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-turns-'));
  await mkdir(join(dataDir, 'input'));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** The records of the store files, and the most of them that came without a turn of the event loop between. */
async function readCounting(): Promise<{ records: number; mostInATurn: number }> {
  const settings = { dataDir, postgresUrl: 'postgres://nobody@127.0.0.1:1/none', csvEncoding: 'utf-8' as const, csvDateFormats: [] };
  const source = openSources({ ...settings, allowRowSecurity: false, fileBytesMax: 1 << 30 }).get('store_sales')!;
  const { signal } = new AbortController();
  const sink = new RecordingSink({ advanceEvery: Infinity });
  let records = 0;
  let atTurn = 0;
  let mostInATurn = 0;
  sink.malformed.push = () => {
    records += 1;
    return records;
  };
  let isReading = true;
  const turn = (): void => {
    mostInATurn = Math.max(mostInATurn, records - atTurn);
    atTurn = records;
    if (isReading) setImmediate(turn);
  };
  setImmediate(turn);
  for (const partition of await source.plan(signal)) await source.read(partition, sink, signal);
  isReading = false;
  return { records, mostInATurn };
}

test.each([
  ['flood.csv', (text: Buffer): Buffer => text],
  ['flood.csv.gz', (text: Buffer): Buffer => gzipSync(text)],
])('%s: among hundreds of thousands of malformed records the event loop gets its turns', async (name, pack) => {
  await writeFile(
    join(dataDir, 'input', name),
    pack(Buffer.from(`sale_id,product_id,quantity,sale_amount,sale_date\n${'x\n'.repeat(RECORDS)}`)),
  );
  const { records, mostInATurn } = await readCounting();
  expect(records).toBe(RECORDS);
  expect(mostInATurn).toBeLessThanOrEqual(RECORDS_OF_A_TURN_MAX);
});
