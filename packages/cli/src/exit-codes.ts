/** What the exit codes of `retail-etl` mean; docs/cli.md tells the same. */
export const EXIT_CODES = {
  /** All went well: inspect is sure of its proposal, check found nothing in the way of a run. */
  done: 0,
  /** Something is in the way: the error or the list of problems says what. */
  failed: 1,
  /** The arguments are wrong. */
  wrongUse: 2,
  /** There is a proposal, and at least one decision is open, or it would accept no record of a file. */
  undecided: 3,
} as const;
