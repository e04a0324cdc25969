import type { CsvEncoding } from '@retail-etl/sales';

/** What the kinds of sources need to know of their surroundings. */
export interface SourceSettings {
  readonly postgresUrl: string;
  /** False: a table is refused where row-level security hides rows from the role. */
  readonly allowRowSecurity: boolean;
  readonly dataDir: string;
  /** Of files without a byte order mark. */
  readonly csvEncoding: CsvEncoding;
  /** Most bytes of a file, decompressed. */
  readonly fileBytesMax: number;
}
