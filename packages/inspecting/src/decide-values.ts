import { shownText } from '@retail-etl/contracts';
import type { Answers, Decision } from './proposed-source.js';
import { type DateHints, guessDates } from './values/guess-dates.js';
import { guessNumbers } from './values/guess-numbers.js';
import { numbersOf } from './write-yaml.js';

/** So many values a message shows. */
const SHOWN_MAX = 3;
function shownAll(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN_MAX).map((value) => `"${shownText(value, 30)}"`);
  const more = values.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

interface Decided {
  readonly decision: Decision | null;
  readonly comments: readonly string[];
  readonly notes: readonly string[];
}

interface DecidedNumbers extends Decided {
  readonly style: { readonly decimal: '.' | ','; readonly group: string | null };
  readonly currency: string | null;
  readonly isAccounting: boolean;
}

/** What is known of the file besides the numbers that count. */
interface NumberHints {
  /** Its other numbers. */
  readonly others: readonly string[];
  readonly likelyDecimal: '.' | ',';
}

/** How numbers are written: by the values alone, or by the answer where these allow two ways. */
export function decideNumbers(values: readonly string[], { others, likelyDecimal }: NumberHints, answers: Answers): DecidedNumbers {
  const guessed = guessNumbers(values, others, likelyDecimal);
  const { styles, currency, isAccounting, otherCurrencies, unread } = guessed;
  const taken = Math.min(answers.numbers ?? 0, styles.length - 1);
  const style = styles[taken] ?? { decimal: '.' as const, group: null };
  const inWords = styles.map(({ decimal, group, reads }) => `${reads} (decimal "${decimal}"${group === null ? '' : `, group "${group}"`})`);
  const isOpen = styles.length > 1 && answers.numbers === undefined;
  const example = shownText(guessed.example ?? '', 30);
  const other = styles
    .filter((_, index) => index !== taken)
    .map((each) => numbersOf({ ...each, currency, isAccounting, decimals: 6 }) ?? "{ decimal: '.' }")[0];
  return {
    style: { decimal: style.decimal, group: style.group },
    currency,
    isAccounting,
    decision:
      styles.length < 2
        ? null
        : { about: 'numbers', question: `What number is "${example}"?`, options: inWords, taken, isAnswered: !isOpen },
    comments: isOpen ? [`DECIDE: "${example}" may be ${inWords.join(' or ')}. The other way:`, `numbers: ${other ?? ''}`] : [],
    notes: [
      ...(otherCurrencies.length === 0
        ? []
        : [`numbers are of several currencies (${shownAll([currency ?? '', ...otherCurrencies])}); only the first is read`]),
      ...(unread.length === 0 ? [] : [`texts that are no numbers of this form: ${shownAll(unread)}`]),
    ],
  };
}

/** The pattern of dates: by the values alone, or by the answer where day and month may be exchanged. */
export function decideDates(values: readonly string[], hints: DateHints, answers: Answers): Decided & { readonly pattern: string | null } {
  const { patterns, example, unread } = guessDates(values, hints);
  const taken = Math.min(answers.dates ?? 0, Math.max(0, patterns.length - 1));
  const pattern = patterns[taken] ?? null;
  const isOpen = patterns.length > 1 && answers.dates === undefined;
  const inWords = patterns.map(
    (each) => `${each ?? 'ISO 8601'} (${each !== null && each.indexOf('%d') < each.indexOf('%m') ? 'day' : 'month'} first)`,
  );
  const shown = shownText(example ?? '', 30);
  return {
    pattern,
    decision:
      patterns.length < 2
        ? null
        : { about: 'dates', question: `Day or month first, as in "${shown}"?`, options: inWords, taken, isAnswered: !isOpen },
    comments: isOpen
      ? [
          `DECIDE: no date tells whether day or month comes first ("${shown}"). The other way:`,
          ...patterns.filter((_, index) => index !== taken).map((each) => `dates: '${each ?? ''}'`),
        ]
      : [],
    notes: [
      ...(patterns.length === 0 && unread.length > 0
        ? [
            `no pattern of dates fits ${shownAll(unread)}: add one to the source as dates: '...' (docs/sources.md), else these records are rejected`,
          ]
        : []),
      ...(patterns.length > 0 && unread.length > 0 ? [`dates that are not of the pattern: ${shownAll(unread)}`] : []),
    ],
  };
}
