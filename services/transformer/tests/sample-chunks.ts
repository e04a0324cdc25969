import type { ExtractManifest } from '@retail-etl/staging';
import { filesExtract, readOf, tableExtract } from './books.js';
import type { StagedChunk } from './staged-run.js';

/**
 * The table with two rows and a chunk, and two store files of one partition with five rows and a chunk each. Product 2 is in all
 * three chunks: quantities 10 + 20 + 30, amounts 0.001 + 0.002 + 0.002.
 */
export const EXTRACTS: Readonly<Record<string, ExtractManifest>> = {
  table: { ...tableExtract(2), finishedAt: '2026-01-02T03:09:00.000Z' },
  store: filesExtract(readOf('a.csv', 5, 1), readOf('b.csv', 4)),
};

export const CHUNKS: readonly StagedChunk[] = [
  {
    name: 'table-0000aaaa-00001',
    source: 'online_sales',
    file: null,
    sums: [
      ['1', '1', '3.005'],
      ['2', '10', '0.001'],
    ],
    figures: { rowsRead: 2, rowsAccepted: 2, quantity: '11', amount: '3.006000' },
  },
  {
    name: 'store-0000bbbb-00001',
    source: 'store_sales',
    file: 'a.csv',
    sums: [
      ['2', '20', '0.002'],
      ['-3', '5', '7.5'],
    ],
    figures: {
      rowsRead: 5,
      rowsAccepted: 2,
      rowsRejected: 2,
      rowsSkipped: 1,
      rejectsByReason: { malformed_row: 1, invalid_date: 1 },
      quantity: '25',
      amount: '7.502000',
    },
    rejectsFile: 'store-0000bbbb-00001.parquet',
  },
  {
    name: 'store-0000bbbb-00002',
    source: 'store_sales',
    file: 'b.csv',
    sums: [['2', '30', '0.002']],
    figures: { rowsRead: 4, rowsAccepted: 4, quantity: '30', amount: '0.002000' },
  },
];

/** Product 1: 3.005 is rounded to 3.01. Product 2: 0.005 becomes 0.01, which its three parts, rounded alone, would not. */
export const SUMMARY_CSV = 'product_id,total_quantity,total_sale_amount\n-3,5,7.50\n1,1,3.01\n2,60,0.01\n';

/** The chunks, with other figures for one of them. */
export function withChunk(index: number, change: Partial<StagedChunk>): StagedChunk[] {
  return CHUNKS.map((chunk, at) => (at === index ? { ...chunk, ...change } : chunk));
}
