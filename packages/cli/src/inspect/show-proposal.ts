import { shownName } from '@retail-etl/contracts';
import { isWorkbook } from '@retail-etl/reading';
import { countOutcomes, type FileTrial, type Proposal, type TriedRow } from '@retail-etl/inspecting';
import { createStyle, guard, say } from '@retail-etl/setup';
import { tableLines, type TableColumn, wrapped } from '../terminal/layout.js';
import { countsInWords, outcomeInWords } from '../terminal/outcomes.js';
import type { Written } from './write-source.js';

const COLUMNS: readonly TableColumn[] = [
  { title: 'record', max: 9, isRight: true },
  { title: 'product', max: 24 },
  { title: 'quantity', max: 9, isRight: true },
  { title: 'amount', max: 16, isRight: true },
  { title: 'date', max: 17 },
  { title: 'counted, or rejected for', max: 60 },
];

const style = createStyle(process.stderr);

/** The proposal to standard output, and what was tried to standard error. */
export function sayReport(proposal: Proposal, trials: readonly FileTrial[], written: Written | null): void {
  for (const trial of trials) sayTrial(trial);
  const open = proposal.decisions.filter(({ isAnswered }) => !isAnswered);
  for (const { question, options, taken } of open)
    sayLines(`${style.yellow('Decide')}  ${question} Taken: ${options[taken]!}${others(options, taken)}.`);
  for (const note of [...proposal.notes, ...doubtsOf(trials).notes]) sayLines(`${style.yellow('Not sure')}  ${note}`);
  if (written === null) {
    tell('');
    say(proposal.yaml.trimEnd());
  } else sayLines(`${style.green(written.isNew ? 'Written' : 'Added')}  ${shownName(written.path)}`);
}

function others(options: readonly string[], taken: number): string {
  const left = options.filter((_, index) => index !== taken);
  return left.length === 0 ? '' : `; or: ${left.join(', ')}`;
}

export function sayJson(proposal: Proposal, trials: readonly FileTrial[], written: Written | null): void {
  const { yaml, decisions, notes, source } = proposal;
  const files = trials.map((trial) => ({ ...trial, counts: countOutcomes(trial) }));
  say(
    JSON.stringify(
      { name: source.name, yaml, decisions, notes: [...notes, ...doubtsOf(trials).notes], files, written: written?.path ?? null },
      null,
      2,
    ),
  );
}

/** What the trial itself makes doubtful. */
export function doubtsOf(trials: readonly FileTrial[]): { notes: string[]; isFailed: boolean; isEmpty: boolean } {
  const failed = trials.filter(({ error }) => error !== null);
  const empty = trials.filter((trial) => trial.error === null && countOutcomes(trial).accepted === 0);
  return {
    notes: empty.map(({ file }) => `no record of ${shownName(file)} would be accepted`),
    isFailed: failed.length > 0,
    isEmpty: empty.length > 0,
  };
}

function sayTrial(trial: FileTrial): void {
  const { file, isWhole, error, rows } = trial;
  tell('');
  if (error !== null) {
    sayLines(`${style.bold(shownName(file))}  ${style.red(error.code)}  ${error.message}`);
    return;
  }
  const counts = countsInWords(countOutcomes(trial));
  sayLines(
    `${style.bold(shownName(file))}  ${counts}${isWhole ? '' : `; only its first ${isWorkbook(file) ? 'rows' : '4 MiB'} were read`}`,
  );
  for (const line of tableLines(COLUMNS, rows.map(cellsOf), (cell, row) => painted(cell, rows[row]!))) tell(line);
}

function cellsOf(row: TriedRow): string[] {
  const { record, judged, raw } = row;
  const texts = judged?.texts;
  return [
    String(record),
    (texts?.product_id ?? raw ?? '').trim(),
    (texts?.quantity ?? '').trim(),
    (texts?.sale_amount ?? '').trim(),
    (texts?.sale_date ?? '').trim(),
    outcomeInWords(row),
  ];
}

function painted(cell: string, { judged }: TriedRow): string {
  return judged === null || judged.outcome.kind === 'rejected'
    ? style.red(cell)
    : judged.outcome.kind === 'skipped'
      ? style.dim(cell)
      : cell;
}

function sayLines(text: string): void {
  for (const line of wrapped(text, '  ')) tell(line);
}

function tell(line: string): void {
  guard(process.stderr);
  process.stderr.write(`${line}\n`);
}
