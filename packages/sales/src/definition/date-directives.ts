/**
 * The directives of strptime that a pattern of `dates` may hold, and the texts that each stands for, as regular expressions of RE2. DuckDB's own
 * reading is more lenient: it takes `19` for %Y. %Z is not among them, because names of zones are ambiguous.
 * Directives: https://duckdb.org/docs/stable/sql/functions/dateformat
 */
export const DATE_DIRECTIVES: Readonly<Record<string, string>> = {
  Y: '[0-9]{4}',
  y: '[0-9]{2}',
  ...each('m d H I M S -m -d -H -I -M -S', '[0-9]{1,2}'),
  ...each('j -j', '[0-9]{1,3}'),
  ...each('b B a A', '[[:alpha:]]+'),
  p: '[AaPp][Mm]',
  f: '[0-9]{1,6}',
  g: '[0-9]{1,3}',
  n: '[0-9]{1,9}',
  z: '(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)',
  '%': '%',
};

function each(letters: string, texts: string): Record<string, string> {
  return Object.fromEntries(letters.split(' ').map((letter) => [letter, texts]));
}

/** What is wrong with a pattern of `dates`; null if nothing is. */
export function problemOfDatePattern(pattern: string): string | null {
  const found = [...pattern.matchAll(/%(-?.?)/gsu)].map(([, directive = '']) => directive);
  const unknown = found.find((directive) => !Object.hasOwn(DATE_DIRECTIVES, directive));
  if (unknown === 'Z') return '%Z is refused, because names of zones are ambiguous: use %z for an offset, and zone for the zone';
  if (unknown !== undefined)
    return `there is no directive %${unknown}; there are ${Object.keys(DATE_DIRECTIVES)
      .map((name) => `%${name}`)
      .join(' ')}`;
  const has = (...names: string[]): boolean => found.some((directive) => names.includes(directive.replace('-', '')));
  if (!has('Y', 'y')) return 'it has no year (%Y of four digits, %y of two)';
  if (!has('j') && !has('m', 'b', 'B')) return 'it has no month (%m, %b or %B)';
  if (!has('j') && !has('d')) return 'it has no day (%d)';
  if (has('j') && has('m', 'b', 'B', 'd')) return '%j is the day of the year, so there may be no month and day besides';
  return problemOfParts(found);
}

/** Directives that say the same, of which a pattern has one: two might contradict each other. */
const SAME = ['Yy', 'mbB', 'd', 'j', 'HI', 'M', 'S', 'aA', 'p', 'fgn', 'z'];

function problemOfParts(found: readonly string[]): string | null {
  for (const same of SAME) {
    const [first, second] = found.filter((directive) => same.includes(directive.replace('-', '')));
    if (second !== undefined) return first === second ? `%${first} appears twice` : `%${first} and %${second} say the same`;
  }
  return null;
}
