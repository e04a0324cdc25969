import { EtlError } from '@retail-etl/contracts';
import { CSV_ENCODINGS, type CsvEncoding } from '@retail-etl/sales';
import { SettingsReader } from './read-settings.js';

/** What `retail-etl` needs. Servers are looked at only if their URLs are set. */
export interface CliConfig {
  readonly dataDir: string;
  /** As in `SourcesConfig`. */
  readonly sourcesFile: string | undefined;
  readonly postgresUrl: string | undefined;
  readonly allowRowSecurity: boolean;
  readonly mysqlUrl: string | undefined;
  /** These hold without a declaration of sources. */
  readonly csvEncoding: CsvEncoding;
  readonly csvDateFormats: readonly string[];
  /** Names of settings that are set, and are refused beside a declaration. */
  readonly builtInSettings: readonly string[];
}

const BUILT_IN_SETTINGS = ['CSV_ENCODING', 'CSV_DATE_FORMATS', 'MAX_REJECT_RATIO', 'ALLOW_DUPLICATE_FILES'] as const;

/** Throws CONFIG_INVALID with all problems. `defaultDataDir` counts where neither DATA_DIR nor DATA_DIR_FILE is set. */
export function loadCliConfig(env: Readonly<Record<string, string | undefined>> | undefined, defaultDataDir: string): CliConfig {
  const read = new SettingsReader(env);
  const config: CliConfig = {
    dataDir: read.isSet('DATA_DIR') ? read.required('DATA_DIR', './data') : defaultDataDir,
    sourcesFile: read.text('SOURCES_FILE'),
    postgresUrl: read.optionalServerUrl('POSTGRES_URL', 'postgres'),
    allowRowSecurity: read.flag('ALLOW_ROW_SECURITY'),
    mysqlUrl: read.optionalServerUrl('MYSQL_URL', 'mysql'),
    csvEncoding: read.oneOf('CSV_ENCODING', CSV_ENCODINGS, 'utf-8'),
    csvDateFormats: (read.text('CSV_DATE_FORMATS') ?? '').split('|').filter((format) => format !== ''),
    builtInSettings: BUILT_IN_SETTINGS.filter((name) => read.isSet(name)),
  };
  if (read.problems.length > 0) throw new EtlError('CONFIG_INVALID', read.problems.join('; '));
  return config;
}
