import type { SetupConfig } from '@retail-etl/config';
import { shownName } from '@retail-etl/contracts';
import { readDefinition } from '@retail-etl/reading';
import { patternsOf, SAMPLE_TABLE, SALES_SUMMARY, type SalesDefinition, type SourceDefinition } from '@retail-etl/sales';
import { join, relative } from 'node:path';
import { createSchema } from './create-tables.js';
import { addSampleFile, createDataFolders, type Holding, lookAtInput, SAMPLE_FILE } from './data-folders.js';
import { addressOf } from './read-settings.js';
import { createSourceTable, lookAtSourceTable } from './source-table.js';
import { waitForServer } from './wait-for-server.js';

/** So many files a line names. */
const SHOWN_MAX = 3;

export interface SetupDeps {
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
  /** How long each server is waited for. Default a minute. */
  readonly waitTimeoutMs?: number;
}

/**
 * Creates what is absent, and changes nothing that is there: the folders, the target tables, and sample sales as a table and a file. Where the
 * table or the files are somebody's own, or sources are declared, no sample sales are made: they would count beside real ones. Safe to repeat.
 * Throws an EtlError.
 */
export async function setUp(config: SetupConfig, { say, signal, waitTimeoutMs }: SetupDeps): Promise<void> {
  const wait: Wait = { say, signal, timeoutMs: waitTimeoutMs };
  await createDataFolders(config.dataDir);
  const definition = await readDefinition({ dataDir: config.dataDir, file: config.sourcesFile });
  if (definition === null) await setUpBuiltIn(config, wait);
  else await setUpDeclared(config, definition, wait);
  say('initialization complete');
}

/** How servers are waited for. */
interface Wait {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
}

async function setUpDeclared({ dataDir, mysqlUrl }: SetupConfig, definition: SalesDefinition, wait: Wait): Promise<void> {
  const { say } = wait;
  const { summaries, sources } = definition;
  await waitForServer(() => createSchema(mysqlUrl, { say, summaries }), { ...wait, what: `MySQL at ${addressOf(mysqlUrl)}` });
  say(`${summaries.map(({ name }) => name).join(', ')} and the ledger are there`);
  say(`a run reads what is declared, below ${shownFolder(dataDir)}: ${sources.map(placeOf).join('; ')}`);
}

const placeOf = ({ name, place }: SourceDefinition): string =>
  `${name} (${'table' in place ? `table ${place.table}` : patternsOf(place).join(', ')})`;

async function setUpBuiltIn(config: SetupConfig, wait: Wait): Promise<void> {
  const { say } = wait;
  const folder = shownFolder(config.dataDir);
  const input = await lookAtInput(config.dataDir);
  const [table] = await Promise.all([
    waitForServer(() => addSampleRows(config.postgresUrl, input.holds, folder), {
      ...wait,
      what: `PostgreSQL at ${addressOf(config.postgresUrl)}`,
    }),
    waitForServer(() => createSchema(config.mysqlUrl, { say }), { ...wait, what: `MySQL at ${addressOf(config.mysqlUrl)}` }),
  ]);
  say(table.line);
  say(`${SALES_SUMMARY.name} and the ledger are there`);
  say(await addSampleStoreFile(config.dataDir, folder, input.holds, table.holds));
  const { files, others } = await lookAtInput(config.dataDir);
  say(`a run reads ${SAMPLE_TABLE} at ${addressOf(config.postgresUrl)} and ${listed(files, 'store file')} in ${folder}`);
  if (others.length > 0) say(`not read, because their names end in neither .csv nor .csv.gz: ${listed(others, 'file')}`);
}

/** What the table held before, and what is to be said of it. */
async function addSampleRows(postgresUrl: string, input: Holding, folder: string): Promise<{ holds: Holding; line: string }> {
  const holds = await lookAtSourceTable(postgresUrl);
  if (holds === 'nothing' && input === 'data')
    return { holds, line: `${SAMPLE_TABLE} is not there, and gets no sample rows, because ${folder} holds files of yours` };
  if (holds === 'nothing' && (await createSourceTable(postgresUrl))) return { holds, line: `${SAMPLE_TABLE} created with sample rows` };
  const warning =
    holds === 'sample' && input === 'data' ? ': with the sample rows, which count beside your files until you delete them' : '';
  return { holds, line: `${SAMPLE_TABLE} is there and stays as it is${warning}` };
}

/** Adds the sample file where it may, and returns what is to be said of the folder. */
async function addSampleStoreFile(dataDir: string, folder: string, input: Holding, table: Holding): Promise<string> {
  if (input === 'nothing' && table === 'data') return `${folder} is empty, and gets no sample file, because ${SAMPLE_TABLE} is yours`;
  if (input === 'nothing' && (await addSampleFile(dataDir))) return `${join(folder, SAMPLE_FILE)} created with sample rows`;
  return `${folder} holds files and stays as it is`;
}

/** From where this process is, if it is below that. */
function shownFolder(dataDir: string): string {
  const folder = join(dataDir, 'input');
  const fromHere = relative(process.cwd(), folder) || '.';
  return fromHere.startsWith('..') ? folder : fromHere;
}

/** `5 store files (a.csv, b.csv, c.csv and 2 more)`. */
function listed(names: readonly string[], what: string): string {
  const shown = names.slice(0, SHOWN_MAX).map((name) => shownName(name));
  const more = names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : '';
  const count = `${names.length} ${what}${names.length === 1 ? '' : 's'}`;
  return names.length === 0 ? `no ${what}` : `${count} (${shown.join(', ')}${more})`;
}
