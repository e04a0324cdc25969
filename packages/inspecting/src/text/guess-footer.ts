import type { RawRecord } from './split-records.js';

/** So many records at the end may be no sales. */
const LINES_MAX = 10;
const BEGIN_MAX = 24;

/** Lines at the end of a file that are no sales. */
export interface GuessedFooter {
  /** An expression that matches them and no other line; null if there is none. */
  readonly pattern: string | null;
  readonly lines: readonly RawRecord[];
}

/** The last lines of a file for which `isSale` does not hold, such as totals. */
export function guessFooter(records: readonly RawRecord[], isSale: (record: RawRecord) => boolean): GuessedFooter {
  const lastSale = records.findLastIndex((record) => isSale(record));
  const lines = lastSale === -1 ? [] : records.slice(lastSale + 1);
  if (lines.length === 0 || lines.length > LINES_MAX) return { pattern: null, lines: [] };
  const begins = lines.map(({ text }) => /^[^\d\n]*/.exec(text)![0].slice(0, BEGIN_MAX).trimEnd());
  if (begins.some((begin) => !/\p{L}/u.test(begin))) return { pattern: null, lines };
  const expressions = [...new Set(begins)].map((begin) => begin.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  const pattern = expressions.length === 1 ? `^${expressions[0]!}` : `^(${expressions.join('|')})`;
  const expression = new RegExp(pattern);
  return { pattern: records.slice(0, lastSale + 1).some(({ text }) => expression.test(text)) ? null : pattern, lines };
}
