import { quoteText } from '@retail-etl/duckdb';

/**
 * Texts that a directive of strptime may stand for, as regular expressions of RE2. DuckDB's own reading takes `19` for %Y, which is the
 * year 19, and `9` for %y: a year has four digits here, or two. %c and %x begin with a year of four.
 * Directives: https://duckdb.org/docs/stable/sql/functions/dateformat
 */
const DIRECTIVES: Readonly<Record<string, string>> = {
  ...directives('Y G', '[0-9]{4}'),
  ...directives('y', '[0-9]{2}'),
  ...directives('-y', '[0-9]{1,2}'),
  ...directives('c x', '[0-9]{4}-.+'),
  ...directives('d m H I M S -d -m -H -I -M -S U W V', '[0-9]{1,2}'),
  ...directives('j -j', '[0-9]{1,3}'),
  ...directives('u w', '[0-9]'),
  ...directives('f g n', '[0-9]+'),
  '%': '%',
};

function directives(letters: string, texts: string): Record<string, string> {
  return Object.fromEntries(letters.split(' ').map((letter) => [letter, texts]));
}

/** Names of days, months and zones, and times: whatever is no space. */
const OTHER = '[^[:space:]]+';

/** The texts that a strptime pattern may stand for. White space in a pattern stands for any, or none, as in DuckDB. */
function textsOfPattern(pattern: string): string {
  const parts = pattern.matchAll(/%(-?[A-Za-z%])|(\s+)|([\s\S])/gu);
  return [...parts].map(([, directive, space, literal]) => textsOfPart(directive, space, literal ?? '')).join('');
}

function textsOfPart(directive: string | undefined, space: string | undefined, literal: string): string {
  if (directive !== undefined) return DIRECTIVES[directive] ?? OTHER;
  if (space !== undefined) return '[[:space:]]*';
  return literal.replace(/[\\^$.*+?()[\]{}|]/u, '\\$&');
}

/** SQL of the timestamp that `text` is by the first of the patterns that it fits; NULL by none. */
export function parseByPatterns(text: string, patterns: readonly string[]): string {
  const parsed = patterns.map(
    (pattern) =>
      `CASE WHEN regexp_full_match(${text}, ${quoteText(textsOfPattern(pattern))}) THEN try_strptime(${text}, ${quoteText(pattern)}) END`,
  );
  return `COALESCE(${parsed.join(', ')})`;
}
