import { BUILT_IN, type SalesDefinition } from '@retail-etl/sales';
import { refuseSettingsBeside } from '@retail-etl/config';
import { readDefinition } from '@retail-etl/reading';
import { basename } from 'node:path';
import { shownName } from '@retail-etl/contracts';
import { parseCommand, wrongUse } from '../arguments.js';
import { loadConfig, sourcesPath } from '../data-dir.js';
import { EXIT_CODES } from '../exit-codes.js';
import { checkFiles } from './check-files.js';
import { checkServers } from './check-servers.js';
import type { CheckReport } from './check-report.js';
import { sayCheck, sayCheckJson } from './show-check.js';

/** `retail-etl check`. Resolves to the exit code. */
export async function check(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand('check', args, { json: { type: 'boolean' } });
  if (positionals.length > 0) throw wrongUse('check', `check takes no argument such as "${shownName(positionals[0]!)}"`);
  const config = loadConfig();
  const declared = await readDefinition({ dataDir: config.dataDir, file: config.sourcesFile });
  if (declared !== null) refuseSettingsBeside(config.builtInSettings);
  const definition: SalesDefinition = declared ?? BUILT_IN;
  const files = await checkFiles(config, definition);
  const servers = await checkServers(config, definition);
  const report: CheckReport = {
    declaration: declared === null ? null : shownName(basename(sourcesPath(config))),
    sources: definition.sources.map(({ name }) => name),
    summaries: definition.summaries.map(({ name }) => name),
    files: files.files,
    problems: [...files.problems, ...servers.problems],
    notes: [...files.notes, ...servers.notes],
  };
  if (values['json'] === true) sayCheckJson(report);
  else sayCheck(report);
  return report.problems.length === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}
