import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Deployment, say, seconds, until } from './deployment.mjs';
import { docker, execute } from './docker.mjs';
import { fillTable, Sales, storeFile } from './sales.mjs';

const STACK = 'retail-etl';
const TAG = 'test';
const ALL_TASKS = { redis: 1, postgres: 1, mysql: 1, extractor: 2, transformer: 2, loader: 2, gateway: 2 };
const STATELESS = ['extractor', 'transformer', 'loader', 'gateway'];
const lines = (text) => text.split('\n').filter((line) => line !== '');

/** Makes this engine a swarm of one, unless it is one. Resolves to what undoes it. */
async function joinSwarm() {
  const state = (await docker(['info', '--format', '{{.Swarm.LocalNodeState}}'])).trim();
  if (state === 'active') return async () => undefined;
  await docker(['swarm', 'init', '--advertise-addr', '127.0.0.1']);
  return () => docker(['swarm', 'leave', '--force']);
}

class Stack extends Deployment {
  constructor() {
    // The tasks by themselves: the gateway's virtual address needs IPVS, too.
    super({ containers: (service) => this.running(service), base: 'http://tasks.gateway:8080' });
  }

  /** Healthy ones only: others come and go during an update. */
  async running(service) {
    const filters = [`label=com.docker.swarm.service.name=${STACK}_${service}`, 'health=healthy'];
    return lines(await docker(['ps', '-q', '--no-trunc', ...filters.flatMap((filter) => ['--filter', filter])]));
  }

  async deploy(env) {
    // A port in the ingress network needs IPVS in the kernel, and one in host mode allows one task a node: the tests ask from the inside.
    const folder = await mkdtemp(join(tmpdir(), 'retail-etl-stack-'));
    const merged = await docker(['stack', 'config', '-c', 'docker-stack.yml'], { env: { TAG, SCHEDULE_CRON: 'off', ...env } });
    const path = join(folder, 'stack.yml');
    await writeFile(path, withoutPorts(merged));
    await docker(['stack', 'deploy', '--resolve-image', 'never', '-c', path, STACK]);
    await rm(folder, { recursive: true });
  }

  /** Resolves once every service has as many healthy tasks as it should, and no update is under way. */
  converged(replicas) {
    return until(
      `${JSON.stringify(replicas)} tasks`,
      async () => {
        for (const [service, count] of Object.entries(replicas)) {
          const [status] = lines(
            await docker(['service', 'inspect', '--format', '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}', `${STACK}_${service}`]),
          );
          assert.ok(status === undefined || /^(rollback_)?completed$/.test(status), `${service} is ${status}`);
          const found = (await this.running(service)).length;
          assert.equal(found, count, `${service} has ${found} healthy tasks`);
        }
        return true;
      },
      600_000,
    );
  }
}

/** Deploys on a swarm of one, does `test` with it, and removes everything again. */
async function withStack(test) {
  const leaveSwarm = await joinSwarm();
  try {
    const there = lines(await docker(['stack', 'ls', '--format', '{{.Name}}']));
    assert.ok(!there.includes(STACK), `there is a stack ${STACK} on this engine: it is left alone`);
    const on = new Stack();
    try {
      say('Swarm: secrets, deploy');
      await execute(['docker/create-secrets.sh'], { env: { TAG } });
      await on.deploy({});
      await on.converged(ALL_TASKS);
      await checkSetup();
      await test(on);
    } catch (error) {
      say(await docker(['stack', 'ps', '--no-trunc', STACK]).catch(String));
      for (const service of [...STATELESS, 'setup', 'redis']) {
        say((await docker(['service', 'logs', '--raw', '--tail', '15', `${STACK}_${service}`]).catch(String)).slice(-3_000));
      }
      throw error;
    } finally {
      await removeStack();
    }
  } finally {
    await leaveSwarm();
  }
}

/** Fills the sources for tests to which the number of rows does not matter. */
async function someSales(on) {
  const sales = new Sales();
  await on.clearInput();
  await on.putFile('store.csv', storeFile(50_000, 3, sales));
  await on.sql(fillTable(1_000, 7, sales));
  return sales;
}

