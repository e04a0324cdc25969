/**
 * An expected failure on the way to a running stack: what happened, and what to do about it. The pipeline's own errors
 * are EtlError; this one is for the machine around it (binaries, ports, folders).
 */
export class StackProblem extends Error {
  override readonly name = 'StackProblem';
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, message: string, remedy: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** The `code` of a system or driver error; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The message of whatever was thrown. Drivers throw AggregateErrors with an empty message for a host with several addresses. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ');
  return error instanceof Error ? error.message : String(error);
}
