import { type SourceDefinition, type SourceKind, type SourceName, type SourceOfKind, SOURCES } from '@retail-etl/sales';
import { csvFiles } from './csv-files/csv-files.js';
import { postgresTable } from './postgres-table/postgres-table.js';
import type { Source } from './source.js';
import type { SourceSettings } from './source-settings.js';

/** Every kind of source, by the name that definitions use for it. */
const KINDS: { readonly [Kind in SourceKind]: (definition: SourceOfKind<Kind>, settings: SourceSettings) => Source } = {
  'postgres-table': postgresTable,
  'csv-files': csvFiles,
};

/** The sources of a run by name, in the order in which they are planned and reported. Nothing is connected to or opened yet. */
export function openSources(settings: SourceSettings): ReadonlyMap<SourceName, Source> {
  return new Map(SOURCES.map((definition) => [definition.name, open(definition, settings)]));
}

function open<Kind extends SourceKind>(definition: SourceDefinition & { kind: Kind }, settings: SourceSettings): Source {
  return KINDS[definition.kind](definition as SourceOfKind<Kind>, settings);
}
