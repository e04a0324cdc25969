/** A pattern of strptime that fits; `null` stands for ISO 8601. */
export interface GuessedDates {
  /** The likeliest first; more than one if day and month may be exchanged. */
  readonly patterns: readonly (string | null)[];
  /** A value that the patterns read as different days; null without such a one. */
  readonly example: string | null;
  /** Values that the first pattern does not read. */
  readonly unread: readonly string[];
}

/** What is known of the file besides its dates. */
export interface DateHints {
  /** Whether the day is usually written first where the file comes from; null if nothing tells. */
  readonly isDayFirst: boolean | null;
}

const DAYS = [
  '%Y-%m-%d',
  '%Y/%m/%d',
  '%Y.%m.%d',
  ...['.', '/', '-', ' '].flatMap((sign) => orders(sign)),
  '%Y-%d-%m',
  '%Y/%d/%m',
  '%Y%m%d',
];
const DAYS_OF_WORDS = [
  '%d %b %Y',
  '%d-%b-%Y',
  '%d-%b-%y',
  '%d/%b/%Y',
  '%d %b %y',
  '%b %d, %Y',
  '%b %d %Y',
  '%d %B %Y',
  '%B %d, %Y',
].flatMap((day) => [day, `%a, ${day}`, `%a ${day}`, `%A, ${day}`]);
const TIMES = ['', '%H:%M', '%H:%M:%S', '%H:%M:%S.%f', '%I:%M %p', '%I:%M:%S %p', '%I:%M%p', '%H.%M', '%H.%M.%S', '%Hh%M'];
const BETWEEN = [' ', 'T', ', ', ' - '];
const OFFSETS = ['', ' %z', '%z'];

function orders(sign: string): string[] {
  return ['%d %m %Y', '%m %d %Y', '%d %m %y', '%m %d %y', '%y %m %d'].map((order) => order.replaceAll(' ', sign));
}

/** What may follow a day. */
const ENDS = TIMES.flatMap((time) =>
  time === '' ? [''] : BETWEEN.flatMap((between) => OFFSETS.map((offset) => `${between}${time}${offset}`)),
);

/** Patterns that one of the values fits. */
function candidatesFor(values: readonly string[]): string[] {
  const days = [...DAYS, ...DAYS_OF_WORDS].filter((day) => values.some((value) => formOf(day, false).test(value)));
  return days.flatMap((day) => ENDS.map((end) => `${day}${end}`));
}

const TEXTS: Readonly<Record<string, string>> = {
  Y: '(?<year>(?:19|20)\\d{2})',
  y: '\\d{2}',
  m: '(?<month>0?[1-9]|1[0-2])',
  d: '(?<day>0?[1-9]|[12]\\d|3[01])',
  b: '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)',
  B: '(?:january|february|march|april|may|june|july|august|september|october|november|december)',
  a: '(?:mon|tue|wed|thu|fri|sat|sun)',
  A: '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)',
  H: '(?:[01]?\\d|2[0-3])',
  I: '(?:0?[1-9]|1[0-2])',
  M: '[0-5]?\\d',
  S: '[0-5]?\\d',
  p: '[ap]m',
  f: '\\d{1,6}',
  z: '(?:Z|[+-]\\d{2}(?::?\\d{2})?)',
};

const ISO =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?(?:Z|[+-]\d{2}(?::?\d{2})?))?)?$/;

/** Whether a text is a date without a pattern. */
export const isIsoDate = (text: string): boolean => ISO.test(text.trim());

/** A longer text is no date. */
const LENGTH_MAX = 80;

/** Values to try candidates with, before all are tried with those that are left. */
const FIRST = 20;

/** The patterns by which all values are dates. Day and month in doubt: both orders. */
export function guessDates(values: Iterable<string>, hints: DateHints): GuessedDates {
  const distinct = [...new Set([...values].map((value) => value.trim().slice(0, LENGTH_MAX)).filter((value) => value !== ''))];
  if (distinct.length === 0) return { patterns: [null], example: null, unread: [] };
  if (distinct.every((value) => ISO.test(value))) return { patterns: [null], example: null, unread: [] };
  const likely = candidatesFor(distinct.slice(0, FIRST))
    .map((pattern) => ({ pattern, form: formOf(pattern) }))
    .map((each) => ({ ...each, first: distinct.slice(0, FIRST).filter((value) => each.form.test(value)).length }))
    .filter(({ first }) => first > 0)
    .map((each) => ({ ...each, read: distinct.filter((value) => each.form.test(value)).length }));
  const most = Math.max(0, ...likely.map(({ read }) => read));
  if (most === 0) return { patterns: [], example: null, unread: distinct };
  const fitting = likely.filter(({ read }) => read === most).map(({ pattern }) => pattern);
  const patterns = inDoubt(fitting);
  const sorted = patterns.length < 2 ? patterns : sortByLikelihood(patterns, distinct, hints);
  const form = formOf(sorted[0]!);
  return {
    patterns: sorted,
    example: sorted.length < 2 ? null : (distinct.find((value) => isOtherDay(value, form)) ?? distinct[0]!),
    unread: distinct.filter((value) => !form.test(value)),
  };
}

/** The first that fits, and the same with day and month exchanged if that fits, too. */
function inDoubt(fitting: readonly string[]): string[] {
  const [first] = fitting;
  // The year first, then the month: nobody writes the day between them.
  if (first === undefined || first.startsWith('%Y')) return fitting.slice(0, 1);
  const exchanged = exchange(first);
  return fitting.includes(exchanged) && exchanged !== first ? [first, exchanged] : [first];
}

const exchange = (pattern: string): string => pattern.replaceAll(/%[dm]/g, (directive) => (directive === '%d' ? '%m' : '%d'));

/** The texts that a pattern stands for; without `isWhole`, those that begin so. */
function formOf(pattern: string, isWhole = true): RegExp {
  const source = pattern.replaceAll(/%([A-Za-z])|(\s+)|([.+])/g, (_, directive: string | undefined, space: string | undefined, literal) =>
    directive === undefined ? (space === undefined ? `\\${literal as string}` : '\\s+') : TEXTS[directive]!,
  );
  // Without a sign between them, all have two digits.
  const exact = pattern.startsWith('%Y%m%d') ? source.replaceAll('0?[1-9]', '0[1-9]') : source;
  return new RegExp(`^${exact}${isWhole ? '$' : ''}`, 'i');
}

function isOtherDay(value: string, form: RegExp): boolean {
  const { day, month } = form.exec(value)?.groups ?? {};
  return Number(day) !== Number(month);
}

/** A file is of few days more often than of many, and where points are between them, the day comes first. */
function sortByLikelihood(patterns: readonly string[], values: readonly string[], { isDayFirst }: DateHints): string[] {
  const months = (pattern: string): number => new Set(values.map((value) => formOf(pattern).exec(value)?.groups?.['month'])).size;
  const [fewest, more] = patterns.toSorted((a, b) => months(a) - months(b)) as [string, string];
  if (months(fewest) * 2 <= months(more)) return [fewest, more];
  const startsByDay = isDayFirst ?? !patterns[0]!.includes('/');
  return patterns
    .toSorted((a, b) => Number(a.indexOf('%d') > a.indexOf('%m')) - Number(b.indexOf('%d') > b.indexOf('%m')))
    .sort((a, b) => (startsByDay ? a.indexOf('%d') - b.indexOf('%d') : a.indexOf('%m') - b.indexOf('%m')));
}
