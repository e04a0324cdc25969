import type { YamlValue } from './yaml-value.js';

/** Where a source is. `reading` has an implementation for each kind. */
export type SourcePlace =
  | { readonly kind: 'postgres-table'; /** As SQL names it, with or without its schema. */ readonly table: string }
  | {
      readonly kind: 'csv-files';
      /** Of paths below the input folder, with `/`; `*`, `**`, `?` and `{a,b}` as usual. */
      readonly patterns: readonly string[];
      /** Of a workbook; null: the only visible one. */
      readonly sheet: string | null;
    };

export type SourceKind = SourcePlace['kind'];

/** The patterns of a place's files; none if it is of another kind. */
export const patternsOf = (place: SourcePlace): readonly string[] => ('patterns' in place ? place.patterns : []);

/** The keys of a source that say where it is. */
export const PLACE_KEYS = ['files', 'table', 'sheet'] as const;

/** With each more, a name of 255 characters takes a hundred times as long to compare. */
const STARS_MAX = 3;

/** How many stars, or several in a row, stand between two slashes of a pattern; of parts in braces those of the one with the most. */
function mostStars(pattern: string): number {
  const stars = (text: string): number => text.match(/\*+/g)?.length ?? 0;
  const withMost = (parts: string): string => parts.split(',').toSorted((a, b) => stars(b) - stars(a))[0]!;
  let flat = pattern;
  while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{([^{}]*)\}/, (_, parts: string) => withMost(parts));
  return Math.max(...flat.split('/').map(stars));
}

/** Of which keys a source's place and kind are made. */
export function parsePlace(source: YamlValue, entries: ReadonlyMap<string, YamlValue>): SourcePlace | undefined {
  const files = entries.get('files');
  const table = entries.get('table');
  if ((files === undefined) === (table === undefined)) return source.fault('either files or table is expected');
  if (table !== undefined) {
    const name = table.filled();
    return name === undefined ? undefined : { kind: 'postgres-table', table: name };
  }
  const patterns = files!.texts();
  if (patterns === undefined) return undefined;
  const wrong = patterns.find(
    (pattern) =>
      /^[/!]/.test(pattern) ||
      pattern.split('/').some((part) => part.trim() === '') ||
      // Also as one of the parts in braces.
      pattern.split(/[/{},]/).some((part) => ['.', '..'].includes(part)),
  );
  if (wrong !== undefined) return files!.fault(`"${wrong}" is not a pattern of paths below the folder input, such as uk/*.csv`);
  const slow = patterns.find((pattern) => mostStars(pattern) > STARS_MAX);
  if (slow !== undefined) return files!.fault(`"${slow}" has more than ${STARS_MAX} times * between two slashes`);
  return { kind: 'csv-files', patterns, sheet: entries.get('sheet')?.filled() ?? null };
}
