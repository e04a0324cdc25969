import type { Exception } from './model/repository.js';

/*
 * Who may do what in this house; section "The walls" of ARCHITECTURE.md explains it. Each wall has a rule in
 * `rules/` that holds it. An exception gives its reason, and fails as soon as it is no longer needed.
 */

interface Room {
  /** Packages of ours that it may import; `'packages'` is all but those for development. */
  readonly mayImport: 'packages' | readonly string[];
  /** True if delivered code may not import it. Tests and the scripts of the root may. */
  readonly developmentOnly?: true;
}

/** Every package and service, by its folder. Services import packages, never each other. */
export const ROOMS: Readonly<Record<string, Room>> = {
  'packages/contracts': { mayImport: [] },
  'packages/sales': { mayImport: ['contracts'] },
  'packages/faults': { mayImport: [] },
  'packages/config': { mayImport: ['contracts', 'faults', 'sales'] },
  'packages/store': { mayImport: ['contracts'] },
  'packages/staging': { mayImport: ['contracts', 'sales', 'store'] },
  'packages/duckdb': { mayImport: ['contracts'] },
  'packages/mysql': { mayImport: ['config', 'contracts', 'faults', 'sales'] },
  'packages/ledger': { mayImport: ['contracts', 'faults', 'sales', 'mysql'] },
  'packages/queue': { mayImport: ['config', 'contracts', 'faults'] },
  'packages/reading': { mayImport: ['config', 'contracts', 'faults', 'sales', 'staging', 'store'] },
  'packages/judging': { mayImport: ['contracts', 'sales', 'duckdb', 'staging', 'store'] },
  'packages/inspecting': { mayImport: ['contracts', 'sales', 'store', 'duckdb', 'reading', 'judging'] },
  'packages/runtime': { mayImport: ['contracts', 'faults', 'ledger', 'mysql', 'queue'] },
  'packages/setup': { mayImport: ['config', 'contracts', 'sales', 'ledger', 'mysql', 'reading'] },
  'packages/cli': { mayImport: ['config', 'contracts', 'sales', 'duckdb', 'mysql', 'reading', 'judging', 'inspecting', 'setup'] },
  'packages/local-stack': { mayImport: 'packages', developmentOnly: true },
  'services/extractor': { mayImport: 'packages' },
  'services/transformer': { mayImport: 'packages' },
  'services/loader': { mayImport: 'packages' },
  'services/gateway': { mayImport: 'packages' },
};

interface LibraryWall {
  /** Names of libraries; a name that ends in `/` stands for all that begin so. */
  readonly libraries: readonly string[];
  /** The folders whose files may import them. */
  readonly only: readonly string[];
  /** What everybody else does. */
  readonly instead: string;
}

export const LIBRARY_WALLS: readonly LibraryWall[] = [
  { libraries: ['@duckdb/'], only: ['packages/duckdb'], instead: 'Use @retail-etl/duckdb, or add there what it lacks.' },
  { libraries: ['mysql2'], only: ['packages/mysql'], instead: 'Use @retail-etl/mysql, or add there what it lacks.' },
  {
    libraries: ['bullmq'],
    only: ['packages/queue', 'services/gateway/src/board'],
    instead: 'Use @retail-etl/queue, or add there what it lacks.',
  },
  {
    libraries: ['pg', 'pg-copy-streams'],
    only: ['packages/reading', 'packages/setup', 'packages/local-stack'],
    instead: 'Read the table through a source of @retail-etl/reading.',
  },
  { libraries: ['pino'], only: ['packages/runtime'], instead: 'Take a logger as an argument.' },
];

export const LIBRARY_EXCEPTIONS: readonly Exception[] = [];

/** The only folder that reads settings; everybody else gets them as values. */
export const CONFIG = 'packages/config';

/** Development makes the environment of the processes that it starts, and looks at that of the terminal. */
export const ENVIRONMENT_READERS: readonly string[] = [CONFIG, 'packages/local-stack'];

export const ENVIRONMENT_EXCEPTIONS: readonly Exception[] = [
  { subject: 'packages/setup/src/terminal/style.ts', reason: 'NO_COLOR and TERM are conventions of terminals, not settings' },
];

/** The folders whose files may use Node's file system. Objects in DATA_DIR are the store's alone. */
export const FILE_ROOMS: readonly string[] = [
  'packages/store',
  'packages/duckdb',
  'packages/config',
  'packages/setup',
  'packages/faults',
  'packages/cli',
  'packages/local-stack',
];

