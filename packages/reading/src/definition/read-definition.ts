import { basename, join } from 'node:path';
import { EtlError, shownName } from '@retail-etl/contracts';
import { parseDefinition, type SalesDefinition } from '@retail-etl/sales';
import { readTextFile } from '@retail-etl/store';

/** A longer file is no declaration. */
const BYTES_MAX = 1 << 20;

/** Where to look for a declaration of sources. */
export interface DefinitionPlace {
  readonly dataDir: string;
  /** A path; `none`: there is no declaration, whatever is there; undefined: `sources.yaml` in `dataDir`, if it is there. */
  readonly file: string | undefined;
}

/**
 * The declared sources; null where none are declared. Throws SOURCES_INVALID with all faults of the file, SOURCES_GONE if the file that the
 * setting names is not there.
 */
export async function readDefinition({ dataDir, file }: DefinitionPlace): Promise<SalesDefinition | null> {
  if (file?.toLowerCase() === 'none') return null;
  const path = file ?? join(dataDir, 'sources.yaml');
  const text = await readTextFile(path, BYTES_MAX);
  const name = shownName(basename(path));
  if (typeof text === 'string') return parseDefinition(text, name);
  if (text.problem !== 'absent') throw new EtlError('SOURCES_INVALID', `${name}: ${text.problem}`);
  if (file !== undefined) throw new EtlError('SOURCES_GONE', `SOURCES_FILE names ${shownName(file)}, which is not there`);
  return null;
}
