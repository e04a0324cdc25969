/** Where sales come from, as long as nobody declares others: the table of online sales, and the files of the stores. */
export const SOURCES = [
  { name: 'online_sales', kind: 'postgres-table', table: 'online_sales', takesOtherDates: false },
  { name: 'store_sales', kind: 'csv-files', folder: 'input', takesOtherDates: true },
] as const;

export type SourceDefinition = (typeof SOURCES)[number];

/** A source's name: it stands in partitions, staged and rejected records, books and reports. */
export type SourceName = SourceDefinition['name'];

/** How a source is read; `reading` has an implementation for each. */
export type SourceKind = SourceDefinition['kind'];

/** The definition of one kind of source. */
export type SourceOfKind<K extends SourceKind> = Extract<SourceDefinition, { kind: K }>;

export const SOURCE_NAMES: readonly SourceName[] = SOURCES.map(({ name }) => name);

const [table] = SOURCES;

/** The table that set-up fills with sample rows where there is none. */
export const SAMPLE_TABLE = table.table;

/** True if the source's dates may also be of the patterns in CSV_DATE_FORMATS. */
export function takesOtherDates(source: SourceName): boolean {
  return SOURCES.some(({ name, takesOtherDates: takes }) => takes && name === source);
}

/** True for the name of a store file: `*.csv` and `*.csv.gz` in any case, but no hidden file. */
export function isStoreFileName(name: string): boolean {
  return /\.csv(\.gz)?$/i.test(name) && !name.startsWith('.');
}
