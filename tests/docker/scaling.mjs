import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { say, until } from './deployment.mjs';
import { docker } from './docker.mjs';
import { fillTable, Sales, storeFile } from './sales.mjs';
import { STACK, withStack } from './swarm.mjs';

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
