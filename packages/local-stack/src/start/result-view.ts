import type { RunReport } from '@retail-etl/sales';
import { relative } from 'node:path';
import { formatFailure, say, type Style } from '@retail-etl/setup';
import { formatBooks } from './books-view.js';
import { formatCount, formatDuration } from './format.js';
import { formatSummary } from './summary-view.js';

/** Prints how the run ended: what went wrong first of all, then the summary, then where every row went. */
export async function sayResult(report: RunReport, csvPath: string, style: Style): Promise<void> {
  say('');
  if (report.error !== null) say(formatFailure(report.error, style));
  else if (report.state !== 'published') say(`${style.red('The run was not published:')} it is ${report.state}.`);
  if (report.state === 'published') await saySummary(report, csvPath, style);
  if (report.sources.length > 0) {
    say('');
    say(style.bold('Rows'));
    sayIndented(formatBooks(report));
  }
  if (report.state === 'published') {
    say('');
    const path = relative(process.cwd(), csvPath);
    say(`${style.bold('CSV'.padEnd(10))} ${path.startsWith('..') ? csvPath : path}`);
  }
}

async function saySummary(report: RunReport, csvPath: string, style: Style): Promise<void> {
  const products = report.totals?.products ?? 0;
  const took = report.durationMs === null ? '' : ` in ${formatDuration(report.durationMs)}`;
  say(`${style.bold('Summary')}  ${style.dim(`${formatCount(products)} products, published${took}`)}`);
  sayIndented(await formatSummary(csvPath, products));
}

function sayIndented(lines: readonly string[]): void {
  for (const line of lines) say(line === '' ? '' : `  ${line}`);
}
