import { parseString } from 'fast-csv';
import type { Header } from '../../codec/csv/find-header.js';
import type { RecordShape } from '../../codec/csv/record-reader.js';

/** What is kept of a header, so that a run can tell that it has changed. */
const NAMES_MAX = 200;
const CHARACTERS_MAX = 80;

/** The names of a header as they are in the file, as far as they are kept. */
export function keptNames(names: readonly string[]): string[] {
  return names.slice(0, NAMES_MAX).map((name) =>
    Array.from(name.slice(0, 2 * CHARACTERS_MAX))
      .slice(0, CHARACTERS_MAX)
      .join('')
      .toWellFormed(),
  );
}

/** The same of a text file's header, which has been read before. */
export function keptNamesOf({ text }: Header, { delimiter, quote }: RecordShape): Promise<string[]> {
  const sign = quote === -1 ? null : String.fromCharCode(quote ?? 0x22);
  return new Promise((resolve) => {
    let names: string[] = [];
    parseString<string[], string[]>(text.replaceAll('\r', ' '), {
      headers: false,
      delimiter: String.fromCharCode(delimiter),
      ...(sign === null ? { quote: null } : { quote: sign, escape: sign }),
    })
      .on('data', (row: string[]) => {
        names = row;
      })
      // What cannot be parsed has not got this far, but for characters that nobody sees: then no names are kept.
      .on('error', () => resolve([]))
      .on('end', () => resolve(keptNames(names)));
  });
}
