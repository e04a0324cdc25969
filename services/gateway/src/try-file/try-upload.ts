import { EtlError, shownName, type TriedFile } from '@retail-etl/contracts';
import { openEngine } from '@retail-etl/duckdb';
import { type Proposal, proposeSource, trySource } from '@retail-etl/inspecting';
import { fileMatcher, isWorkbook, type Sample, takeSample } from '@retail-etl/reading';
import { parseDefinition, type SalesDefinition, type SourceDefinition } from '@retail-etl/sales';
import type { TrialForm } from './read-form.js';
import { problemOf, trialAnswer } from './trial-answer.js';

const ROWS_SHOWN = 20;
const REJECTS_SHOWN = 8;

/** The name of the declaration in messages. */
const DECLARATION = 'sources.yaml';

/** Proposes a source for the file, or takes the declaration of the form, and tries it. What the file itself causes is part of the answer. */
export async function tryUpload(form: TrialForm, folder: string): Promise<TriedFile> {
  const nothing = { file: form.name, bytes: form.bytes.length, problem: null, proposal: null, notes: [], trial: null };
  let proposal: Proposal | null = null;
  try {
    const sample = await sampleOf(form);
    proposal = form.yaml === null ? await proposeSource([sample], { answers: form.answers }) : null;
    const definition = parseDefinition(proposal?.yaml ?? form.yaml ?? '', DECLARATION);
    const { source, notes } = sourceFor(form.name, definition);
    const trial = await trialOf(sample, definition, source, folder);
    const doubts = trial.counts?.accepted === 0 ? ['no record would be accepted'] : [];
    return { ...nothing, ...shown(proposal), notes: [...(proposal?.notes ?? []), ...notes, ...doubts], trial };
  } catch (error) {
    return { ...nothing, ...shown(proposal), problem: problemOf(error) };
  }
}

const shown = (proposal: Proposal | null): Pick<TriedFile, 'proposal' | 'notes'> => ({
  proposal:
    proposal === null
      ? null
      : { yaml: proposal.yaml, decisions: proposal.decisions.map((each) => ({ ...each, options: [...each.options] })) },
  notes: [...(proposal?.notes ?? [])],
});

async function sampleOf({ name, bytes }: TrialForm): Promise<Sample> {
  if (bytes.length === 0) throw new EtlError('SOURCE_EMPTY', `${shownName(name)} is empty`);
  if (isWorkbook(name)) return { name, access: { bytes: bytes.length, read: async (buffer, position) => bytes.copy(buffer, 0, position) } };
  async function* pieces(): AsyncGenerator<Buffer> {
    yield bytes;
  }
  return takeSample(name, pieces());
}

/** The source of the declaration that the file belongs to by its name; the only one of files if it belongs to none. */
function sourceFor(name: string, { sources }: SalesDefinition): { source: SourceDefinition; notes: string[] } {
  const ofFiles = sources.filter(({ place }) => place.kind === 'csv-files');
  const matching = ofFiles.filter((source) => fileMatcher(source)(name));
  const names = (list: readonly SourceDefinition[]): string =>
    list
      .slice(0, 10)
      .map((each) => each.name)
      .join(', ');
  if (matching.length > 1) throw new EtlError('SOURCE_AMBIGUOUS', `${shownName(name)} belongs to more than one source: ${names(matching)}`);
  const source = matching[0] ?? (ofFiles.length === 1 ? ofFiles[0] : undefined);
  if (source === undefined)
    throw new EtlError('SOURCE_UNCLAIMED', `${shownName(name)} belongs to no source of files by its name (${names(ofFiles)})`);
  const isMatching = matching.length > 0;
  return {
    source,
    notes: isMatching ? [] : [`the patterns of source ${source.name} do not match the name ${shownName(name)}, without a folder`],
  };
}

async function trialOf(sample: Sample, definition: SalesDefinition, source: SourceDefinition, folder: string) {
  const engine = await openEngine(folder);
  try {
    const options = { engine, folder, rowsMax: ROWS_SHOWN, rejectsMax: REJECTS_SHOWN };
    return trialAnswer(source.name, await trySource(sample, definition, source, options));
  } finally {
    engine.close();
  }
}
