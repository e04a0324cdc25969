import { shownName } from '@retail-etl/contracts';
import { countOutcomes, type TriedRow } from '@retail-etl/inspecting';
import { createStyle, formatFailure, say } from '@retail-etl/setup';
import { counted, grouped, LINE_MAX, tableLines, type TableColumn, wrapped } from '../terminal/layout.js';
import { outcomeInWords } from '../terminal/outcomes.js';
import type { CheckedInput, CheckReport } from './check-report.js';

const FILE_COLUMNS: readonly TableColumn[] = [
  { title: 'file', max: 36 },
  { title: 'source', max: 18 },
  { title: 'records', max: 10, isRight: true },
  { title: 'accepted', max: 10, isRight: true },
  { title: 'rejected', max: 10, isRight: true },
  { title: 'skipped', max: 10, isRight: true },
  { title: '', max: 30 },
];

const REJECT_COLUMNS: readonly TableColumn[] = [
  { title: 'file', max: 26 },
  { title: 'record', max: 9, isRight: true },
  { title: 'reason', max: 22 },
  { title: 'text', max: LINE_MAX },
];

const style = createStyle(process.stdout);

export function sayCheck(report: CheckReport): void {
  const { declaration, sources, summaries, files, problems, notes } = report;
  const title = declaration === null ? 'Built-in sources (there is no sources.yaml)' : declaration;
  say(`${style.bold(title)}  ${counted(sources.length, 'source')}, ${counted(summaries.length, 'summary', 'summaries')}`);
  if (files.length > 0)
    sayTable(
      'Files',
      tableLines(FILE_COLUMNS, files.map(fileCells), (cell) => style.red(cell)),
    );
  const rejects = files.flatMap(rejectCells);
  if (rejects.length > 0) sayTable('First rejects', tableLines(REJECT_COLUMNS, rejects));
  if (notes.length > 0) say('');
  for (const note of notes) for (const line of wrapped(`${style.yellow('Note')}  ${note}`, '  ')) say(line);
  say('');
  if (problems.length === 0) say(style.green(verdictOf(files)));
  for (const problem of problems)
    for (const line of formatFailure(problem, style).split('\n')) for (const each of wrapped(line, '    ')) say(each);
}

export function sayCheckJson(report: CheckReport): void {
  const files = report.files.map((file) => ({ ...file, counts: file.trial?.error === null ? countOutcomes(file.trial) : null }));
  say(JSON.stringify({ ...report, files, isReadable: report.problems.length === 0 }, null, 2));
}

/** A run publishes in spite of rejects and files that it sets aside, so they are told once more. */
function verdictOf(files: readonly CheckedInput[]): string {
  const setAside = files.filter(({ isSetAside }) => isSetAside).length;
  const rejected = files.reduce((sum, { trial }) => sum + (trial?.error === null ? countOutcomes(trial).rejected : 0), 0);
  const read = setAside === 0 ? 'A run could read all of it' : `A run could go ahead, without ${counted(setAside, 'file')}`;
  return rejected === 0 ? `${read}.` : `${read}; ${counted(rejected, 'record')} would be rejected.`;
}

function sayTable(title: string, lines: readonly string[]): void {
  say('');
  say(style.bold(title));
  for (const line of lines) say(line);
}

function fileCells({ path, by, trial }: CheckedInput): string[] {
  const source = by.length === 0 ? '(none)' : by.join(', ');
  if (trial === null) return [shownName(path), source, '', '', '', '', by.length === 0 ? 'of no source' : 'of several sources'];
  if (trial.error !== null) return [shownName(path), source, '', '', '', '', trial.error.code];
  const { records, accepted, rejected, skipped } = countOutcomes(trial);
  const shownRecords = `${grouped(records)}${trial.isWhole ? '' : '+'}`;
  return [shownName(path), source, shownRecords, grouped(accepted), grouped(rejected), grouped(skipped), ''];
}

function rejectCells({ path, trial }: CheckedInput): string[][] {
  return (trial?.rows ?? [])
    .filter(({ judged }) => judged === null || judged.outcome.kind === 'rejected')
    .map((row) => [path, String(row.record), outcomeInWords(row), row.raw ?? textOf(row)]);
}

/** A source may have no ids of sales. */
function textOf({ judged }: TriedRow): string {
  const { sale_id: saleId = '', ...others } = judged?.texts ?? {};
  return [...(saleId === '' ? [] : [saleId]), ...Object.values(others)].join(' | ');
}
