// In the gateway's container: starts a run, waits for its end, and says how it went. Exit code 0 only if it ended well.
//   node trigger-run.mjs [--from 2026-03-01] [--to 2026-03-31] [--dry-run] [--json]
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const ENDED = new Set(['published', 'previewed', 'failed', 'cancelled', 'superseded']);
const POLL_MS = 250;

const { values } = parseArgs({
  options: { from: { type: 'string' }, to: { type: 'string' }, 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } },
});
const base = `http://127.0.0.1:${process.env.PORT ?? 8080}`;
const token = process.env.API_TOKEN || readFileSync(process.env.API_TOKEN_FILE, 'utf8').trim();

async function ask(path, post) {
  const headers = { authorization: `Bearer ${token}` };
  const options =
    post === undefined
      ? { headers }
      : { headers: { ...headers, 'content-type': 'application/json' }, method: 'POST', body: JSON.stringify(post) };
  const response = await fetch(`${base}${path}`, options);
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Error(`${answer.code}: ${answer.message}\n  What to do: ${answer.remedy}`);
}

async function run() {
  const params = Object.fromEntries(
    Object.entries({ from: values.from, to: values.to, dryRun: values['dry-run'] }).filter(([, value]) => value !== undefined),
  );
  const { id } = await ask('/api/runs', params);
  for (let state = ''; ; await sleep(POLL_MS)) {
    const report = await ask(`/api/runs/${id}`);
    if (report.state !== state && !values.json) process.stdout.write(`${id} ${report.state}\n`);
    state = report.state;
    if (ENDED.has(state)) return report;
  }
}

try {
  const report = await run();
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (report.error !== null) {
    process.stdout.write(`${report.error.code}: ${report.error.message}\n  What to do: ${report.error.remedy}\n`);
  } else if (report.totals !== null) {
    const { rowsRead, rowsAccepted, rowsRejected, rowsSkipped, products, publishedAmount } = report.totals;
    process.stdout.write(
      `${rowsRead} rows read: ${rowsAccepted} accepted, ${rowsRejected} rejected, ${rowsSkipped} skipped; ${products} products, ${publishedAmount} in all\n`,
    );
  }
  process.exitCode = ['published', 'previewed'].includes(report.state) ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
}
