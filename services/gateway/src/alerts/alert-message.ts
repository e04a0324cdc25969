/** What an alert says, on whichever channel. */
export interface AlertMessage {
  readonly kind: 'failed' | 'rejects' | 'set_aside' | 'missed' | 'clock' | 'test';
  readonly subject: string;
  /** Plain text, lines separated by LF. */
  readonly text: string;
  /** For programs: the run, the code, figures. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Delivers a message, or throws an error that says why not. Ends when `signal` is aborted, which is also its only deadline. */
export type Deliver = (message: AlertMessage, signal: AbortSignal) => Promise<void>;
