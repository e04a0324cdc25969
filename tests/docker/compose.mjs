import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment, say, seconds, until } from './deployment.mjs';
import { docker } from './docker.mjs';
import { fillTable, Sales, storeFile } from './sales.mjs';

const PROJECT = 'retail-etl-test';
const TAG = 'test';
const SERVICES = ['extractor', 'transformer', 'loader', 'gateway'];
const lines = (text) => text.split('\n').filter((line) => line !== '');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Builds the images under the tag `test`. */
export async function buildImages() {
  say('building the images');
  await docker(['compose', '-f', 'docker/docker-compose.yml', 'build'], { env: { TAG } });
  for (const name of ['node:24-bookworm-slim', ...[...SERVICES, 'setup'].map((each) => `retail-etl/${each}:${TAG}`)]) {
    const bytes = Number(await docker(['image', 'inspect', '--format', '{{.Size}}', name]));
    say(`  ${name}: ${(bytes / 1e6).toFixed(0)} MB`);
  }
}

/** Up, run, scale, kill, down and up again, clean. */
export async function testCompose() {
  const folder = await mkdtemp(join(tmpdir(), 'retail-etl-compose-'));
  // mkdtemp keeps others out; the services run as a user of their own.
  await chmod(folder, 0o755);
  const dataFolder = join(folder, 'data');
  await mkdir(dataFolder);
  const on = new ComposeProject(dataFolder, await freePort());
  try {
    await bringUp(on);
    const password = await publishSample(on);
    const sales = await scaleUp(on);
    await killAtWork(on, sales);
    await downAndUp(on, password, sales);
    say('Compose: down -v leaves no volume');
    await on.compose('down', '-v');
    assert.equal(await docker(['volume', 'ls', '-q', '--filter', `label=com.docker.compose.project=${PROJECT}`]), '');
  } catch (error) {
    say(await on.compose('ps', '-a').catch(String));
    say((await on.compose('logs', '--no-color', '--tail', '25').catch(String)).slice(-12_000));
    throw error;
  } finally {
    await on.compose('down', '-v', '--timeout', '5').catch(() => undefined);
    await rm(folder, { recursive: true, force: true }).catch(() => say(`left behind: ${folder}`));
  }
}

class ComposeProject extends Deployment {
  constructor(dataFolder, port) {
    super({ containers: async (service) => lines(await this.compose('ps', '-q', service)), base: 'http://gateway:8080' });
    this.dataFolder = dataFolder;
    this.port = port;
  }

  compose(...args) {
    const env = { TAG, DATA_FOLDER: this.dataFolder, GATEWAY_PORT: String(this.port), SCHEDULE_CRON: 'off' };
    return docker(['compose', '-f', 'docker/docker-compose.yml', '-p', PROJECT, ...args], { env });
  }
}

async function bringUp(on) {
  say('Compose: up');
  await on.compose('up', '-d', '--wait', ...SERVICES);
  const setup = (await on.compose('ps', '-a', '-q', 'setup')).trim();
  assert.equal((await docker(['inspect', '--format', '{{.State.ExitCode}}', setup])).trim(), '0');
  const log = await docker(['logs', setup]);
  assert.match(log, /read the password with: docker compose exec gateway cat \/run\/secrets\/admin_password/);
  assert.match(log, /initialization complete\n$/);
  await checkHardening(on);
}

/** Resolves to the password of the log-in. */
async function publishSample(on) {
  say('Compose: sign in, sample data, result in data/output on the host');
  const password = (await on.exec('gateway', ['cat', '/run/secrets/admin_password'])).trim();
  await signIn(on.port, password);
  const sample = await sampleSales(on, join(on.dataFolder, 'input', 'in_store_sales.csv'));
  await on.check(await on.ended(await on.startRun()), sample);
  assert.equal(await readFile(join(on.dataFolder, 'output', 'sales_summary.csv'), 'utf8'), sample.toCsv());
  const said = await on.exec('gateway', ['node', 'trigger-run.mjs']);
  assert.match(said, /published\n30 rows read: 20 accepted, 10 rejected/);
  return password;
}

