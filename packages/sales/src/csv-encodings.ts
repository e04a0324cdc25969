/** The encodings that a store file without a byte order mark may be read in. */
export const CSV_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'iso-8859-1', 'windows-1252'] as const;
export type CsvEncoding = (typeof CSV_ENCODINGS)[number];
