import { csvFile } from './csv-file/csv-file.js';
import { mysqlTable } from './mysql-table/mysql-table.js';
import type { SummaryShape } from '@retail-etl/sales';
import type { Target, TargetSettings } from './target.js';

/** Every target, in the order in which they are published. The first that can compare says what a run changes. */
const TARGETS: readonly ((settings: TargetSettings, shape: SummaryShape) => Target)[] = [mysqlTable, csvFile];

/** The targets of a summary in one attempt at a load. Nothing is opened or changed yet. */
export function openTargets(settings: TargetSettings, shape: SummaryShape): readonly Target[] {
  return TARGETS.map((open) => open(settings, shape));
}
