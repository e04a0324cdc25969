import { join } from 'node:path';
import { EtlError, shownName } from '@retail-etl/contracts';
import { type FileTrial, type Proposal, proposeSource, trySource } from '@retail-etl/inspecting';
import { INPUT_FOLDER, type Sample } from '@retail-etl/reading';
import { NAME_PATTERN, parseDefinition } from '@retail-etl/sales';
import { parseCommand, withWritePath, wrongUse } from '../arguments.js';
import { loadConfig, sourcesPath } from '../data-dir.js';
import { EXIT_CODES } from '../exit-codes.js';
import { withTrialFolder } from '../trial-folder.js';
import { askDecisions, canAsk } from './ask-decisions.js';
import { outsidePaths, withSamples } from './read-samples.js';
import { doubtsOf, sayJson, sayReport } from './show-proposal.js';
import { writeSource } from './write-source.js';

const ROWS_SHOWN = 20;
const REJECTS_SHOWN = 8;

/** `retail-etl inspect FILE...`. Resolves to the exit code. */
export async function inspect(rawArgs: readonly string[]): Promise<number> {
  const { args, write } = withWritePath(rawArgs);
  const { values, positionals } = parseCommand('inspect', args, { name: { type: 'string' }, json: { type: 'boolean' } });
  if (positionals.length === 0) throw wrongUse('inspect', 'the name of a file is missing');
  const json = values['json'] === true;
  const name = values['name'] as string | undefined;
  if (name !== undefined && !NAME_PATTERN.test(name))
    throw wrongUse('inspect', `"${name}" is no name of a source: a small letter, then up to 47 small letters, digits and underscores`);
  const config = loadConfig();
  const outside = outsidePaths(positionals, config.dataDir).map(
    (path) => `${shownName(path)} is not below ${join(config.dataDir, INPUT_FOLDER)}, where runs look: move it there, or correct files`,
  );
  const { proposal, trials } = await withSamples(positionals, config.dataDir, async (samples) => {
    const found = await propose(samples, name, !json && canAsk());
    return { proposal: { ...found, notes: [...found.notes, ...outside] }, trials: await tryAll(samples, found) };
  });
  const path = write === true ? sourcesPath(config) : write;
  const written = path === undefined ? null : await writeSource(path, proposal);
  if (json) sayJson(proposal, trials, written);
  else sayReport(proposal, trials, written);
  const { isFailed, isEmpty } = doubtsOf(trials);
  if (isFailed) return EXIT_CODES.failed;
  return isEmpty || proposal.decisions.some(({ isAnswered }) => !isAnswered) ? EXIT_CODES.undecided : EXIT_CODES.done;
}

async function propose(samples: readonly Sample[], name: string | undefined, mayAsk: boolean): Promise<Proposal> {
  const proposal = await proposeSource(samples, { name });
  if (proposal.decisions.length === 0 || !mayAsk) return proposal;
  return proposeSource(samples, { name, answers: await askDecisions(proposal.decisions) });
}

async function tryAll(samples: readonly Sample[], { yaml }: Proposal): Promise<FileTrial[]> {
  let definition;
  try {
    definition = parseDefinition(yaml, 'the proposal');
  } catch (cause) {
    throw cause instanceof EtlError ? new Error(`the proposal is no valid declaration: ${cause.message}\n${yaml}`, { cause }) : cause;
  }
  const [source] = definition.sources;
  return withTrialFolder(async (engine, folder) => {
    const trials: FileTrial[] = [];
    const rowsMax = Math.max(5, Math.floor(ROWS_SHOWN / samples.length));
    for (const sample of samples)
      trials.push(await trySource(sample, definition, source!, { engine, folder, rowsMax, rejectsMax: Math.min(REJECTS_SHOWN, rowsMax) }));
    return trials;
  });
}