export const FILE_EXCEPTIONS: readonly Exception[] = [
  { subject: 'packages/ledger/src/migrations.ts', reason: 'reads the migrations, which are part of the program and not in DATA_DIR' },
  { subject: 'packages/ledger/src/migrate.ts', reason: 'reads the version of the program, which is not in DATA_DIR' },
  {
    subject: 'services/gateway/src/web/page-routes.ts',
    reason: 'reads the page that was built, which is part of the program and not in DATA_DIR',
  },
];

/** The only folder with SQL on the ledger's tables, which are those that it creates. */
export const LEDGER = 'packages/ledger';

export const LEDGER_EXCEPTIONS: readonly Exception[] = [];

export const FILE_LINES_MAX = 300;
export const FUNCTION_LINES_MAX = 60;

/** A file by its path, a function by its file's path and its name. */
export const SIZE_EXCEPTIONS: readonly Exception[] = [
  { subject: 'services/gateway/page/src/api/schema.d.ts', reason: 'generated from the OpenAPI document' },
  {
    subject: 'packages/reading/src/codec/csv/record-scanner.ts RecordScanner.#scanRecord',
    reason: 'the inner loop of the CSV scanner: a call for each byte costs more than a long function',
  },
];

/** Dependencies that no file names, by workspace and name. */
export const DEPENDENCY_EXCEPTIONS: readonly Exception[] = [
  { subject: 'package.json @vitest/coverage-v8', reason: 'vitest loads it for "provider: v8"' },
  { subject: 'package.json oxlint-tsgolint', reason: 'oxlint starts it for --type-aware' },
];

/** Exports that are used by what the rule cannot see, by file and name. */
export const EXPORT_EXCEPTIONS: readonly Exception[] = [
  { subject: 'services/gateway/page/generate-types.mjs generateTypes', reason: 'a test makes and compares the page types with it' },
  { subject: 'packages/local-stack/src/start/main.ts runCommand', reason: 'bootstrap.mjs calls it by its name' },
  { subject: 'packages/setup/src/main.ts runCommand', reason: 'bootstrap.mjs calls it by its name' },
  { subject: 'packages/cli/src/main.ts runCommand', reason: 'bootstrap.mjs calls it by its name' },
  { subject: 'packages/local-stack/src/test/main.ts runCommand', reason: 'bootstrap.mjs calls it by its name' },
  { subject: 'packages/local-stack/src/test/main.ts runBenchmark', reason: 'bootstrap.mjs calls it by its name' },
  { subject: 'packages/local-stack/src/test/main.ts runOnServers', reason: 'tests/mutation runs Stryker with it' },
  { subject: 'services/gateway/page/vite.config.ts default', reason: 'vite loads it by the name of the file' },
  { subject: 'packages/local-stack/src/test/count-reporter.ts default', reason: 'vitest loads it by the name of the file' },
  { subject: 'services/gateway/src/index.ts RegisteredRoute', reason: 'brings along what the application adds to the types of Fastify' },
];

export const ERROR_CATALOGUE = { file: 'packages/contracts/src/errors.ts', constant: 'ERROR_CATALOGUE', manual: 'docs/troubleshooting.md' };

export const ERROR_EXCEPTIONS: readonly Exception[] = [];

/** Where each setting has to stand. */
export const SETTINGS_PLACES = { table: 'docs/settings.md', deployments: ['docker/docker-compose.yml', 'docker-stack.yml'] };

/** A setting by its place and name. */
export const SETTING_EXCEPTIONS: readonly Exception[] = [
  ...inDeployments('DATA_DIR', 'the image sets it to the folder that the deployment mounts'),
  ...inDeployments('HOST', 'the image sets it to all addresses of the container'),
  ...inDeployments('PORT', 'the image sets it to the port that the deployment publishes and the health check asks'),
  ...['ETL_CRASH_POINT', 'ETL_TIME_SCALE'].flatMap((name) => [
    { subject: `docs/settings.md ${name}`, reason: 'for fault tests alone, so CONTRIBUTING.md explains it' },
    ...inDeployments(name, 'for fault tests alone, which start processes and no containers'),
  ]),
];

/** The same exception for each file in which a setting would stand. */
function inDeployments(name: string, reason: string): Exception[] {
  return SETTINGS_PLACES.deployments.map((path) => ({ subject: `${path} ${name}`, reason }));
}
