import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { formatCount, formatTable } from './format.js';

const ROWS_SHOWN_MAX = 20;

/** The head of the published file as an aligned table; `products` is how many it holds in all. */
export async function formatSummary(csvPath: string, products: number): Promise<string[]> {
  const rows = await readHead(csvPath, ROWS_SHOWN_MAX + 1);
  const lines = formatTable(rows, [0, 1, 2]);
  const more = products - (rows.length - 1);
  return more > 0 ? [...lines, `... and ${formatCount(more)} more`] : lines;
}

/** The first `linesMax` lines, split at commas: ours holds numbers only, so nothing in it is quoted. */
async function readHead(path: string, linesMax: number): Promise<string[][]> {
  const rows: string[][] = [];
  const stream = createReadStream(path, 'utf8');
  for await (const line of createInterface({ input: stream })) {
    rows.push(line.split(','));
    if (rows.length >= linesMax) break;
  }
  stream.destroy();
  return rows;
}
