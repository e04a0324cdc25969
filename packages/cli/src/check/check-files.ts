import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliConfig } from '@retail-etl/config';
import { EtlError, shownName } from '@retail-etl/contracts';
import { countOutcomes, type FileTrial, type TryOptions, trySource } from '@retail-etl/inspecting';
import { type Claim, claimFiles, INPUT_FOLDER, isBadFile, noFiles, refuseUnclaimed, refuseUnmatchedPaths } from '@retail-etl/reading';
import { patternsOf, type SalesDefinition, type SourceDefinition } from '@retail-etl/sales';
import { openFileSample } from '../open-sample.js';
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
      const tried = source === undefined ? NOT_TRIED : await tryFile(path, definition, source, { config, options });
      checked.push({ path, by, ...tried });
    }
    return checked;
  });
  const problems = [...claimProblems(claims, definition), ...missingProblems(claims, definition), ...fileProblems(files)];
  const ratios = ratioFindings(files, definition);
  return { files, problems: [...problems, ...ratios.problems], notes: [...asideNotes(files), ...ratios.notes] };
}

type Tried = Pick<CheckedInput, 'trial' | 'isSetAside'>;

const NOT_TRIED: Tried = { trial: null, isSetAside: false };

type Surroundings = { readonly config: CliConfig; readonly options: TryOptions };

async function tryFile(
  path: string,
  definition: SalesDefinition,
  source: SourceDefinition,
  { config, options }: Surroundings,
): Promise<Tried> {
  const whole = join(config.dataDir, INPUT_FOLDER, path);
  try {
    // A run fails by these while it plans, whatever it does with files that it cannot read.
    if (!(await lstat(whole)).isFile()) throw new EtlError('FILE_REFUSED', `${shownName(path)} is no regular file`);
    refuseUnmatchedPaths(source, [path]);
  } catch (error) {
    return { trial: failedTrial(path, error), isSetAside: false };
  }
  const trial = await openAndTry(whole, path, definition, source, options);
  return { trial, isSetAside: source.badFile === 'set_aside' && trial.error !== null && isBadFile(trial.error.code) };
}

async function openAndTry(
  whole: string,
  path: string,
  definition: SalesDefinition,
  source: SourceDefinition,
  options: TryOptions,
): Promise<FileTrial> {
  let file;
  try {
    file = await openFileSample(whole, path);
  } catch (error) {
    return failedTrial(path, error);
  }
  try {
    return await trySource(file.sample, definition, source, options);
  } finally {
    await file.close();
  }
}

/** What cannot be opened, of which the system says why, is as a run would say it. Throws any other error. */
function failedTrial(path: string, error: unknown): FileTrial {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof EtlError) && code === undefined) throw error;
  const known =
    error instanceof EtlError ? error : new EtlError('FILE_REFUSED', `${shownName(path)} cannot be read (${code})`, { cause: error });
  return { file: path, isWhole: false, error: problemOf(known), read: null, malformed: 0, judged: null, rows: [] };
}

function claimProblems(claims: readonly Claim[], definition: SalesDefinition): CheckProblem[] {
  if (definition.digest === null) return [];
  try {
    refuseUnclaimed(claims, definition);
    return [];
  } catch (error) {
    return [problemOf(error)];
  }
}

function missingProblems(claims: readonly Claim[], { sources }: SalesDefinition): CheckProblem[] {
  return sources
    .filter(({ name, place }) => patternsOf(place).length > 0 && !claims.some(({ by }) => by.includes(name)))
    .map((source) => problemOf(noFiles(source)));
}

function fileProblems(files: readonly CheckedInput[]): CheckProblem[] {
  return files.flatMap(({ trial, isSetAside }) => (isSetAside ? [] : (trial?.error ?? [])));
}

function asideNotes(files: readonly CheckedInput[]): string[] {
  return files.flatMap(({ trial, isSetAside }) => (isSetAside ? [`set aside by a run: ${trial?.error?.message}`] : []));
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
