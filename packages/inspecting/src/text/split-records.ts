/** A record as it lies in a text, or in a sheet. */
export interface RawRecord {
  readonly fields: readonly string[];
  /** The number of its first line, or of its row, from 1. */
  readonly line: number;
  /** Cells of a sheet are joined by the delimiter, as a run does to find footers. */
  readonly text: string;
  /** Of a sheet: whether a cell holds a number that is no date. */
  readonly isNumber?: (field: number) => boolean;
}

/** How a text is taken apart. */
export interface SplitForm {
  readonly delimiter: string;
  /** Null: fields are never quoted. */
  readonly quote: string | null;
}

/**
 * Takes a text apart, to look at it: what a run reads is decided by the reader of records alone. At most `max` records that are not
 * blank. A quote that is never closed is text.
 */
export function splitRecords(text: string, { delimiter, quote }: SplitForm, max: number): RawRecord[] {
  const records: RawRecord[] = [];
  for (let at = 0, line = 1; at < text.length && records.length < max;) {
    const end = endOfLine(text, at);
    const first = text.slice(at, end).replace(/\r+$/, '');
    const quoted = quote !== null && first.includes(quote) ? splitQuoted(text, at, delimiter, quote) : null;
    const next = quoted?.end ?? end;
    const fields = quoted?.fields ?? first.split(delimiter);
    const whole = quoted === null ? first : text.slice(at, next).replace(/\r+$/, '');
    if (fields.some((field) => field.trim() !== '')) records.push({ fields, line, text: whole });
    line += quoted === null ? 1 : whole.split('\n').length;
    at = next + 1;
  }
  return records;
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline;
}

/** The fields of the record at `start`; null if a quote in it is not closed. */
function splitQuoted(text: string, start: number, delimiter: string, quote: string): { fields: string[]; end: number } | null {
  const fields: string[] = [];
  for (let at = start; ;) {
    if (text[at] !== quote) {
      const end = Math.min(...[text.indexOf(delimiter, at), endOfLine(text, at)].filter((found) => found !== -1));
      fields.push(text.slice(at, end).replace(/\r+$/, ''));
      at = end;
    } else {
      const field = readQuoted(text, at, quote);
      if (field === null) return null;
      // Text after a closing quote is malformed for the reader; here it is passed over.
      at = Math.min(...[text.indexOf(delimiter, field.end), endOfLine(text, field.end)].filter((found) => found !== -1));
      fields.push(field.value);
    }
    if (text[at] !== delimiter) return { fields, end: at };
    at += 1;
  }
}

function readQuoted(text: string, start: number, quote: string): { value: string; end: number } | null {
  let value = '';
  for (let at = start + 1; ;) {
    const close = text.indexOf(quote, at);
    if (close === -1) return null;
    value += text.slice(at, close);
    if (text[close + 1] !== quote) return { value, end: close + 1 };
    value += quote;
    at = close + 2;
  }
}
