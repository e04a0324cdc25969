import type { SourceDefinition } from '@retail-etl/sales';
import type { SourceSettings } from '@retail-etl/config';
import { describeTable } from './describe-table.js';
import { connectPostgres } from './postgres.js';
import { postgresError } from './postgres-error.js';
import { beginStatement } from './read-table.js';

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
    const { client } = connection;
    const request = { table, definition, isDeclared, allowRowSecurity: settings.allowRowSecurity };
    await connection.answer(client.query(beginStatement(request)));
    const { name, columns } = await connection.answer(describeTable(client, request));
    await connection.answer(client.query(`SELECT ${columns.join(', ')} FROM ${name} LIMIT 0`));
  } catch (cause) {
    throw postgresError(cause, `looking at ${table}`);
  } finally {
    connection.destroy();
  }
}
