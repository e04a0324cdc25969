import fc from 'fast-check';
import { MONTHS } from './date-oracle.js';

export const DATES = [
  '%Y-%m-%d',
  '%d.%m.%Y',
  '%m/%d/%Y',
  '%m/%d/%y',
  '%d/%m/%y',
  '%-d.%-m.%Y',
  '%-m/%-d/%y',
  '%Y%m%d',
  '%y%m%d',
  '%d%m%Y',
  '%d%m%y',
  '%d %b %Y',
  '%d-%b-%y',
  '%B %d, %Y',
  '%b %d, %Y',
  '%d%b%Y',
  '%Y %B %-d',
  '%Y %j',
  '%Y-%j',
  '%Y%j',
  '%j/%y',
  '%Y年%m月%d日',
  '[%d|%m|%Y]',
  '%d.%m.%Y.',
  '100%% %Y/%m/%d',
  '(%Y) %d+%m*',
  "%d.%m.'%y",
  '%Y	%m %d',
  '%d. %B %Y',
];
export const TIMES = [
  '',
  '',
  '',
  ' %H:%M',
  ' %H:%M:%S',
  'T%H:%M:%S',
  ' %I:%M %p',
  ' %I:%M:%S %p',
  ' %p %I',
  ' %H:%M:%S.%f',
  ' %-H:%-M',
  ' %H%M%S',
  ' %H',
  '%H',
  ' %H:%M %z',
  ' %H:%M:%S%z',
  'T%H:%M:%S.%f%z',
  ' %I:%M%p %z',
  '%z',
];
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'Europe/London',
  'America/St_Johns',
  'UTC',
  'Pacific/Auckland',
];

export const patterns = fc.tuple(fc.constantFrom(...DATES), fc.constantFrom(...TIMES)).map((all) => all.join(''));
/** For all but each third no zone. */
export const zones = fc.oneof(fc.constant(null), fc.constantFrom(...ZONES));

const padded = (value: number, length: number): string => String(value).padStart(length, '0');
const number = (min: number, max: number): fc.Arbitrary<number> => fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));

const isoOffset = fc.oneof(
  fc.constantFrom('Z', '+00:00', '-00:00', '+0530', '+05:45', '+14:00', '-12', '-0330', '+02', '+0200', '-07:00', '+23:59', '-23:59'),
  fc.constantFrom('', '+2', '+24:00', '+02:60', '+99:99', 'z', 'UTC', '+02:0', '+02:', '+ 02:00', '+02:00:00', '02:00', '\u221202:00'),
);

/** A text for each directive: mostly one that may stand there. */
function textOf(directive: string): fc.Arbitrary<string> {
  const two = (min: number, max: number): fc.Arbitrary<string> =>
    fc.tuple(number(min, max), fc.constantFrom(2, 2, 2, 1)).map(([value, length]) => padded(value, length));
  switch (directive.replace('-', '')) {
    case 'Y':
      return fc.oneof(
        { weight: 8, arbitrary: number(1971, 2035).map(String) },
        fc.constantFrom('2000', '1900', '2024', '0001', '9999', '0000', '19', '019', '12019', '1600', '-001'),
      );
    case 'y':
      return fc.oneof(
        { weight: 8, arbitrary: number(0, 99).map((value) => padded(value, 2)) },
        fc.constantFrom('68', '69', '9', '2019', '019'),
      );
    case 'm':
      return two(0, 13);
    case 'd':
      return fc.oneof({ weight: 2, arbitrary: two(1, 28) }, two(0, 32));
    case 'H':
      return fc.oneof({ weight: 3, arbitrary: two(0, 23) }, two(0, 25));
    case 'I':
      return fc.oneof({ weight: 3, arbitrary: two(1, 12) }, two(0, 13));
    case 'M':
    case 'S':
      return fc.oneof({ weight: 5, arbitrary: two(0, 59) }, two(59, 61));
    case 'f':
      return fc.oneof({ weight: 5, arbitrary: number(0, 999_999).map(String) }, fc.constantFrom('000001', '1234567', ''));
    case 'p':
      return fc.constantFrom('AM', 'PM', 'am', 'pm', 'Pm', 'a.m.', 'A');
    case 'b':
      return fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...MONTHS.map((name) => name.slice(0, 3))) },
        fc.constantFrom('MAY', 'sept', 'Mai', 'March'),
      );
    case 'B':
      return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...MONTHS) }, fc.constantFrom('MARCH', 'may', 'Sep', 'März'));
    case 'j':
      return fc.tuple(number(0, 367), fc.constantFrom(3, 3, 1)).map(([value, length]) => padded(value, length));
    case 'z':
      return isoOffset;
    default:
      return fc.constant('%');
  }
}

