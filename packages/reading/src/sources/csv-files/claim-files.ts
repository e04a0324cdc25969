import { join } from 'node:path';
import picomatch from 'picomatch';
import { EtlError, shownName, shownText } from '@retail-etl/contracts';
import { compileExpression, isStoreFileName, patternsOf, type SalesDefinition, type SourceDefinition, termsOf } from '@retail-etl/sales';
import { type InputFile, listInputPaths, listInputTree } from '@retail-etl/store';

/** Below DATA_DIR. */
export const INPUT_FOLDER = 'input';

/** So many files a message names. */
const SHOWN_MAX = 10;

/** Names that programs give to files that are not whole, or not meant for others. A name with a point in front is one, too. */
const UNFINISHED = /(?:^|\/)(?:\.|~\$)|\.(?:part|tmp)$/i;

/** Whether a run never reads a file, and does not ask whose it is, because of its name. */
export const isUnfinished = (path: string): boolean => UNFINISHED.test(path);

/** Whether a path below the input folder is one of a source's files. */
export function fileMatcher({ place }: Pick<SourceDefinition, 'place'>): (path: string) => boolean {
  // Parentheses are what they are in names such as `sales (1).csv`; for picomatch they would be groups.
  const patterns = patternsOf(place).map((pattern) => pattern.replaceAll(/(?<!\\)[()]/g, String.raw`\$&`));
  const matches = picomatch(patterns, { nonegate: true, noextglob: true });
  return (path) => !isUnfinished(path) && matches(path);
}

/** The files of one declared source, by path. Throws SOURCE_MISSING if there are none, FILE_REFUSED for what is no regular file. */
export async function listDeclaredFiles(folder: string, definition: SourceDefinition): Promise<InputFile[]> {
  const files = await listInputTree(folder, fileMatcher(definition));
  if (files === null) throw new EtlError('SOURCE_MISSING', 'the folder input of DATA_DIR does not exist');
  if (files.length > 0) return files;
  throw noFiles(definition);
}

/** SOURCE_MISSING for a declared source of which no file is there. */
export function noFiles({ name, place }: SourceDefinition): EtlError {
  return new EtlError('SOURCE_MISSING', `the folder input of DATA_DIR holds no file for source ${name} (${patternsOf(place).join(', ')})`);
}

/** A file below the input folder, and the names of the sources that it belongs to. */
export interface Claim {
  readonly path: string;
  readonly by: readonly string[];
}

/** Every file below the input folder of `dataDir` that may be one of a source's, by path; none without the folder. */
export async function claimFiles(dataDir: string, { sources, digest }: SalesDefinition): Promise<Claim[]> {
  // Without a declaration, only files directly in the folder are read.
  const matcherOf = (source: SourceDefinition): ((path: string) => boolean) =>
    digest === null ? (path) => patternsOf(source.place).length > 0 && isStoreFileName(path) && !path.includes('/') : fileMatcher(source);
  const matchers = sources.map((source) => ({ name: source.name, matches: matcherOf(source) }));
  const paths = ((await listInputPaths(join(dataDir, INPUT_FOLDER))) ?? []).filter((path) => !isUnfinished(path));
  return paths.map((path) => ({ path, by: matchers.filter(({ matches }) => matches(path)).map(({ name }) => name) }));
}

/** Throws SOURCE_AMBIGUOUS for files that two sources claim, SOURCE_UNCLAIMED for those that none does, unless these may be there. */
export function refuseUnclaimed(claims: readonly Claim[], { ignoresUnclaimed }: SalesDefinition): void {
  const ambiguous = claims.filter(({ by }) => by.length > 1);
  if (ambiguous.length > 0)
    throw new EtlError(
      'SOURCE_AMBIGUOUS',
      `files of more than one source: ${listed(ambiguous.map(({ path, by }) => `${shownName(path)} (${by.join(', ')})`))}`,
    );
  const unclaimed = claims.filter(({ by }) => by.length === 0);
  if (unclaimed.length > 0 && !ignoresUnclaimed)
    throw new EtlError('SOURCE_UNCLAIMED', `files of no source: ${listed(unclaimed.map(({ path }) => shownName(path)))}`);
}

/** Throws FILE_PATH_UNMATCHED for files of a source of which one of its expressions of `file` does not match the path. */
export function refuseUnmatchedPaths({ name, columns }: SourceDefinition, paths: readonly string[]): void {
  for (const term of termsOf(columns)) {
    if (term.kind !== 'file') continue;
    const expression = compileExpression(term.pattern);
    const unmatched = paths.filter((path) => (expression.exec(path)?.[1] ?? '').trim() === '');
    if (unmatched.length > 0)
      throw new EtlError(
        'FILE_PATH_UNMATCHED',
        `source ${name}: "${shownText(term.pattern)}" finds nothing in ${listed(unmatched.map(shownName))}`,
      );
  }
}

function listed(texts: readonly string[]): string {
  const more = texts.length - SHOWN_MAX;
  return `${texts.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
