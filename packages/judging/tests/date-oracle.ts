/** A moment as a pattern reads it. */
interface Moment {
  year: number;
  month: number;
  day: number;
  dayOfYear: number | null;
  hour: number;
  minute: number;
  second: number;
  isPm: boolean | null;
  /** Minutes that the clock is ahead of UTC. */
  offset: number | null;
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const SPACE = ' \t\n\v\f\r';
/** How many digits a directive takes at most, and those of a year exactly. */
const DIGITS: Readonly<Record<string, number>> = { Y: 4, y: 2, m: 2, d: 2, H: 2, I: 2, M: 2, S: 2, j: 3, f: 6 };

interface Part {
  /** A directive without its minus, `space`, or null for a literal. */
  readonly kind: string | null;
  readonly text: string;
}

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at]!;
    if (character === '%') {
      at += characters[at + 1] === '-' ? 2 : 1;
      const kind = characters[at]!;
      parts.push(kind === '%' ? { kind: null, text: '%' } : { kind, text: '' });
    } else if (SPACE.includes(character)) {
      if (parts.at(-1)?.kind !== 'space') parts.push({ kind: 'space', text: ' ' });
    } else parts.push({ kind: null, text: character });
  }
  return parts;
}

const isNumber = (part: Part | undefined): boolean => DIGITS[part?.kind ?? ''] !== undefined;

/** The ISO day of a text by a pattern, in `zone` if the text has an offset; null if the text is not of the pattern, or no day. */
export function readByPattern(text: string, pattern: string, zone: string | null): string | null {
  let rest = text;
  while (rest.startsWith(' ')) rest = rest.slice(1);
  while (rest.endsWith(' ')) rest = rest.slice(0, -1);
  const moment: Moment = { year: 0, month: 1, day: 1, dayOfYear: null, hour: 0, minute: 0, second: 0, isPm: null, offset: null };
  const parts = partsOf(pattern);
  for (const [index, part] of parts.entries()) {
    // Where two numbers touch, only all of their digits tell where one ends.
    const isTight = isNumber(parts[index - 1]) || isNumber(parts[index + 1]);
    const taken = take(rest, part, isTight, moment);
    if (taken === 0) return null;
    rest = rest.slice(taken);
  }
  return rest === '' ? dayOf(moment, zone) : null;
}

/** How many characters of `rest` are what a part stands for; 0 if it does not stand there. */
function take(rest: string, { kind, text }: Part, isTight: boolean, moment: Moment): number {
  if (kind === null) return rest.startsWith(text) ? text.length : 0;
  if (kind === 'space') return leading(rest, SPACE, Infinity);
  if (kind === 'b' || kind === 'B') {
    const names = kind === 'B' ? MONTHS : MONTHS.map((name) => name.slice(0, 3));
    const index = names.findIndex((name) => rest.toLowerCase().startsWith(name.toLowerCase()));
    moment.month = index + 1;
    return names[index]?.length ?? 0;
  }
  if (kind === 'p') {
    const half = rest.slice(0, 2).toUpperCase();
    moment.isPm = half === 'PM';
    return half === 'AM' || half === 'PM' ? 2 : 0;
  }
  if (kind === 'z') return takeOffset(rest, moment);
  const most = DIGITS[kind]!;
  const count = leading(rest, '0123456789', most);
  if (count < (kind === 'Y' || kind === 'y' || isTight ? most : 1)) return 0;
  return keep(kind, Number(rest.slice(0, count)), moment) ? count : 0;
}

function leading(text: string, characters: string, most: number): number {
  let count = 0;
  while (count < most && count < text.length && characters.includes(text[count]!)) count += 1;
  return count;
}

function keep(kind: string, value: number, moment: Moment): boolean {
  switch (kind) {
    case 'Y':
      moment.year = value;
      return value > 0;
    case 'y':
      moment.year = value < 69 ? 2000 + value : 1900 + value;
      return true;
    case 'm':
      moment.month = value;
      return value >= 1 && value <= 12;
    case 'd':
      moment.day = value;
      return value >= 1 && value <= 31;
    case 'j':
      moment.dayOfYear = value;
      return value >= 1 && value <= 366;
    case 'H':
      moment.hour = value;
      return value <= 23;
    case 'I':
      moment.hour = value % 12;
      return value >= 1 && value <= 12;
    case 'M':
      moment.minute = value;
      return value <= 59;
    case 'S':
      moment.second = value;
      return value <= 59;
    default:
      return true;
  }
}

