import { type ErrorCode, EtlError } from '@retail-etl/contracts';
import type { FileTrial } from '@retail-etl/inspecting';

/** Something that a run would fail by. */
export interface CheckProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}

/** A file below the input folder. */
export interface CheckedInput {
  readonly path: string;
  /** Names of the sources that it belongs to. */
  readonly by: readonly string[];
  /** Null if it does not belong to exactly one. */
  readonly trial: FileTrial | null;
  /** Whether a run would leave it out and go on. */
  readonly isSetAside: boolean;
}

export interface CheckReport {
  /** The name of the file that declares the sources; null for the built-in ones. */
  readonly declaration: string | null;
  readonly sources: readonly string[];
  readonly summaries: readonly string[];
  readonly files: readonly CheckedInput[];
  readonly problems: readonly CheckProblem[];
  readonly notes: readonly string[];
}

/** An expected error as a problem; throws any other. */
export function problemOf(error: unknown): CheckProblem {
  if (!(error instanceof EtlError)) throw error;
  const { code, message, remedy } = error;
  return { code, message, remedy };
}
