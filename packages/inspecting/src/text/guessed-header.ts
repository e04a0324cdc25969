/** Where a table begins, in a text or in a sheet. */
export interface GuessedHeader {
  /** Trimmed, without empty ones at the end. */
  readonly names: readonly string[];
  /** The line or row of the header, from 1. */
  readonly headerLine: number;
  /** Lines or rows to pass over before it; those that are blank, and a line `sep=`, the reader passes over by itself. */
  readonly skipLines: number;
}