/** Texts of a pattern: of what each of its parts may stand for, mostly. */
export function textsOfPattern(pattern: string): fc.Arbitrary<string> {
  const parts = pattern.split(/(%-?[A-Za-z%])/).map((part) => (part.startsWith('%') ? textOf(part.slice(1)) : fc.constant(part)));
  return fc.tuple(...parts).map((all) => all.join(''));
}

export const ISO_TEXTS = [
  '%Y-%m-%d',
  '%Y-%m-%dT%H:%M',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%dT%H:%M:%S.%f',
  '%Y-%m-%d %H:%M%z',
  '%Y-%m-%dT%H:%M:%S%z',
  '%Y-%m-%dT%H:%M:%S.%f %z',
];

const CHARACTERS = '0123459 :./-+TZz%,|\t\n\u00a0\u202f٣５\ufeffAMae'.split('');

/** One change at one place of a text. */
const mutated = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(texts, fc.nat(), fc.constantFrom(0, 1, 2), fc.constantFrom(...CHARACTERS)).map(([text, place, kind, character]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + (kind === 1 ? '' : character) + text.slice(kind === 0 ? at : at + 1);
  });

export const HOSTILE = [
  '',
  ' ',
  '2023-02-29',
  '2024-02-29',
  '1900-02-29',
  '2000-02-29',
  '31/04',
  '31/04/2023',
  '30/04/2023',
  '31.04.2023',
  '2023-04-31',
  '0000-01-01',
  '2023-00-10',
  '2023-13-01',
  '2023-01-02T24:00',
  '2023-01-02 23:60',
  '2023-01-02 23:59:60',
  '24:00',
  '12/31/2023',
  '1/2/19',
  '1/2/2019',
  '1/2/201',
  '01/02/019',
  '1/2/12019',
  '19-02-03',
  '2023-01-02x',
  'x2023-01-02',
  '2023-01-02 ',
  ' 2023-01-02',
  '	2023-01-02',
  '2023-01-02\n',
  '2023-01-02\xA0',
  '\xA02023-01-02',
  '﻿2023-01-02',
  '2023- 01-02',
  '2023 -01-02',
  '２０２３-01-02',
  '٢٠٢٣-٠١-٠٢',
  '2023‑01‑02',
  '2023/01/02',
  '2023.01.02',
  '20230102',
  '2023012',
  '230102',
  '02012023',
  '112023',
  '1122019',
  '2020111',
  'epoch',
  'infinity',
  '-infinity',
  'now',
  'today',
  'NULL',
  '1e3',
  '44927',
  '44927.5',
  '1672617600',
  '-2023-01-02',
  '+2023-01-02',
  '2023-01-02 BC',
  '2023-W01-1',
  '2023-001',
  '--01-02',
  '1/2/2019:30',
  '1/2/2019 ',
  '1/2/20 19',
  '1/2/2019:30:00',
  '01.02.202010:00',
  '01.02.202010',
  '1 2 2019',
  'Feb3, 2019',
  'Feb 3,2019',
  'February 3, 2019',
  '3Feb2019',
  '3 Feb 2019',
  '3-Feb-19',
];

export const many = (texts: fc.Arbitrary<string>, count: number): fc.Arbitrary<string[]> =>
  fc.array(fc.oneof({ weight: 4, arbitrary: texts }, { weight: 2, arbitrary: mutated(texts) }, fc.constantFrom(...HOSTILE)), {
    minLength: count,
    maxLength: count,
    size: 'max',
  });
