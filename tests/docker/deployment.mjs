import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { docker } from './docker.mjs';
import { addOne } from './sales.mjs';

const ENDED = new Set(['published', 'previewed', 'failed', 'cancelled', 'superseded']);

export const say = (line) => process.stdout.write(`${line}\n`);

/** Tries until `probe` gives something true, and returns it. */
export async function until(what, probe, timeoutMs = 180_000) {
  const deadline = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1_000} s`, { cause: last });
    await sleep(500);
  }
}

/** Asks the gateway from inside a container: in the Swarm tests no port is published. */
const ASK = `
const [base, path, method, body, key] = process.argv.slice(1);
const token = require('node:fs').readFileSync('/run/secrets/api_token', 'utf8').trim();
const headers = { authorization: 'Bearer ' + token, ...(body === '' ? {} : { 'content-type': 'application/json' }), ...(key === '' ? {} : { 'idempotency-key': key }) };
fetch(base + path, { method, headers, body: body === '' ? null : body, signal: AbortSignal.timeout(15000) })
  .then(async (response) => console.log(JSON.stringify({ status: response.status, body: await response.text() })))
  .catch((error) => { console.error(String(error.cause ?? error)); process.exit(1); });`;

/** What is the same for Compose and Swarm: a set of containers by the name of their service. */
export class Deployment {
  /** @param {{ containers: (service: string) => Promise<string[]>, base: string }} options `base`: the gateway's address inside the network */
  constructor({ containers, base }) {
    this.containers = containers;
    this.base = base;
  }

  async container(service) {
    return until(`a container of ${service}`, async () => (await this.containers(service))[0]);
  }

  async exec(service, command, options) {
    return docker(['exec', '-i', await this.container(service), ...command], options);
  }

  sql(text) {
    return this.exec('postgres', ['psql', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'etl_owner', '-d', 'shop'], { input: text });
  }

  /** The summary in MySQL, in the form of the file. */
  async table() {
    const select = "SELECT CONCAT_WS(',', product_id, total_quantity, total_sale_amount) FROM warehouse.sales_summary ORDER BY product_id";
    const shell = `MYSQL_PWD="$(cat /run/secrets/mysql_root_password)" mysql -uroot -N -B -e "${select}"`;
    return `product_id,total_quantity,total_sale_amount\n${await this.exec('mysql', ['sh', '-c', shell])}`;
  }

  file() {
    return this.exec('extractor', ['cat', '/data/output/sales_summary.csv']);
  }

  /** Puts a store file in its place whole: a run that looks meanwhile does not see it. */
  putFile(name, input) {
    return this.exec('extractor', ['sh', '-c', `cat > /data/input/.${name} && mv /data/input/.${name} /data/input/${name}`], { input });
  }

  clearInput() {
    return this.exec('extractor', ['sh', '-c', 'rm -f /data/input/*']);
  }

  /** A request to the gateway; asked again while a gateway is being replaced. */
  async request(path, method = 'GET', body, key = '') {
    const text = body === undefined ? '' : JSON.stringify(body);
    return until(
      `${method} ${path}`,
      async () => {
        const answer = JSON.parse(await this.exec('gateway', ['node', '-e', ASK, this.base, path, method, text, key]));
        if (answer.status >= 500) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`);
        assert.ok(answer.status < 300, `${method} ${path} answered ${answer.status}: ${answer.body}`);
        return answer.body === '' ? {} : JSON.parse(answer.body);
      },
      60_000,
    );
  }

  /** With a key, so that a request whose answer was lost does not start a second run. */
  async startRun() {
    const { id } = await this.request('/api/runs', 'POST', {}, randomUUID());
    return id;
  }

  report(id) {
    return this.request(`/api/runs/${id}`);
  }

  ended(id, timeoutMs = 300_000) {
    return until(
      `the end of run ${id}`,
      async () => {
        const report = await this.report(id);
        return ENDED.has(report.state) ? report : undefined;
      },
      timeoutMs,
    );
  }

  /** Resolves once the run has staged something. */
  working(id) {
    return until(`work on run ${id}`, async () => {
      const staged = await this.exec('extractor', ['sh', '-c', `ls /data/staging/${id}/partials 2>/dev/null | wc -l`]);
      return Number(staged) > 0;
    });
  }

  /** Checks that a run has published just what `sales` say, in both places, and that its books are those of the sources. */
  async check(report, sales) {
    assert.equal(report.state, 'published', JSON.stringify(report.error));
    assert.deepEqual([report.totals.rowsRead, report.totals.rowsRejected], [sales.rows, sales.rejected]);
    const expected = sales.toCsv();
    assert.ok((await this.file()) === expected, 'the published file is not what the sources add up to');
    assert.ok((await this.table()) === expected, 'the published table is not what the sources add up to');
  }

  /** Adds a sale, runs, and checks. Returns the report. */
  async runAndCheck(sales, meanwhile = async () => undefined) {
    await this.sql(addOne(sales, 1 + (sales.rows % 97), 1 + (sales.rows % 10_007)));
    const id = await this.startRun();
    await meanwhile(id);
    const report = await this.ended(id);
    await this.check(report, sales);
    return report;
  }
}

export function seconds(report) {
  return `${((Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1_000).toFixed(2)} s`;
}
