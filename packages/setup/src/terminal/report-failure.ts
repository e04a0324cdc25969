import { EtlError } from '@retail-etl/contracts';
import { errorCode, errorText, StackProblem } from '../problem.js';
import { sayError } from './say.js';
import { createStyle } from './style.js';

const FOREIGN = 'Run the command as the user that the file or folder belongs to, or give it to this user (chown).';

/** What the system says about a file that is not as it must be; the message names it. */
const FILE_REMEDIES: Readonly<Record<string, string>> = {
  EACCES: FOREIGN,
  EPERM: FOREIGN,
  EROFS: 'Move the clone (or DATA_DIR) to a place that can be written.',
  ENOSPC: 'Free space on that volume, then try again.',
};

/**
 * Prints what went wrong in a command: code, message and remedy of an expected failure; a stack trace only for a fault of ours. The settings
 * of `renamed` stand in the place of those that remedies name.
 */
export function reportFailure(error: unknown, renamed: Readonly<Record<string, string>> = {}): void {
  const style = createStyle(process.stderr);
  if (error instanceof EtlError) {
    const remedy = error.commandRemedy.replaceAll(/\b[A-Z]+_URL\b/g, (name) => renamed[name] ?? name);
    sayError(formatFailure({ code: error.code, message: error.message, remedy }, style));
    return;
  }
  if (error instanceof StackProblem) {
    sayError(formatFailure(error, style));
    return;
  }
  const code = errorCode(error);
  const fileRemedy = code === undefined ? undefined : FILE_REMEDIES[code];
  if (fileRemedy !== undefined) {
    sayError(formatFailure({ code: 'FILE_ACCESS', message: errorText(error), remedy: fileRemedy }, style));
    return;
  }
  sayError(`${style.red('INTERNAL')}  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

/** Three parts on lines of their own, so that the remedy is found at a glance. */
export function formatFailure(failure: { code: string; message: string; remedy: string }, style = createStyle({})): string {
  return `${style.red(failure.code)}  ${failure.message}\n  ${style.bold('What to do:')} ${failure.remedy}`;
}
