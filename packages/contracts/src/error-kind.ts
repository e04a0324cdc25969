/** What is known of an error by its code. */
export interface ErrorKind {
  /** What the reader can do about it; shown in the log, the API and on the page in these words. */
  readonly remedy: string;
  /** The same where there is no run: what a command such as set-up prints. */
  readonly commandRemedy: string;
  /** True if the same step may succeed when simply tried again. */
  readonly transient: boolean;
  /** The HTTP status when an API request meets it. */
  readonly status: number;
}

/** A remedy of what commands meet as well: what to do, and how a run then goes on. `inCommand` where a command asks for something else. */
interface RemedyOfBoth {
  readonly fix: string;
  readonly inRun: string;
  readonly inCommand?: string;
}

export const RETRY = 'Then retry the run.';
export const GOES_ON = 'The run goes on by itself within ten minutes; later retry it.';
const AGAIN = 'Then run this command again.';

function kindOf(remedy: string | RemedyOfBoth, transient: boolean, status: number): ErrorKind {
  if (typeof remedy === 'string') return { remedy, commandRemedy: remedy, transient, status };
  const { fix, inRun, inCommand = fix } = remedy;
  return { remedy: `${fix} ${inRun}`, commandRemedy: `${inCommand} ${AGAIN}`, transient, status };
}

export const terminal = (remedy: string | RemedyOfBoth, status = 500): ErrorKind => kindOf(remedy, false, status);
export const transient = (remedy: string | RemedyOfBoth, status = 503): ErrorKind => kindOf(remedy, true, status);
