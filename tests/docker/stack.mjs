import assert from 'node:assert/strict';
import { say, seconds, until } from './deployment.mjs';
import { docker, execute } from './docker.mjs';
import { fillTable, Sales, storeFile } from './sales.mjs';
import { ALL_TASKS, checkSetup, STACK, STATELESS, TAG, withStack } from './swarm.mjs';

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
