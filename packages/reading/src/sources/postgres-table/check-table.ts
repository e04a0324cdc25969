import type { SourceDefinition } from '@retail-etl/sales';
import type { SourceSettings } from '../source-settings.js';
import { describeTable } from './describe-table.js';
import { connectPostgres } from './postgres.js';

/** Looks whether a run could read the table of a source, without reading its rows. Throws what a run would say of it. */
export async function checkTable(
  settings: Pick<SourceSettings, 'postgresUrl' | 'allowRowSecurity'>,
  definition: SourceDefinition,
  isDeclared: boolean,
): Promise<void> {
  if (definition.place.kind !== 'postgres-table') return;
  const { table } = definition.place;
  const connection = await connectPostgres(settings.postgresUrl);
  try {
    const { allowRowSecurity } = settings;
    await connection.answer(describeTable(connection.client, { table, definition, isDeclared, allowRowSecurity }));
  } finally {
    connection.destroy();
  }
}
