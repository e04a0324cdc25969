import { checkTarget, type Database, tryTargetRights, withConnection } from '@retail-etl/mysql';
import type { SummaryShape } from '@retail-etl/sales';

/** Throws what would keep a run from publishing these summaries, as far as the tables and the rights on them tell: it need not begin then. */
export async function lookAtTarget(database: Database, summaries: readonly SummaryShape[]): Promise<void> {
  await withConnection(database, 'looking at the target', async (connection) => {
    for (const shape of summaries) {
      await checkTarget(connection, shape);
      await tryTargetRights(connection, shape);
    }
  });
}
