/** Of the reading of one file, also of one that has failed. */
export interface ReadingProgress {
  /** Whether something of the file may be in the writer. */
  hasWritten: boolean;
}
