import type { SetupConfig } from '@retail-etl/config';
import { SAMPLE_TABLE, SALES_SUMMARY } from '@retail-etl/sales';
import { createSchema } from './create-tables.js';
import { join, relative } from 'node:path';
import { addressOf } from './read-settings.js';
import { addSampleFile, createDataFolders, SAMPLE_FILE } from './data-folders.js';
import { createSourceTable } from './source-table.js';
import { waitForServer } from './wait-for-server.js';

export interface SetupDeps {
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
  /** How long each server is waited for. Default a minute. */
  readonly waitTimeoutMs?: number;
}

/**
 * Creates what is absent, and changes nothing that is there: the folders, the source table with its sample rows, the
 * target tables, a sample store file. Safe to repeat. Throws an EtlError.
 */
export async function setUp(config: SetupConfig, { say, signal, waitTimeoutMs }: SetupDeps): Promise<void> {
  const wait = { say, signal, timeoutMs: waitTimeoutMs };
  await createDataFolders(config.dataDir);
  const [tableCreated] = await Promise.all([
    waitForServer(() => createSourceTable(config.postgresUrl), { ...wait, what: `PostgreSQL at ${addressOf(config.postgresUrl)}` }),
    waitForServer(() => createSchema(config.mysqlUrl, { say }), { ...wait, what: `MySQL at ${addressOf(config.mysqlUrl)}` }),
  ]);
  const fileAdded = await addSampleFile(config.dataDir);
  say(tableCreated ? `${SAMPLE_TABLE} created with sample rows` : `${SAMPLE_TABLE} is there and stays as it is`);
  say(`${SALES_SUMMARY.name} and the ledger are there`);
  const folder = join(config.dataDir, 'input');
  const fromHere = relative(process.cwd(), folder) || '.';
  const input = fromHere.startsWith('..') ? folder : fromHere;
  say(fileAdded ? `${join(input, SAMPLE_FILE)} created with sample rows` : `${input} holds store files and stays as it is`);
  say('initialization complete');
}
