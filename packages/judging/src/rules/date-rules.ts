import { DATE_DIRECTIVES, type DateOptions } from '@retail-etl/sales';
import { quoteText } from '@retail-etl/duckdb';
import { parseByPatterns, textsOfDeclared } from './date-patterns.js';

const DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?';
const ZONE = ' ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)';
/** Where the day depends on it, it has to be one. */
const OFFSET = ` ?${DATE_DIRECTIVES['z']}`;

/** strptime also takes white space around a date, and the words epoch and infinity for one. */
const FORMATTED = '([^[:space:]].*)?[0-9](.*[^[:space:]])?';

/** Whether a text is of ISO 8601, so that no pattern is tried with it. */
export const isIsoDate = (text: string, zone = ZONE): string => `regexp_full_match(${text}, ' *${DAY}([T ]${TIME}(${zone})?)? *')`;

/**
 * SQL of the day of a date's text, perhaps with a time: NULL if it is not of the form, or no day that exists. `patterns` are those of the
 * setting CSV_DATE_FORMATS. `hasCells`: the text may also be the ISO date that a cell of a workbook holds.
 */
export function dateRule(column: string, { pattern, zone }: DateOptions, patterns: readonly string[], hasCells: boolean): string {
  if (pattern === null) return isoRule(column, zone, patterns);
  const own = patternRule(`trim(${column}, ' ')`, pattern, zone);
  return hasCells ? `COALESCE(${isoRule(column, zone, [])}, ${own})` : own;
}

/** The beginning of a text of ISO 8601. Without `zone`, a time and an offset behind the day are checked for their form and ignored. */
function isoRule(column: string, zone: string | null, patterns: readonly string[]): string {
  const offset = `regexp_extract(${column}, '${OFFSET} *$')`;
  const moved =
    zone === null
      ? ''
      : `
       WHEN regexp_full_match(${column}, ' *${DAY}[T ]${TIME}${OFFSET} *')
         THEN ${dayInZone(`try_strptime(replace(substr(ltrim(${column}, ' '), 1, 16), 'T', ' '), '%Y-%m-%d %H:%M')`, `trim(${offset}, ' ')`, zone)}`;
  return `
  CASE WHEN ${column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
         THEN try_strptime(${column}, '%Y-%m-%d')${moved}
       WHEN ${isIsoDate(column, zone === null ? ZONE : OFFSET)}
         THEN try_strptime(substr(ltrim(${column}, ' '), 1, 10), '%Y-%m-%d')${
           patterns.length === 0
             ? ''
             : `
       WHEN regexp_full_match(trim(${column}, ' '), '${FORMATTED}')
         THEN CAST(${parseByPatterns(`trim(${column}, ' ')`, patterns)} AS DATE)`
         }
  END`;
}

/** By one pattern of strptime, whose directives stand for exactly the texts of DATE_DIRECTIVES. */
function patternRule(text: string, pattern: string, zone: string | null): string {
  const [before, after] = splitAtOffset(pattern);
  if (after === null) {
    const isOfForm = `regexp_full_match(${text}, ${quoteText(textsOfDeclared(before))})`;
    return `CASE WHEN ${isOfForm} THEN CAST(${timeOf(text, before)} AS DATE) END`;
  }
  // The offset is taken out: strptime would move the time to UTC, and the day with it.
  const whole = quoteText(`^(${textsOfDeclared(before)})(${DATE_DIRECTIVES['z']})(${textsOfDeclared(after)})$`);
  const written = timeOf(`regexp_replace(${text}, ${whole}, '\\1\\3')`, before + after);
  const day = zone === null ? `CAST(${written} AS DATE)` : dayInZone(written, `regexp_extract(${text}, ${whole}, 2)`, zone);
  return `CASE WHEN regexp_matches(${text}, ${whole}) THEN ${day} END`;
}

/** TIMESTAMP of a text that has the pattern's form; NULL if there is no such day or time. */
function timeOf(text: string, pattern: string): string {
  const time = `try_strptime(${text}, ${quoteText(pattern)})`;
  const texts = textsOfDeclared(pattern, 'j');
  if (texts === textsOfDeclared(pattern)) return time;
  // strptime takes day 366 of a year that has 365 for the first of the next.
  return `CASE WHEN dayofyear(${time}) = CAST(regexp_extract(${text}, ${quoteText(`^${texts}$`)}, 1) AS INTEGER) THEN ${time} END`;
}

function splitAtOffset(pattern: string): [before: string, after: string | null] {
  for (const match of pattern.matchAll(/%(-?.)/gsu))
    if (match[1] === 'z') return [pattern.slice(0, match.index), pattern.slice(match.index + match[0].length)];
  return [pattern, null];
}

/** The day that it is in `zone` at the time `written` (TIMESTAMP) of which the clock is `offset` (such as +0200 or Z) ahead of UTC. */
function dayInZone(written: string, offset: string, zone: string): string {
  const bare = `replace(${offset}, ':', '')`;
  const minutes = `60 * CAST(substr(${bare}, 2, 2) AS INTEGER) + COALESCE(TRY_CAST(substr(${bare}, 4, 2) AS INTEGER), 0)`;
  const ahead = `CASE left(${bare}, 1) WHEN '+' THEN ${minutes} WHEN '-' THEN -(${minutes}) ELSE 0 END`;
  return `CAST(timezone(${quoteText(zone)}, timezone('UTC', ${written} - to_minutes(${ahead}))) AS DATE)`;
}