/** Every service is rolled, and some are killed, while runs go on. */
export function testStack() {
  return withStack(async (on) => {
    const sales = new Sales();
    await on.clearInput();
    for (const salt of [1, 2]) await on.putFile(`store-${salt}.csv`, storeFile(300_000, salt, sales));
    await on.sql(fillTable(200_000, 7, sales));
    say(`  ${sales.rows} rows: ${seconds(await on.runAndCheck(sales))}`);

    say('Swarm: every service is rolled while runs go on');
    const updates = { finished: false };
    const rolled = rollAll().finally(() => {
      updates.finished = true;
    });
    // It is awaited only when the runs are over.
    rolled.catch(() => undefined);
    let runs = 0;
    for (; !updates.finished || runs < 2; runs += 1) await on.runAndCheck(sales);
    await rolled;
    say(`  ${runs} runs`);

    for (const service of ['transformer', 'extractor', 'loader']) {
      say(`Swarm: a ${service} is killed at work`);
      const victims = new Set(await on.running(service));
      await on.runAndCheck(sales, async (id) => {
        await on.working(id);
        await docker(['kill', [...victims][0]]);
      });
      await until(`another ${service}`, async () => {
        const found = await on.running(service);
        return found.length === 2 && found.some((id) => !victims.has(id));
      });
    }

    say('Swarm: a version that crashes rolls back by itself, while runs go on');
    await rollBack(on, sales, 'process.exit(1)', async () => undefined);
    say('Swarm: a version that never becomes ready is rolled back by hand');
    await rollBack(on, sales, 'setInterval(() => 0, 1000)', async () => {
      await until('a task of the broken version', async () => (await docker(['ps', '-q', '--filter', `ancestor=${BROKEN}`])) !== '');
      await docker(['service', 'rollback', '--detach', `${STACK}_transformer`]);
    });
  });
}

/** By itself: the health check gives a new task five minutes, and the monitored time begins anew with each. */
const PATIENCE_MS = 900_000;

/** What nobody looks at is rolled back, too, only later. */
export function testPatience() {
  return withStack(async (on) => {
    const sales = await someSales(on);
    say('Swarm: a version that never becomes ready rolls back by itself');
    const startedAt = Date.now();
    await rollBack(on, sales, 'setInterval(() => 0, 1000)', async () => undefined, PATIENCE_MS);
    say(`  after ${Math.round((Date.now() - startedAt) / 1_000)} s`);
  });
}

const BROKEN = `retail-etl/transformer:${TAG}-broken`;

/** Updates the transformers to an image that runs `program` instead, calls `undo`, and checks that the old version is back. */
async function rollBack(on, sales, program, undo, timeoutMs = 180_000) {
  const service = `${STACK}_transformer`;
  const image = () => docker(['service', 'inspect', '--format', '{{.Spec.TaskTemplate.ContainerSpec.Image}}', service]);
  const before = await image();
  const dockerfile = `FROM retail-etl/transformer:${TAG}\nCMD ["node", "-e", "${program}"]\n`;
  await docker(['build', '-t', BROKEN, '-'], { input: dockerfile });
  try {
    await docker(['service', 'update', '--detach', '--no-resolve-image', '--image', BROKEN, service]);
    await on.runAndCheck(sales);
    await undo();
    await until(
      'the old version',
      async () => {
        const state = await docker(['service', 'inspect', '--format', '{{.UpdateStatus.State}}', service]);
        return state.trim() === 'rollback_completed';
      },
      timeoutMs,
    );
    assert.equal(await image(), before);
    await on.converged({ transformer: ALL_TASKS.transformer });
    await on.runAndCheck(sales);
  } finally {
    await docker(['image', 'rm', '--force', BROKEN]).catch(() => undefined);
  }
}

async function checkSetup() {
  const state = await until('the end of set-up', async () => {
    const [last] = lines(await docker(['service', 'ps', '--format', '{{.CurrentState}}', `${STACK}_setup`]));
    return last?.startsWith('Complete') === true ? last : undefined;
  });
  say(`  set-up: ${state}`);
  const [task] = lines(await docker(['service', 'ps', '-q', '--no-trunc', `${STACK}_setup`]));
  assert.equal((await docker(['inspect', '--format', '{{.Status.ContainerStatus.ExitCode}}', task])).trim(), '0');
  assert.match(await docker(['service', 'logs', '--raw', `${STACK}_setup`]), /initialization complete\n/);
}

/** A rolling update of all stateless services, one after the other, as a new version would be one. */
async function rollAll() {
  for (const service of STATELESS) {
    await docker(['service', 'update', '--force', '--detach=false', '--quiet', `${STACK}_${service}`]);
    // The command returns when the new tasks have been stable for a moment; the update itself is over a little later.
    await until(`the end of the update of ${service}`, async () => {
      const state = await docker(['service', 'inspect', '--format', '{{.UpdateStatus.State}}', `${STACK}_${service}`]);
      return state.trim() === 'completed';
    });
  }
}

// Four for each of four transformers. Each is a partition of its own, so all are staged before the first is transformed.
const CHUNKS = 16;
const QUARTER = '0.25';
/** Four quarters of a processor and the rest of the system must find room. */
const IDLE_SHARE_MIN = 0.6;

