import type { ErrorCode, TriedFile } from '@retail-etl/contracts';

/** Most bytes of a file that are taken. The page sends less of a larger one; a workbook has to be sent whole. */
export const FILE_BYTES_MAX = 8 << 20;

/** From the start of the process to its answer, the rest of the upload included. */
export const TRIAL_MS_MAX = 25_000;

/** What the gateway tells the process of a trial. The form itself comes by its standard input. */
export interface TrialJob {
  /** The form's media type, with its boundary. */
  readonly contentType: string;
  /** A folder for this trial alone, which the gateway removes. */
  readonly folder: string;
}

/** What the process of a trial tells the gateway: `received` first, unless the form is not as it should be, then one of the others. */
export type TrialMessage =
  | { readonly kind: 'received'; readonly name: string; readonly bytes: number }
  | { readonly kind: 'done'; readonly tried: TriedFile }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'too-large' }
  /** A fault of this program. */
  | { readonly kind: 'fault'; readonly stack: string };
