import { SALES_SUMMARY, type SummaryShape } from '@retail-etl/sales';
import { readJson, replaceJson } from '@retail-etl/store';
import type { RunFolders } from './run-folders.js';

/** Says among a run's results what the columns of its summaries are. Without declared sources that is known, and nothing is written. */
export async function keepShapes(folders: RunFolders, shapes: readonly SummaryShape[]): Promise<void> {
  if (JSON.stringify(shapes) !== JSON.stringify([SALES_SUMMARY])) await replaceJson(folders.shapes, shapes);
}

/** The shapes of a run's summaries, `sales_summary` first. */
export async function readShapes(folders: RunFolders): Promise<readonly SummaryShape[]> {
  return (await readJson<readonly SummaryShape[]>(folders.shapes)) ?? [SALES_SUMMARY];
}