/** Resolves to the sales that are in the sources afterwards. */
async function scaleUp(on) {
  say('Compose: three transformers');
  await on.compose('up', '-d', '--wait', '--no-recreate', '--scale', 'transformer=3', ...SERVICES);
  assert.equal((await on.containers('transformer')).length, 3);
  const sales = new Sales();
  await on.clearInput();
  for (const salt of [1, 2, 3]) await on.putFile(`store-${salt}.csv`, storeFile(400_000, salt, sales));
  await on.sql(fillTable(200_000, 7, sales));
  say(`  ${sales.rows} rows: ${seconds(await on.runAndCheck(sales))}`);
  return sales;
}

async function killAtWork(on, sales) {
  for (const service of ['transformer', 'extractor']) {
    say(`Compose: a ${service} is killed at work`);
    for (const id of await on.containers('transformer')) await docker(['update', '--cpus', '0.2', id]);
    const victim = await on.container(service);
    await on.runAndCheck(sales, async (id) => {
      await on.working(id);
      // From the inside, as a crash: what `docker kill` ends is not started again.
      await docker(['exec', victim, 'sh', '-c', 'kill -9 -1']).catch(() => undefined);
    });
    await until(`${service} starts again`, async () => {
      const found = await docker(['inspect', '--format', '{{.RestartCount}} {{.State.Running}}', victim]);
      return found.trim() === '1 true';
    });
  }
}

async function downAndUp(on, password, sales) {
  say('Compose: down and up again: passwords, history and result stay');
  const runs = (await on.request('/api/runs')).runs.length;
  await on.compose('down');
  await on.compose('up', '-d', '--wait', ...SERVICES);
  assert.equal((await on.exec('gateway', ['cat', '/run/secrets/admin_password'])).trim(), password);
  assert.equal((await on.request('/api/runs')).runs.length, runs);
  await on.runAndCheck(sales);
}

/** Not root, nothing to write to but the data folder and /tmp, no capability. */
async function checkHardening(on) {
  for (const service of SERVICES) {
    const probe = 'id -u; touch /app/x 2>&1 | tail -c 24; grep CapEff /proc/self/status; touch /tmp/x && echo tmp';
    const said = await on.exec(service, ['sh', '-c', probe]);
    assert.match(said, /^1000\n.*Read-only file system\n\s*CapEff:\s*0{16}\ntmp\n$/s, `${service}: ${said}`);
  }
  const env = await docker(['inspect', '--format', '{{json .Config.Env}}', await on.container('gateway')]);
  assert.doesNotMatch(env, /PASSWORD=|TOKEN=|URL=redis|URL=mysql/);
}

/** As a person does it: the form, then a page behind it, on the published port. */
async function signIn(port, password) {
  const base = `http://127.0.0.1:${port}`;
  assert.equal((await fetch(`${base}/`, { redirect: 'manual', headers: { accept: 'text/html' } })).status, 303);
  const answer = await fetch(`${base}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: base },
    body: new URLSearchParams({ username: 'admin', password }),
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  assert.ok(cookie !== undefined, `no session: ${answer.status}`);
  for (const path of ['/', '/queues']) assert.equal((await fetch(`${base}${path}`, { headers: { cookie } })).status, 200, path);
}

/** The sample's own figures, from the table and the file that set-up made. */
async function sampleSales(on, path) {
  const sales = new Sales();
  const dump = await on.exec('postgres', ['psql', '-U', 'etl_owner', '-d', 'shop', '-q', '-c', 'COPY online_sales TO STDOUT (FORMAT csv)']);
  const records = [...dump.split('\n'), ...(await readFile(path, 'utf8')).split('\n').slice(1)].filter((line) => line !== '');
  for (const record of records) {
    const [, product, quantity, amount] = record.split(',');
    sales.add(Number(product), Number(quantity), Math.round(Number(amount) * 1_000));
  }
  return sales;
}
