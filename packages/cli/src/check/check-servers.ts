import type { CliConfig } from '@retail-etl/config';
import { checkTarget, openDatabase, tryTargetRights, withConnection } from '@retail-etl/mysql';
import { checkTable } from '@retail-etl/reading';
import type { SalesDefinition } from '@retail-etl/sales';
import { type CheckProblem, problemOf } from './check-report.js';

interface CheckedServers {
  readonly problems: readonly CheckProblem[];
  readonly notes: readonly string[];
}

/** Looks at the tables that are read, and at those that are written. */
export async function checkServers(config: CliConfig, definition: SalesDefinition): Promise<CheckedServers> {
  const [sources, targets] = [await checkTables(config, definition), await checkTargets(config, definition)];
  return { problems: [...sources.problems, ...targets.problems], notes: [...sources.notes, ...targets.notes] };
}

async function checkTables({ postgresUrl, allowRowSecurity }: CliConfig, definition: SalesDefinition): Promise<CheckedServers> {
  const tables = definition.sources.filter(({ place }) => place.kind === 'postgres-table');
  if (tables.length === 0) return { problems: [], notes: [] };
  if (postgresUrl === undefined) {
    const message = `POSTGRES_URL is not set, and ${tables.map(({ name }) => name).join(', ')} is read from PostgreSQL`;
    return {
      problems: [{ code: 'CONFIG_INVALID', message, remedy: 'Set POSTGRES_URL as the extractor has it, then check again.' }],
      notes: [],
    };
  }
  const problems: CheckProblem[] = [];
  for (const source of tables) {
    try {
      await checkTable({ postgresUrl, allowRowSecurity }, source, definition.digest !== null);
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  return { problems, notes: [] };
}

async function checkTargets({ mysqlUrl }: CliConfig, { summaries }: SalesDefinition): Promise<CheckedServers> {
  if (mysqlUrl === undefined) return { problems: [], notes: ['MYSQL_URL is not set, so the summary tables were not looked at'] };
  const database = openDatabase(mysqlUrl, { connectionsMax: 1 });
  const problems: CheckProblem[] = [];
  try {
    for (const shape of summaries) {
      try {
        await withConnection(database, `looking at ${shape.name}`, async (connection) => {
          await checkTarget(connection, shape);
          await tryTargetRights(connection, shape);
        });
      } catch (error) {
        problems.push(problemOf(error));
      }
    }
  } finally {
    await database.end();
  }
  return { problems, notes: [] };
}
