import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Deployment, say, until } from './deployment.mjs';
import { docker, execute } from './docker.mjs';

export const STACK = 'retail-etl';
export const TAG = 'test';
export const ALL_TASKS = { redis: 1, postgres: 1, mysql: 1, extractor: 2, transformer: 2, loader: 2, gateway: 2 };
export const STATELESS = ['extractor', 'transformer', 'loader', 'gateway'];
const lines = (text) => text.split('\n').filter((line) => line !== '');

/** Deploys on a swarm of one, does `test` with it, and removes everything again. */
export async function withStack(test) {
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

/** Set-up has ended well. */
export async function checkSetup() {
  const state = await until('the end of set-up', async () => {
    const [last] = lines(await docker(['service', 'ps', '--format', '{{.CurrentState}}', `${STACK}_setup`]));
    return last?.startsWith('Complete') === true ? last : undefined;
  });
  say(`  set-up: ${state}`);
  const [task] = lines(await docker(['service', 'ps', '-q', '--no-trunc', `${STACK}_setup`]));
  assert.equal((await docker(['inspect', '--format', '{{.Status.ContainerStatus.ExitCode}}', task])).trim(), '0');
  assert.match(await docker(['service', 'logs', '--raw', `${STACK}_setup`]), /initialization complete\n/);
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
    // What is in the environment files stands in the merged environment, too; their paths are those of the folder the stack file is in.
    if (line === '    ports:' || line === '    env_file:') inside = true;
    else if (inside && !/^ {4}(-| ) /.test(line)) inside = false;
    if (!inside) kept.push(line);
  }
  assert.ok(kept.length < text.split('\n').length, 'the stack file publishes no port');
  return kept.join('\n');
}
