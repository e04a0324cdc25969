import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyTarget } from './compare.mjs';
import { median } from './format.mjs';
import { makeFiles, makeTable } from './make-data.mjs';
import { progress, say } from './progress.mjs';
import { Services } from './services.mjs';

const YAML =
  "sources: [{ name: shops, files: '*.csv', columns: { sale_id: sale_id, product_id: product_id, quantity: quantity, sale_amount: sale_amount, sale_date: sale_date } }]\n";

/** Files that have changed less than two seconds ago are not trusted. */
const AGE_MS = 2_100;

/**
 * A first run, a second one with nothing changed, and a third one with one file changed, as nights follow each other; and whether the third has made the
 * same bytes as a run that reads everything.
 * @param {import('./options.mjs').Options} options @param {import('./servers.mjs').Urls} urls @param {string} dir
 */
export async function nightly(options, urls, dir) {
  const rows = options.sizes[0] ?? 0;
  const dataDir = join(dir, 'nightly');
  progress(`making ${rows} rows in ${options.files} files`);
  await makeTable(urls.postgres, 1, 1);
  await makeFiles(join(dataDir, 'input'), 1, rows, options.files, options.products);
  await writeFile(join(dataDir, 'sources.yaml'), YAML);
  const services = new Services();
  /** @type {{ first: number[], unchanged: number[], changed: number[] }} */
  const seconds = { first: [], unchanged: [], changed: [] };
  await services.start(urls, dataDir);
  try {
    // It compiles the code.
    await services.run();
    for (let round = 1; round <= options.repeat; round += 1) {
      await rm(join(dataDir, 'kept'), { recursive: true, force: true });
      await emptyTarget(urls.mysql, 'sales_summary');
      await sleep(AGE_MS);
      seconds.first.push(await timed(services));
      seconds.unchanged.push(await timed(services));
      await changeOne(join(dataDir, 'input', 'store-00001.csv'));
      await sleep(AGE_MS);
      seconds.changed.push(await timed(services));
      const [reused, fresh] = [await published(dataDir), await services.run({ fresh: true }).then(() => published(dataDir))];
      if (!reused.equals(fresh)) throw new Error('a run that used what was kept has made other bytes than a fresh one');
      progress(
        `round ${round} of ${options.repeat}: ${Object.values(seconds)
          .map((each) => each.at(-1)?.toFixed(2))
          .join(' s, ')} s`,
      );
    }
  } finally {
    await services.stop();
  }
  const share = (/** @type {number[]} */ night) => median(night) / median(seconds.first);
  const figures = { unchanged: share(seconds.unchanged), changed: share(seconds.changed) };
  say(`${rows} rows in ${options.files} files: the first run takes ${median(seconds.first).toFixed(2)} s`);
  say(
    `with nothing changed ${(100 * figures.unchanged).toFixed(1)} % of it (at most 8), with one file changed ${(100 * figures.changed).toFixed(1)} % (at most 20)`,
  );
  return { rows, files: options.files, seconds, ...figures };
}

/** @param {Services} services */
async function timed(services) {
  const { ms } = await services.run({});
  return ms / 1_000;
}

/** @param {string} dataDir */
function published(dataDir) {
  return readFile(join(dataDir, 'output', 'sales_summary.csv'));
}

/** Adds a row like the last one. @param {string} path */
async function changeOne(path) {
  const text = await readFile(path, 'utf8');
  await writeFile(path, `${text}${text.trimEnd().split('\n').at(-1) ?? ''}\n`);
}
