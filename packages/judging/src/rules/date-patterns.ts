import { DATE_DIRECTIVES } from '@retail-etl/sales';
import { quoteText } from '@retail-etl/duckdb';

/**
 * Texts that a directive of strptime may stand for, as regular expressions of RE2. DuckDB's own reading takes `19` for %Y, which is the
 * year 19, and `9` for %y: a year has four digits here, or two. %c and %x begin with a year of four.
 * Directives: https://duckdb.org/docs/stable/sql/functions/dateformat
 */
const DIRECTIVES: Readonly<Record<string, string>> = {
  ...each('Y G', '[0-9]{4}'),
  ...each('y', '[0-9]{2}'),
  ...each('-y', '[0-9]{1,2}'),
  ...each('c x', '[0-9]{4}-.+'),
  ...each('d m H I M S -d -m -H -I -M -S U W V', '[0-9]{1,2}'),
  ...each('j -j', '[0-9]{1,3}'),
  ...each('u w', '[0-9]'),
  ...each('f g n', '[0-9]+'),
  '%': '%',
};

function each(letters: string, texts: string): Record<string, string> {
  return Object.fromEntries(letters.split(' ').map((letter) => [letter, texts]));
}

const DIGITS = '[0-9]';

/** Names of days, months and zones, and times: whatever is no space. */
const OTHER = '[^[:space:]]+';

/** The texts that a strptime pattern may stand for. White space in a pattern stands for any, or none, as in DuckDB. */
function textsOfPattern(pattern: string): string {
  return partsOf(pattern)
    .map(({ directive, hasSpace, literal }) =>
      directive === undefined ? textsOf(hasSpace, literal, '*') : (DIRECTIVES[directive] ?? OTHER),
    )
    .join('');
}

/**
 * The texts that a declared pattern stands for: in a text without the white space of `%m/%d/%y %H`, the hour would be two digits of the year. Where
 * two numbers touch, as in `%Y%m%d`, each needs all its digits: `2020111` might be two days. `group`: the text of this directive is a group.
 */
export function textsOfDeclared(pattern: string, group?: string): string {
  const parts = partsOf(pattern);
  const hasDigits = (at: number): boolean => DATE_DIRECTIVES[parts[at]?.directive ?? '']?.startsWith(DIGITS) === true;
  return parts
    .map(({ directive, hasSpace, literal }, at) => {
      if (directive === undefined) return textsOf(hasSpace, literal, '+');
      const texts = DATE_DIRECTIVES[directive]!;
      const exact = hasDigits(at) && (hasDigits(at - 1) || hasDigits(at + 1)) ? texts.replace('{1,', '{') : texts;
      return directive.replace('-', '') === group ? `(${exact})` : exact;
    })
    .join('');
}

interface Part {
  readonly directive: string | undefined;
  readonly hasSpace: boolean;
  readonly literal: string;
}

function partsOf(pattern: string): Part[] {
  return [...pattern.matchAll(/%(-?[A-Za-z%])|(\s+)|([\s\S])/gu)].map(([, directive, space, literal = '']) => ({
    directive,
    hasSpace: space !== undefined,
    literal,
  }));
}

function textsOf(hasSpace: boolean, literal: string, howMany: '*' | '+'): string {
  return hasSpace ? `[[:space:]]${howMany}` : literal.replace(/[\\^$.*+?()[\]{}|]/u, '\\$&');
}

/** SQL of the timestamp that `text` is by the first of the patterns that it fits; NULL by none. */
export function parseByPatterns(text: string, patterns: readonly string[]): string {
  const parsed = patterns.map(
    (pattern) =>
      `CASE WHEN regexp_full_match(${text}, ${quoteText(textsOfPattern(pattern))}) THEN try_strptime(${text}, ${quoteText(pattern)}) END`,
  );
  return `COALESCE(${parsed.join(', ')})`;
}