/** With a quarter of a processor each, four transformers are at least three times as fast as one, over the same staged chunks. */
export function testScaling() {
  return withStack(async (on) => {
    const sales = new Sales();
    await on.clearInput();
    // A file of this size is one partition of one chunk. The table is one more, of no weight.
    for (let salt = 1; salt <= CHUNKS; salt += 1) await on.putFile(`store-${salt}.csv`, storeFile(470_000, salt, sales));
    await on.sql(fillTable(10, 7, sales));
    const times = { 1: [], 4: [] };
    let idleShare = 1;
    for (const replicas of [1, 4, 1, 4]) {
      const size = ['--limit-cpu', QUARTER, '--replicas', String(replicas)];
      await docker(['service', 'update', '--detach=false', '--quiet', ...size, `${STACK}_transformer`]);
      await on.converged({ transformer: replicas });
      // The first chunk of a new process takes longer, as in any program.
      await on.runAndCheck(sales);
      await on.request('/queues/api/queues/transform/pause', 'PUT');
      const id = await on.startRun();
      await until('all chunks staged', async () => {
        const staged = await on.exec('extractor', ['sh', '-c', `ls /data/staging/${id}/extract-*.json 2>/dev/null | wc -l`]);
        return Number(staged) === CHUNKS + 1;
      });
      idleShare = Math.min(idleShare, await idle());
      await on.request('/queues/api/queues/transform/resume', 'PUT');
      const report = await on.ended(id);
      await on.check(report, sales);
      const stage = report.stages.find(({ name }) => name === 'transform');
      const tookMs = Date.parse(stage.finishedAt) - Date.parse(stage.startedAt);
      times[replicas].push(tookMs);
      say(`  ${replicas} of ${QUARTER} processors, ${sales.rows} rows: ${(tookMs / 1_000).toFixed(2)} s`);
    }
    const ratio = Math.min(...times[1]) / Math.min(...times[4]);
    say(`  four are ${ratio.toFixed(2)} times as fast as one`);
    if (idleShare < IDLE_SHARE_MIN)
      say(`  not judged: others use this machine (${Math.round(idleShare * 100)} % idle before a measurement)`);
    else assert.ok(ratio >= 3, `four transformers are only ${ratio.toFixed(2)} times as fast as one`);
  });
}

/** The share of the processors that nobody used during three seconds. */
async function idle() {
  const sums = () => {
    const times = cpus().map(({ times: each }) => each);
    const idleMs = times.reduce((sum, each) => sum + each.idle, 0);
    return { idleMs, allMs: times.reduce((sum, each) => sum + Object.values(each).reduce((left, right) => left + right), 0) };
  };
  const before = sums();
  await sleep(3_000);
  const after = sums();
  return (after.idleMs - before.idleMs) / (after.allMs - before.allMs);
}

/** New secrets for what the services use, taken over service by service while runs go on. */
export function testRotation() {
  return withStack(async (on) => {
    const sales = await someSales(on);
    await on.runAndCheck(sales);
    const before = (await on.exec('gateway', ['cat', '/run/secrets/api_token'])).trim();
    say('Swarm: secrets of version 2');
    await execute(['docker/create-secrets.sh', '2'], { env: { TAG } });
    await on.deploy({ SECRETS_VERSION: '2' });
    for (const service of STATELESS) await until(`${service} with new secrets`, () => allAre(on, service, /^mysql:\/\/etl_v2:/), 600_000);
    await on.converged(ALL_TASKS);
    await checkSetup();
    assert.notEqual((await on.exec('gateway', ['cat', '/run/secrets/api_token'])).trim(), before);
    await on.runAndCheck(sales);

    say('Swarm: the users of version 1 are dropped');
    const dropUser = 'MYSQL_PWD="$(cat /run/secrets/mysql_root_password)" mysql -uroot -e "DROP USER etl"';
    await on.exec('mysql', ['sh', '-c', dropUser]);
    await on.sql('DROP OWNED BY etl_reader; DROP ROLE etl_reader;');
    await on.runAndCheck(sales);
  });
}

async function allAre(on, service, pattern) {
  const found = await on.running(service);
  const urls = await Promise.all(found.map((id) => docker(['exec', id, 'cat', '/run/secrets/mysql_url'])));
  return urls.length === ALL_TASKS[service] && urls.every((url) => pattern.test(url));
}

async function removeStack() {
  await docker(['stack', 'rm', STACK]).catch(() => undefined);
  const own = ['--filter', `label=com.docker.stack.namespace=${STACK}`];
  await until('the containers are gone', async () => (await docker(['ps', '-q', ...own])) === '').catch(() => undefined);
  await sleep(2_000);
  // The one of the completed job stays for a while, and holds its volume.
  for (const id of lines(await docker(['ps', '-a', '-q', ...own]))) await docker(['rm', '-f', id]).catch(() => undefined);
  for (const kind of ['volume', 'secret', 'config', 'network']) {
    const found = lines(await docker([kind, 'ls', '--format', '{{.Name}}', '--filter', `name=${STACK}_`]).catch(() => ''));
    for (const name of found) await docker([kind, 'rm', name]).catch(() => undefined);
  }
}

/** Removes the list of published ports from a stack file as `docker stack config` writes it. */
function withoutPorts(text) {
  const kept = [];
  let inside = false;
  for (const line of text.split('\n')) {
    if (line === '    ports:') inside = true;
    else if (inside && !/^ {4}(-| ) /.test(line)) inside = false;
    if (!inside) kept.push(line);
  }
  assert.ok(kept.length < text.split('\n').length, 'the stack file publishes no port');
  return kept.join('\n');
}
