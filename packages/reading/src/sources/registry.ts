import { BUILT_IN, type SalesDefinition, type SourceDefinition, type SourceKind } from '@retail-etl/sales';
import { csvFiles } from './csv-files/csv-files.js';
import type { DeclaredSource } from './declared-source.js';
import { postgresTable } from './postgres-table/postgres-table.js';
import type { Source } from './source.js';
import type { SourceSettings } from '@retail-etl/config';

/** Every kind of source, by the name that definitions use for it. */
const KINDS: { readonly [Kind in SourceKind]: (source: DeclaredSource<Kind>) => Source } = {
  'postgres-table': postgresTable,
  'csv-files': csvFiles,
};

/** The sources of a run by name, in the order in which they are planned and reported. Nothing is connected to or opened yet. */
export function openSources(settings: SourceSettings, { sources, digest }: SalesDefinition = BUILT_IN): ReadonlyMap<string, Source> {
  return new Map(
    sources.map((definition) => [definition.name, open(definition.place.kind, { definition, isDeclared: digest !== null, settings })]),
  );
}

function open<Kind extends SourceKind>(
  kind: Kind,
  source: { readonly definition: SourceDefinition; readonly isDeclared: boolean; readonly settings: SourceSettings },
): Source {
  return KINDS[kind](source as DeclaredSource<Kind>);
}
