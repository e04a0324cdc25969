import { type ErrorCode, ERROR_CATALOGUE } from './errors.js';
import type { StageName } from './queues.js';

/** With these a service ends instead of waiting: starting it again, with the same settings and servers, changes nothing. */
const START_REFUSED: ReadonlySet<ErrorCode> = new Set(['CONFIG_INVALID', 'LEDGER_NEWER']);

/** True if a service that meets this error at its start has to end. */
export function refusesStart(error: unknown): error is EtlError {
  return error instanceof EtlError && START_REFUSED.has(error.code);
}

/** An error as it crosses Redis and the ledger. Texts are for people; programs look at `code` alone. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly stage: StageName | null;
}

/** An error with a code of the catalogue. `message` names the thing: the file, table, column, product or server. */
export class EtlError extends Error {
  override readonly name = 'EtlError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get remedy(): string {
    return ERROR_CATALOGUE[this.code].remedy;
  }

  /** The remedy where there is no run, such as in set-up. */
  get commandRemedy(): string {
    return ERROR_CATALOGUE[this.code].commandRemedy;
  }

  get transient(): boolean {
    return ERROR_CATALOGUE[this.code].transient;
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }

  toRecord(stage: StageName | null): ErrorRecord {
    return { code: this.code, message: this.message, remedy: this.remedy, stage };
  }
}
