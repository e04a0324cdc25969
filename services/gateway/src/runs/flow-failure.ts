import { ERROR_CATALOGUE, type ErrorCode, type ErrorRecord, EtlError, STEPS, type StageName } from '@retail-etl/contracts';
import { parseJobId } from '@retail-etl/queue';

/** The texts by which BullMQ says that a job's worker went silent, or that it was begun, too often. */
const CRASHED = /\b(stalled|started) more than allowable limit\b/;
/** A parent's own text only says that a child failed; the child's says why. */
const CHILD_FAILED = /^child \S+ failed$/;

/** What ended a run, read from the texts of its failed jobs (`<job id>: <text>` or a text alone). */
export function errorOfFlow(runId: string, reasons: readonly string[]): ErrorRecord {
  const causes = reasons.map(splitReason).filter(({ text }) => !CHILD_FAILED.test(text));
  for (const { stage, text } of causes) {
    const coded = /^\[([A-Z_]+)\] ([\s\S]*) -> /.exec(text);
    if (coded !== null && Object.hasOwn(ERROR_CATALOGUE, coded[1] as string)) {
      return new EtlError(coded[1] as ErrorCode, (coded[2] as string).slice(0, 2_000)).toRecord(stage);
    }
  }
  const crash = causes.find(({ text }) => CRASHED.test(text));
  if (crash !== undefined)
    return new EtlError('STEP_CRASHED', `${crash.job ?? `a job of run ${runId}`}: ${crash.text}`).toRecord(crash.stage);
  const [first] = causes;
  return new EtlError(
    'STEP_FAILED',
    `${first?.job ?? `a job of run ${runId}`}: ${first?.text.slice(0, 2_000) ?? 'no reason was given'}`,
  ).toRecord(first?.stage ?? null);
}

function splitReason(reason: string): { job: string | null; stage: StageName | null; text: string } {
  const match = /^(\S+): ([\s\S]*)$/.exec(reason);
  const parsed = match === null ? undefined : parseJobId(match[1] as string);
  if (match === null || parsed === undefined) return { job: null, stage: null, text: reason };
  return { job: match[1] as string, stage: STEPS[parsed.step].stage, text: match[2] as string };
}
