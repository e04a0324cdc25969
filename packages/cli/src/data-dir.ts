import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CliConfig, loadCliConfig } from '@retail-etl/config';

/** The `data` folder of the clone that this file was built in. */
const CLONE_DATA_DIR = fileURLToPath(new URL('../../../data', import.meta.url));

export const loadConfig = (): CliConfig => loadCliConfig(undefined, CLONE_DATA_DIR);

/** Where the sources are declared, or would be. */
export function sourcesPath({ dataDir, sourcesFile }: CliConfig): string {
  return sourcesFile === undefined || sourcesFile.toLowerCase() === 'none' ? join(dataDir, 'sources.yaml') : sourcesFile;
}
