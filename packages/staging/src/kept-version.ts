import { join } from 'node:path';
import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY, type SummaryShape } from '@retail-etl/sales';
import { exists, readJson, replaceJson } from '@retail-etl/store';
import type { MergedFile } from './manifests.js';
import type { RunFolders } from './run-folders.js';

/** The format of `version.json`; to be raised whenever it changes its meaning. */
const VERSION_FORMAT = 1;

interface StoredVersion {
  readonly format: number;
  readonly summaries: readonly MergedFile[];
}

/** Says which summaries are kept among a run's results, once they are all there: they can be published again from then on. */
export async function keepVersion(folders: RunFolders, summaries: readonly MergedFile[]): Promise<void> {
  const kept = summaries.map(({ shape, file, products, quantity, amount, publishedAmount, returned }) => ({
    shape,
    file: { ...file, name: shape.file },
    products,
    quantity,
    amount,
    publishedAmount,
    ...(returned === undefined ? {} : { returned }),
  }));
  await replaceJson<StoredVersion>(folders.version, { format: VERSION_FORMAT, summaries: kept });
}

/**
 * The summaries that are kept among a run's results, `sales_summary` first, or undefined: none are, what says so is damaged, or another version of the
 * services kept them in a way that this one does not know.
 */
export async function readVersion(folders: RunFolders): Promise<readonly MergedFile[] | undefined> {
  const stored = await readJson<StoredVersion>(folders.version).catch(ignoreDamage);
  return stored?.format === VERSION_FORMAT ? stored.summaries : undefined;
}

function ignoreDamage(error: unknown): undefined {
  if (error instanceof EtlError) return undefined;
  throw error;
}

/** The tables that summaries need, with keys and types, as a text: summaries with the same can stand in each other's place. */
export function tablesAsText(shapes: readonly SummaryShape[]): string {
  const columns = ({ name, keys, quantity, amount, returned }: SummaryShape): string =>
    JSON.stringify([
      name,
      keys.map((key) => [key.name, key.type]),
      quantity.type,
      amount.type,
      returned?.quantity.type,
      returned?.amount.type,
    ]);
  return shapes.map(columns).toSorted().join();
}

/**
 * The shapes of the summaries that a run made, `sales_summary` first. Runs before there were versions kept those of declared sources alone. Undefined: what
 * says so is damaged, or of another version of the services.
 */
export async function readShapes(folders: RunFolders): Promise<readonly SummaryShape[] | undefined> {
  if (await exists(folders.version)) return (await readVersion(folders))?.map(({ shape }) => shape);
  return (await readJson<readonly SummaryShape[]>(join(folders.results, 'summaries.json'))) ?? [SALES_SUMMARY];
}
