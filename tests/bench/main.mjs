/** `npm run bench`: our services and their contenders on the same data and servers, or with --micro the parts by themselves. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { against } from './against.mjs';
import { compare } from './compare.mjs';
import { dialects } from './dialects.mjs';
import { dropTable } from './make-data.mjs';
import { describeMachine, machineLine } from './machine.mjs';
import { micro } from './micro.mjs';
import { nightly } from './nightly.mjs';
import { parseOptions, USAGE } from './options.mjs';
import { plot } from './plot.mjs';
import { progress, say } from './progress.mjs';
import { comparisonText } from './report.mjs';
import { assertEmpty, dropEverything, readUrls } from './servers.mjs';

const BUSY = 'The machine was busy before the bench began: these figures are worth little.';

async function main() {
  const options = readOptions();
  if (options === undefined) return 2;
  const out = resolve(options.out);
  await mkdir(out, { recursive: true });
  const urls = readUrls();
  await assertEmpty(urls);
  const machine = await describeMachine(urls);
  say(machineLine(machine));
  if (machine.wasBusy) say(BUSY);
  const dir = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-'));
  try {
    if (options.micro) {
      const figures = await micro(options, urls, dir);
      await writeJson(join(out, 'micro.json'), { machine, options, ...figures });
      return 0;
    }
    if (options.dialects) {
      const figures = await dialects(options, urls, dir);
      await writeJson(join(out, 'dialects.json'), { machine, options, ...figures });
      return 0;
    }
    if (options.nightly) {
      const figures = await nightly(options, urls, dir);
      await writeJson(join(out, 'nightly.json'), { machine, options, ...figures });
      return 0;
    }
    if (options.against !== null) {
      const pairs = await against(options, options.against, urls, dir);
      say(`\n${pairs.text}`);
      await writeJson(join(out, 'against.json'), { machine, options, ...pairs });
      return 0;
    }
    const comparisons = [];
    for (const rows of options.sizes) {
      const comparison = await compare(options, rows, urls, await mkdtemp(join(dir, 'size-')));
      comparisons.push(comparison);
      say(`\n${comparisonText(comparison)}`);
      await writeJson(join(out, 'bench.json'), { machine, options, comparisons });
      await writeFile(join(out, 'bench.svg'), plot(comparisons, machineLine(machine)));
    }
    say(`\nwritten: ${join(out, 'bench.json')}, ${join(out, 'bench.svg')}`);
    if (machine.wasBusy) say(BUSY);
    return 0;
  } finally {
    progress('cleaning up');
    await rm(dir, { recursive: true, force: true });
    await dropTable(urls.postgres);
    await dropEverything(urls);
    say();
  }
}

function readOptions() {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

/** @param {string} path @param {unknown} value */
async function writeJson(path, value) {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

process.on('SIGTERM', () => process.exit(130));
process.on('SIGINT', () => process.exit(130));
try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.stack : String(error));
  process.exitCode = 1;
}
