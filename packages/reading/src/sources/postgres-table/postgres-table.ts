import { EtlError } from '@retail-etl/contracts';
import type { DeclaredSource } from '../declared-source.js';
import type { Source } from '../source.js';
import { readTable } from './read-table.js';

/** One table or view of PostgreSQL. */
export function postgresTable({ definition, isDeclared, settings }: DeclaredSource<'postgres-table'>): Source {
  const { name } = definition;
  const { table } = definition.place;
  const request = { table, definition, isDeclared, allowRowSecurity: settings.allowRowSecurity };
  return {
    name,
    // The table is looked at in the snapshot that is read, so a plan does not have to wait for PostgreSQL.
    async plan(signal) {
      signal.throwIfAborted();
      return [{ name: isDeclared ? `${name.replaceAll('_', '-')}-table` : 'table', source: name, files: [] }];
    },
    bytesMost: () => Infinity,
    async read(_partition, sink, signal) {
      const { copiedRows, ...read } = await readTable(settings.postgresUrl, request, sink, signal);
      if (copiedRows !== read.rows) {
        throw new EtlError('POSTGRES_UNAVAILABLE', `table ${table}: PostgreSQL says it copied ${copiedRows} rows, ${read.rows} arrived`);
      }
      if (read.rows === 0) throw new EtlError('SOURCE_EMPTY', `table ${table} has no rows`);
      return { sources: [{ file: null, sha256: null, ...read }], copiedRows };
    },
  };
}
