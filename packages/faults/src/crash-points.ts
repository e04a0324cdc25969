import { readFileSync, unlinkSync } from 'node:fs';

/**
 * The places where a process may die with a different state left behind, by the step they are in. The fault tests kill a service
 * at every one of them; whoever adds a boundary to a step adds its name here.
 */
export const CRASH_POINTS = {
  setup: [
    /** The migration is recorded as begun; its statement has not been sent. */
    'migrate.after-start',
    /** The statement is in effect; the migration is not recorded as finished. */
    'migrate.after-statement',
    'migrate.after-end',
  ],
  gateway: [
    /** The run is in the ledger; no job on `runs` asks for it. */
    'request.after-record',
    /** The run of a dashboard's or schedule's job is in the ledger; the job is not done. */
    'start.after-record',
    /** The run holds the slot; its flow has not been added. */
    'start.after-claim',
    /** The flow is there; the job on `runs` is not done. */
    'start.after-flow',
    /** The run is cancelled in the ledger; its jobs are still there. */
    'cancel.after-state',
    /** The run is queued under the next epoch; nothing has been started. */
    'retry.after-state',
  ],
  extractor: [
    'plan.after-folders',
    'plan.after-manifest',
    /** What is reused stands where extracts would have put it; none of the others is attached. */
    'plan.after-restore',
    'plan.after-attach',
    /** The chunk's file is there, its rows are not. */
    'extract.after-chunk-begin',
    /** The chunk's files are there, its manifest is not. */
    'extract.after-chunk-file',
    /** The chunk is complete; no transform has been attached. */
    'extract.after-chunk-manifest',
    'extract.after-chunk-attach',
    /** Every chunk has its transform; the partition does not count yet. */
    'extract.before-manifest',
    'extract.after-manifest',
  ],
  transformer: [
    'transform.after-partial-file',
    /** The partial counts; the chunk's staged files are still there. */
    'transform.after-manifest',
    'transform.after-removal',
    'merge.after-rejects',
    'merge.after-summary-file',
    'merge.after-findings',
    'merge.after-manifest',
    /** A partition is kept for later runs, others may not be. */
    'merge.after-keep',
  ],
  loader: [
    'load.after-staging',
    /** The copy lies beside the published file. */
    'load.after-csv-copy',
    'load.before-fence',
    'load.after-fence',
    'load.before-commit',
    'load.after-commit',
    'load.before-rename',
    /** The new file is in place; the ledger does not say `published` yet. */
    'load.after-rename',
    'load.after-state',
  ],
} as const;

export type CrashPoint = (typeof CRASH_POINTS)[keyof typeof CRASH_POINTS][number];

const NAMES: ReadonlySet<string> = new Set(Object.values(CRASH_POINTS).flat());
const SIGNALS = ['SIGKILL', 'SIGSTOP'] as const;

interface Crash {
  readonly point: CrashPoint;
  /** The passing at which it happens; 1 is the first. */
  readonly passing: number;
  readonly signal: (typeof SIGNALS)[number];
}

/** A crash at every start of the process, or the one that a file names from time to time; the file is removed as it happens. */
export type CrashPlan = Crash | { readonly file: string };

/** Reads `<point>[:<passing>[:SIGSTOP]]`, such as `load.after-commit:1`, or `@<file that holds such a text>`; undefined if it is neither. */
export function parseCrashPlan(text: string): CrashPlan | undefined {
  return text.startsWith('@') ? { file: text.slice(1) } : parseCrash(text);
}

function parseCrash(text: string): Crash | undefined {
  const [point = '', passing = '1', signal = 'SIGKILL', ...more] = text.split(':');
  const known = NAMES.has(point) && /^[1-9]\d{0,5}$/.test(passing) && (SIGNALS as readonly string[]).includes(signal);
  if (!known || more.length > 0) return undefined;
  return { point: point as CrashPoint, passing: Number(passing), signal: signal as Crash['signal'] };
}

let plan: CrashPlan | undefined;
/** Of the crash that is planned now: how often its point was passed. */
let passed = { text: '', times: 0 };

/** From now on this process dies (or stops) at the point. Only tests ask for it, through ETL_CRASH_POINT. */
export function planCrash(wanted: CrashPlan): void {
  plan = wanted;
}

/** Does nothing, unless the environment planned a crash at this very point. */
export function crashPoint(name: CrashPoint): void {
  if (plan === undefined) return;
  const crash = 'file' in plan ? parseCrash(readText(plan.file)) : plan;
  if (crash === undefined || crash.point !== name) return;
  const text = `${crash.point}:${crash.passing}:${crash.signal}`;
  passed = { text, times: passed.text === text ? passed.times + 1 : 1 };
  if (passed.times !== crash.passing) return;
  passed = { text: '', times: 0 };
  if ('file' in plan && !remove(plan.file)) return;
  process.kill(process.pid, crash.signal);
}

/** False if the file is gone: of several processes that come to the point at once, the one that removes it takes the crash. */
function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
