import { loadExtractorConfig, loadGatewayConfig, loadLoaderConfig, loadSetupConfig, loadTransformerConfig } from './config.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What any program needs of its shell: where programs and home are, language, time zone, trusted certificates. */
const SHELL_NAMES = /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|TERM|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR)$/;

/** The names of all settings of the product, each also with `_FILE`, as the loaders ask for them. */
export function settingNames(): ReadonlySet<string> {
  const names = new Set<string>();
  const recorder = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_target, name) {
        if (typeof name === 'string') names.add(name);
        return undefined;
      },
    },
  );
  for (const load of [loadExtractorConfig, loadTransformerConfig, loadLoaderConfig, loadGatewayConfig, loadSetupConfig]) {
    try {
      load(recorder);
    } catch {
      // An environment without settings is invalid; only the names are wanted.
    }
  }
  return names;
}

/**
 * The variables of `env` that a child process is meant to have: those of the shell that any program needs, and those that `isMeant` adds.
 * What other tools leave in a shell (PGSSLMODE, NODE_OPTIONS, LD_PRELOAD) stays out.
 */
export function childEnvironment(env: Env, isMeant: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && (SHELL_NAMES.test(entry[0]) || isMeant(entry[0])),
    ),
  );
}

/**
 * Removes what the PostgreSQL client would take from the environment (PGSSLMODE, PGOPTIONS, PGPORT): a connection follows from its URL
 * alone. Call it before the first connection.
 */
export function dropDriverVariables(env: Record<string, string | undefined> = process.env): void {
  for (const name of Object.keys(env)) if (/^(PG[A-Z_]+|NODE_PG_FORCE_NATIVE)$/.test(name)) delete env[name];
}