/** `Z`, `+02`, `+0200` or `+02:00`. */
function takeOffset(rest: string, moment: Moment): number {
  if (rest.startsWith('Z')) {
    moment.offset = 0;
    return 1;
  }
  if (!rest.startsWith('+') && !rest.startsWith('-')) return 0;
  if (leading(rest.slice(1), '0123456789', 2) < 2) return 0;
  const hours = Number(rest.slice(1, 3));
  const minutesAt = rest[3] === ':' ? 4 : 3;
  const hasMinutes = leading(rest.slice(minutesAt), '0123456789', 2) === 2;
  const minutes = hasMinutes ? Number(rest.slice(minutesAt, minutesAt + 2)) : 0;
  if (hours > 23 || minutes > 59) return 0;
  moment.offset = (rest[0] === '-' ? -1 : 1) * (60 * hours + minutes);
  return hasMinutes ? minutesAt + 2 : 3;
}

/** YYYY-MM-DD, perhaps with a time, perhaps with an offset behind it. */
export function readIso(text: string, zone: string | null): string | null {
  for (const between of ['T', ' ']) {
    for (const time of ['', '%H:%M', '%H:%M:%S', '%H:%M:%S.%f']) {
      for (const offset of time === '' ? [''] : ['', '%z', ' %z']) {
        const pattern = `%Y-%m-%d${time === '' ? '' : between}${time}${offset}`;
        const day = readByPattern(fewFractions(text), pattern, zone);
        // All numbers have all their digits, and white space is one space.
        if (day !== null && !hasShortNumber(text) && !hasOtherSpace(text)) return day;
      }
    }
  }
  return null;
}

/** Fractions of a second of ISO 8601 have any number of digits. */
function fewFractions(text: string): string {
  const at = text.indexOf('.');
  if (at === -1) return text;
  const count = leading(text.slice(at + 1), '0123456789', Infinity);
  return text.slice(0, at + 1) + text.slice(at + 1, at + 1 + count).slice(0, 6) + text.slice(at + 1 + count);
}

function hasShortNumber(text: string): boolean {
  const beforeFraction = text.split('.')[0]!;
  let digits = 0;
  for (const character of `${beforeFraction.trim()}|`) {
    if ('0123456789'.includes(character)) digits += 1;
    else if (digits === 1) return true;
    else digits = 0;
  }
  return false;
}

function hasOtherSpace(text: string): boolean {
  let inner = text;
  while (inner.startsWith(' ')) inner = inner.slice(1);
  while (inner.endsWith(' ')) inner = inner.slice(0, -1);
  return inner.includes('  ') || SPACE.split('').some((character) => character !== ' ' && text.includes(character));
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysOf = (year: number): number[] => [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function dayOf(moment: Moment, zone: string | null): string | null {
  let { month, day } = moment;
  const lengths = daysOf(moment.year);
  if (moment.dayOfYear !== null) {
    month = 1;
    day = moment.dayOfYear;
    while (day > lengths[month - 1]!) {
      day -= lengths[month - 1]!;
      month += 1;
      if (month > 12) return null;
    }
  }
  if (day > lengths[month - 1]!) return null;
  if (zone === null || moment.offset === null) return isoDay(moment.year, month, day);
  const hour = moment.hour + (moment.isPm === true ? 12 : 0);
  const time = new Date(0);
  time.setUTCFullYear(moment.year, month - 1, day);
  time.setUTCHours(hour, moment.minute - moment.offset, moment.second);
  return dayInZone(time, zone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function dayInZone(time: Date, zone: string): string {
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('en-u-ca-iso8601', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  return isoDay(parts.get('year')!, parts.get('month')!, parts.get('day')!);
}

function isoDay(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
