import { hostname } from 'node:os';
import { shownName } from '@retail-etl/contracts';
import type { Run, ScheduleRow } from '@retail-etl/ledger';
import { underBase } from '../web/base-path.js';
import type { AlertMessage } from './alert-message.js';

const pathOf = (run: Run, basePath: string): string => underBase(basePath, `/api/runs/${run.runId}`);

const runOf = (run: Run, basePath: string): Record<string, unknown> => ({
  run: run.runId,
  seq: run.seq,
  state: run.state,
  path: pathOf(run, basePath),
});

export function failedMessage(run: Run, basePath: string): AlertMessage {
  const { error } = run.findings;
  return {
    kind: 'failed',
    subject: `Retail sales: run ${run.seq} failed${error === null ? '' : ` (${error.code})`}`,
    text: [
      `Run ${run.runId} (number ${run.seq}, ${run.triggerKind} by ${run.triggeredBy}) failed. ${run.committedAt === null ? 'What was published before stays.' : 'MySQL shows its result already; the CSV file does not yet.'}`,
      ...(error === null ? [] : [error.message, error.remedy]),
    ].join('\n'),
    detail: {
      ...runOf(run, basePath),
      ...(error === null ? {} : { code: error.code, message: error.message, remedy: error.remedy, stage: error.stage }),
    },
  };
}

export function rejectsMessage(run: Run, ratio: number, warnRatio: number, basePath: string): AlertMessage {
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  const { totals } = run.findings;
  return {
    kind: 'rejects',
    subject: `Retail sales: run ${run.seq} rejected ${percent(ratio)} of its rows`,
    text: `Run ${run.runId} (number ${run.seq}) is ${run.state}, but rejected ${totals?.rowsRejected ?? 0} of ${totals?.rowsRead ?? 0} rows; the warning is set to ${percent(warnRatio)}.\nLook at its rejects: ${pathOf(run, basePath)}/rejects.csv`,
    detail: { ...runOf(run, basePath), rowsRead: totals?.rowsRead ?? null, rowsRejected: totals?.rowsRejected ?? null, ratio, warnRatio },
  };
}

/** So many files that were set aside a message names. */
const FILES_MAX = 10;

export function setAsideMessage(run: Run, basePath: string): AlertMessage {
  const files = run.findings.sources.flatMap(({ source, file, setAside }) =>
    setAside === undefined ? [] : [{ source, file: shownName(file ?? source), ...setAside }],
  );
  const shown = files.slice(0, FILES_MAX);
  const more = files.length - shown.length;
  const counted = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  return {
    kind: 'set_aside',
    subject: `Retail sales: run ${run.seq} set ${counted} aside`,
    text: [
      `Run ${run.runId} (number ${run.seq}) is ${run.state}, without the sales of ${counted} that could not be read.`,
      ...shown.map(({ source, file, code, message }) => `${source}: ${file}: ${code}: ${message}`),
      ...(more > 0 ? [`and ${more} more, which the run's report names: ${pathOf(run, basePath)}`] : []),
      'Mend or remove them, and start a new run.',
    ].join('\n'),
    detail: { ...runOf(run, basePath), count: files.length, files: shown },
  };
}

export function missedMessage(schedule: ScheduleRow, expected: Date): AlertMessage {
  return {
    kind: 'missed',
    subject: `Retail sales: the scheduled run of ${expected.toISOString()} did not happen`,
    text: `Schedule ${schedule.id} (${schedule.cron}, ${schedule.tz}) should have started a run at ${expected.toISOString()}, and none is in the ledger.\nLook at the log of the gateway and at Redis; a run can be started by hand at any time.`,
    detail: { schedule: schedule.id, cron: schedule.cron, tz: schedule.tz, expectedAt: expected.toISOString() },
  };
}

export function clockMessage(differenceMs: number, isOddOneOut: boolean): AlertMessage {
  const differenceSeconds = Math.round(differenceMs / 1_000);
  const machine = hostname();
  return {
    kind: 'clock',
    subject: `Retail sales: the clock of ${machine} differs from MySQL's`,
    text: [
      `The clock of gateway ${machine} is ${Math.abs(differenceSeconds)} seconds ${differenceSeconds > 0 ? 'ahead of' : 'behind'} MySQL's. Until they agree it removes nothing by age${isOddOneOut ? ", and it starts no scheduled runs, because Redis's clock contradicts it, too" : ''}.`,
      'Set both clocks by NTP. Nothing has to be restarted.',
    ].join('\n'),
    detail: { machine, differenceSeconds, startsScheduledRuns: !isOddOneOut },
  };
}

export function testMessage(by: string): AlertMessage {
  return {
    kind: 'test',
    subject: 'Retail sales: a test alert',
    text: `${by} asked for this test on ${hostname()}. Alerts on this channel arrive.`,
    detail: { by },
  };
}
