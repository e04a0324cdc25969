import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliConfig } from '@retail-etl/config';
import { EtlError, shownName, shownText } from '@retail-etl/contracts';
import { type FileTrial, type TryOptions, trySource } from '@retail-etl/inspecting';
import { valueInPath } from '@retail-etl/judging';
import { claimFiles, INPUT_FOLDER, refuseUnclaimed } from '@retail-etl/reading';
import { type SalesDefinition, type SourceDefinition, termsOf } from '@retail-etl/sales';
import { openFileSample } from '../open-sample.js';
import { countOutcomes } from '../terminal/outcomes.js';
import { withTrialFolder } from '../trial-folder.js';
import { type CheckedInput, type CheckProblem, problemOf } from './check-report.js';

/** Rejects that are shown of a file. */
const REJECTS_SHOWN = 5;

interface CheckedFiles {
  readonly files: readonly CheckedInput[];
  readonly problems: readonly CheckProblem[];
  readonly notes: readonly string[];
}

/** Tries every file below the input folder as a run would. */
export async function checkFiles(config: CliConfig, definition: SalesDefinition): Promise<CheckedFiles> {
  const claims = await claimFiles(config.dataDir, definition);
  const files = await withTrialFolder(async (engine, folder) => {
    const checked: CheckedInput[] = [];
    for (const { path, by } of claims) {
      const source = by.length === 1 ? definition.sources.find(({ name }) => name === by[0]) : undefined;
      const options = {
        engine,
        folder,
        rowsMax: REJECTS_SHOWN,
        rejectsMax: REJECTS_SHOWN,
        encoding: config.csvEncoding,
        dateFormats: config.csvDateFormats,
      };
      checked.push({ path, by, trial: source === undefined ? null : await tryFile(path, definition, source, { config, options }) });
    }
    return checked;
  });
  const problems = [
    ...(await claimProblems(config, definition)),
    ...missingProblems(files, definition),
    ...fileProblems(files, definition),
  ];
  const ratios = ratioFindings(files, definition);
  return { files, problems: [...problems, ...ratios.problems], notes: [...asideNotes(files, definition), ...ratios.notes] };
}

type Surroundings = { readonly config: CliConfig; readonly options: TryOptions };

async function tryFile(
  path: string,
  definition: SalesDefinition,
  source: SourceDefinition,
  { config, options }: Surroundings,
): Promise<FileTrial> {
  try {
    const whole = join(config.dataDir, INPUT_FOLDER, path);
    if (!(await lstat(whole)).isFile()) throw new EtlError('FILE_REFUSED', `${shownName(path)} is no regular file`);
    refuseUnmatched(path, source);
    const file = await openFileSample(whole, path);
    try {
      return await trySource(file.sample, definition, source, options);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const known =
      error instanceof EtlError
        ? error
        : new EtlError('FILE_REFUSED', `${shownName(path)} cannot be read (${code ?? 'unknown'})`, { cause: error });
    if (!(error instanceof EtlError) && code === undefined) throw error;
    return { file: path, isWhole: false, error: problemOf(known), read: null, malformed: 0, judged: null, rows: [] };
  }
}

function refuseUnmatched(path: string, { name, columns }: SourceDefinition): void {
  for (const term of termsOf(columns)) {
    if (term.kind === 'file' && (valueInPath(term.pattern, path) ?? '').trim() === '')
      throw new EtlError('FILE_PATH_UNMATCHED', `source ${name}: "${shownText(term.pattern)}" finds nothing in ${shownName(path)}`);
  }
}

async function claimProblems(config: CliConfig, definition: SalesDefinition): Promise<CheckProblem[]> {
  if (definition.digest === null) return [];
  try {
    await refuseUnclaimed(config, definition);
    return [];
  } catch (error) {
    return [problemOf(error)];
  }
}

function missingProblems(files: readonly CheckedInput[], { sources }: SalesDefinition): CheckProblem[] {
  return sources
    .filter(({ name, place }) => place.kind === 'csv-files' && !files.some(({ by }) => by.includes(name)))
    .map(({ name, place }) => {
      const patterns = place.kind === 'csv-files' ? place.patterns.join(', ') : '';
      return problemOf(new EtlError('SOURCE_MISSING', `the folder input of DATA_DIR holds no file for source ${name} (${patterns})`));
    });
}

/** Whether the source of a file leaves out files that cannot be read. */
function setsAside({ by }: CheckedInput, { sources }: SalesDefinition): boolean {
  return sources.some(({ name, badFile }) => badFile === 'set_aside' && by.includes(name));
}

function fileProblems(files: readonly CheckedInput[], definition: SalesDefinition): CheckProblem[] {
  return files.filter((file) => !setsAside(file, definition)).flatMap(({ trial }) => trial?.error ?? []);
}

function asideNotes(files: readonly CheckedInput[], definition: SalesDefinition): string[] {
  return files
    .filter((file) => setsAside(file, definition))
    .flatMap(({ trial }) => (trial?.error ? [`set aside by a run: ${trial.error.message}`] : []));
}

/** More rejects than the source allows. Of files that are not seen whole, nobody knows how it ends. */
function ratioFindings(files: readonly CheckedInput[], { sources }: SalesDefinition): { problems: CheckProblem[]; notes: string[] } {
  const problems: CheckProblem[] = [];
  const notes: string[] = [];
  for (const { name, maxRejectRatio } of sources) {
    const trials = files.flatMap(({ by, trial }) => (by.length === 1 && by[0] === name && trial?.error === null ? [trial] : []));
    const counts = trials.map(countOutcomes);
    const [records, rejected] = [counts.reduce((sum, each) => sum + each.records, 0), counts.reduce((sum, each) => sum + each.rejected, 0)];
    if (maxRejectRatio === null || records === 0 || rejected / records <= maxRejectRatio) continue;
    const message = `source ${name}: ${rejected} of ${records} records are rejected, more than max_reject_ratio ${maxRejectRatio}`;
    if (trials.every(({ isWhole }) => isWhole)) problems.push(problemOf(new EtlError('REJECT_RATIO', message)));
    else notes.push(`${message} (of what was read)`);
  }
  return { problems, notes };
}
