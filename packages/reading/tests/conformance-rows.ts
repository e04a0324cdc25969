/** The five cells of a record, in the order of the columns; null where a value is missing. */
export type SourceRow = readonly (string | null)[];

/** So many rows with ids from `first` on. */
export function plainRows(count: number, first = 1): SourceRow[] {
  return Array.from({ length: count }, (_, index) => [String(first + index), String(index % 97), '1', '2.50', '2026-01-31']);
}

let large: readonly SourceRow[] | undefined;

/** Rows with padding, some 24 MB: more than one piece, range, and writer of every kind of source. */
export function largeRows(): readonly SourceRow[] {
  large ??= Array.from({ length: 14_000 }, (_, index) => {
    const padding = `${index}${'-abcdefgh'.repeat(190)}`.slice(0, 1_700);
    return [String(index + 1), padding, String(index % 13), `${index}.25`, '2026-02-28'];
  });
  return large;
}

/** What exports hold that breaks readers: no NUL and no half characters, because PostgreSQL's text and UTF-8 have none. */
const HOSTILE_CELLS: readonly (string | null)[] = [
  null,
  '',
  ' ',
  'NULL',
  'null',
  '\\N',
  '\\.',
  '\\',
  '\\"',
  '"',
  '""',
  '"""',
  '"a"',
  'a"b',
  "'",
  "''; DROP TABLE online_sales; --",
  ',',
  ';',
  '\t',
  '|',
  'a,b;c\td|e',
  '\n',
  '\r',
  '\r\n',
  'a\nb',
  'a\rb',
  'a\r\nb\n',
  '\n"\n',
  '  spaces around  ',
  '\u00a0no-break\u00a0',
  '\ufeffmark',
  '\u200bzero width\u200d',
  'ÄÖÜ ß é',
  'e\u0301 combined',
  'Ελληνικά',
  'עברית \u202e turned',
  '中文字符',
  '\u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\u{10ffff}',
  '\u0001\u001f\u007f\u0085',
  '\u2028\u2029',
  '=1+1',
  '-0',
  '0012',
  '1e3',
  'NaN',
  'a'.repeat(70_000),
];

/** Each hostile cell in each of the five places. */
export const HOSTILE_ROWS: readonly SourceRow[] = HOSTILE_CELLS.flatMap((cell) =>
  [0, 1, 2, 3, 4].map((place) => [0, 1, 2, 3, 4].map((each) => (each === place ? cell : `v${each}`))),
).concat([
  // Not all of them: a line of delimiters and empty fields alone is no record of a file.
  ['1', null, null, null, null],
  ['', '', '', '', '1'],
]);
