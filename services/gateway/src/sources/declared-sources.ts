import type { GatewayConfig } from '@retail-etl/config';
import { type ErrorCode, EtlError, type SourcesDeclaration } from '@retail-etl/contracts';
import { patternsOf, type SourceBooks, type SourceDefinition } from '@retail-etl/sales';

/** What makes a declaration one that a run refuses. */
const FAULTS: ReadonlySet<ErrorCode> = new Set(['SOURCES_INVALID', 'SOURCES_GONE']);

/** The declared sources, or what is wrong with their declaration. */
export interface Declared {
  readonly problem: SourcesDeclaration['problem'];
  readonly ignoresUnclaimed: boolean;
  readonly sources: readonly SourceDefinition[];
  /** Whether a run could ask whose a file is. */
  readonly isWanted: (path: string) => boolean;
  /** The names of the sources whose file this is. */
  readonly claims: (path: string) => readonly string[];
  /** Whether a file may hold what another holds. */
  readonly mayRepeat: (path: string) => boolean;
}

/** Null: nothing is declared. The declaration is read anew each time, as each run does. */
export async function readDeclared({ dataDir, sourcesFile }: Pick<GatewayConfig, 'dataDir' | 'sourcesFile'>): Promise<Declared | null> {
  // Loaded with the first look: the rest of the gateway reads no sources.
  const { fileMatcher, isUnfinished, readDefinition } = await import('@retail-etl/reading');
  try {
    const definition = await readDefinition({ dataDir, file: sourcesFile });
    if (definition === null) return null;
    const { sources, ignoresUnclaimed } = definition;
    const matchers = sources.map((source) => ({ source, matches: fileMatcher(source) }));
    const claiming = (path: string): SourceDefinition[] => matchers.filter(({ matches }) => matches(path)).map(({ source }) => source);
    return {
      problem: null,
      ignoresUnclaimed,
      sources,
      isWanted: (path) => !isUnfinished(path),
      claims: (path) => claiming(path).map(({ name }) => name),
      mayRepeat: (path) => claiming(path).some(({ allowsDuplicates }) => allowsDuplicates === true),
    };
  } catch (error) {
    if (!(error instanceof EtlError) || !FAULTS.has(error.code)) throw error;
    const problem = { code: error.code, message: error.message };
    return { problem, ignoresUnclaimed: false, sources: [], isWanted: () => false, claims: () => [], mayRepeat: () => false };
  }
}

/** As the API tells it, with the rows that the last run read of each table. */
export function describeDeclared({ problem, ignoresUnclaimed, sources }: Declared, books: readonly SourceBooks[]): SourcesDeclaration {
  const rowsOf = (name: string): number | null => books.find(({ source, file }) => source === name && file === null)?.rowsRead ?? null;
  return {
    problem,
    ignoresUnclaimed,
    sources: sources.map(({ name, place }) =>
      'table' in place
        ? { name, kind: 'table', table: place.table, patterns: [], lastRows: rowsOf(name) }
        : { name, kind: 'files', table: null, patterns: [...patternsOf(place)], lastRows: null },
    ),
  };
}
