import { crashPoint } from '@retail-etl/faults';
import { checkTarget } from '@retail-etl/mysql';
import type { SummaryShape } from '@retail-etl/sales';
import type { Target, TargetSettings } from '../target.js';
import { compareRows } from './compare-rows.js';
import { mergeRows } from './merge-rows.js';
import { dropStagedTable, stageRows, verifyTable } from './stage-rows.js';

/** The table of a summary, in the database of the ledger, so that one transaction covers both. */
export function mysqlTable({ connection }: TargetSettings, shape: SummaryShape): Target {
  return {
    name: shape.name,
    async stage(summary, signal) {
      await checkTarget(connection, shape);
      await stageRows(connection, summary, signal);
      crashPoint('load.after-staging');
    },
    compare: (summary) => compareRows(connection, shape, summary.products),
    async publish(summary) {
      // Once more, because it may have been altered since. From here on it cannot be, until the transaction ends.
      await checkTarget(connection, shape);
      await mergeRows(connection, shape);
      await verifyTable(connection, shape.name, summary, '; a trigger of the table, or someone else who writes to it, may be why');
    },
    finish: () => dropStagedTable(connection, shape),
    // A connection that has failed is closed, and the table goes with it.
    discard: () => dropStagedTable(connection, shape).catch(() => undefined),
  };
}
