import { CSV_ENCODINGS, type CsvEncoding } from '@retail-etl/sales';
import { type CrashPlan, parseCrashPlan } from '@retail-etl/faults';
import { EtlError } from '@retail-etl/contracts';
import { parseBasePath } from './base-path.js';
import { SettingsReader } from './read-settings.js';
import { PASSWORD_RULE, TOKEN_RULE, weaknessOf } from './secret-strength.js';
import { problemOfProxy } from './trusted-proxies.js';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** What every service needs. */
export interface CommonConfig {
  readonly redisUrl: string;
  readonly mysqlUrl: string;
  /** Holds `input/`, `output/`, `staging/` and `runs/`; the same folder for all services. */
  readonly dataDir: string;
  readonly host: string;
  /** Undefined: the gateway takes 8080, the other services a free port for their health endpoint. */
  readonly port: number | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** For the fault tests alone; absent in any other use. */
  readonly faults?: FaultConfig;
}

export interface FaultConfig {
  /** ETL_CRASH_POINT: where this process kills or stops itself. */
  readonly crash: CrashPlan | undefined;
  /** ETL_TIME_SCALE, 0 to 1: the design's waits are made so much shorter. */
  readonly timeScale: number;
}

/** What the kinds of sources need to know of their surroundings. */
export interface SourceSettings {
  readonly postgresUrl: string;
  /** True: a table is read as row-level security shows it to the role, which may hide rows. */
  readonly allowRowSecurity: boolean;
  /** As in `CommonConfig`. */
  readonly dataDir: string;
  /** The encoding of store files that carry no byte order mark. */
  readonly csvEncoding: CsvEncoding;
  /** As in `TransformerConfig`, which judges by them: what was judged by others is not used again. */
  readonly csvDateFormats: readonly string[];
  /** Most bytes a store file may have, decompressed. */
  readonly fileBytesMax: number;
}

export interface ExtractorConfig extends CommonConfig, SourceSettings {
  readonly sources: SourcesConfig;
}

/** Where sources are declared, and what is set that only holds without a declaration. */
export interface SourcesConfig {
  /** SOURCES_FILE: a path; `none`: there is no declaration, whatever is there; undefined: `sources.yaml` in DATA_DIR. */
  readonly file: string | undefined;
  /** Names of settings that are refused beside a declaration. */
  readonly builtInSettings: readonly string[];
}

export interface TransformerConfig extends CommonConfig {
  /** 0 to 1; a run with more rejected rows in one source fails. */
  readonly maxRejectRatio: number;
  /** strptime patterns tried on store files' dates besides ISO 8601. */
  readonly csvDateFormats: readonly string[];
  readonly allowDuplicateFiles: boolean;
  /** Names of settings that are refused beside a declaration. */
  readonly builtInSettings: readonly string[];
}

export type LoaderConfig = CommonConfig;

export interface GatewayConfig extends CommonConfig {
  readonly adminUsername: string;
  readonly adminPassword: string;
  readonly viewerUsername: string | undefined;
  readonly viewerPassword: string | undefined;
  readonly apiToken: string | undefined;
  /** Proxies that are believed about where a request comes from: addresses, CIDR ranges, and names of ranges. Default `loopback`. */
  readonly trustProxy: readonly string[];
  /** The path below which a proxy serves the gateway, with a slash at both ends. Default `/`. */
  readonly basePath: string;
  /** Five-field cron; undefined when SCHEDULE_CRON is `off`: no schedule from the environment. */
  readonly scheduleCron: string | undefined;
  readonly scheduleTz: string;
  readonly warnRejectRatio: number | undefined;
  readonly runRetentionDays: number;
  readonly alertWebhookUrl: string | undefined;
  readonly alertAllowPrivate: boolean;
  readonly smtpUrl: string | undefined;
  readonly alertEmailFrom: string | undefined;
  readonly alertEmailTo: string | undefined;
  /** As in `SourcesConfig`. */
  readonly sourcesFile: string | undefined;
}

/** Servers and folder, as `npm run setup` needs them. */
export interface SetupConfig {
  readonly postgresUrl: string;
  readonly mysqlUrl: string;
  readonly dataDir: string;
  /** As in `SourcesConfig`. */
  readonly sourcesFile?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

function readCommon(read: SettingsReader): CommonConfig {
  return {
    redisUrl: read.serverUrl('REDIS_URL', 'redis'),
    mysqlUrl: read.serverUrl('MYSQL_URL', 'mysql'),
    dataDir: read.required('DATA_DIR', './data'),
    host: read.text('HOST') ?? '127.0.0.1',
    port: read.text('PORT') === undefined ? undefined : read.integer('PORT', 8080, 0, 65_535),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    ...readFaults(read),
  };
}

function readFaults(read: SettingsReader): { faults?: FaultConfig } {
  const text = read.text('ETL_CRASH_POINT');
  const timeScale = read.optionalRatio('ETL_TIME_SCALE');
  if (text === undefined && timeScale === undefined) return {};
  const crash = text === undefined ? undefined : parseCrashPlan(text);
  if (text !== undefined && crash === undefined)
    read.problems.push(`ETL_CRASH_POINT is "${text}", not a point such as load.after-commit:1`);
  return { faults: { crash, timeScale: timeScale ?? 1 } };
}

/** Throws one CONFIG_INVALID that lists every problem; nothing has been connected to by then. */
function finish<T>(read: SettingsReader, config: T): T {
  if (read.problems.length > 0) throw new EtlError('CONFIG_INVALID', read.problems.join('; '));
  return config;
}

/* Each reads the process's environment by default, once, at the start of a service. */

export function loadExtractorConfig(env: Env = process.env): ExtractorConfig {
  const read = new SettingsReader(env);
  return finish(read, {
    ...readCommon(read),
    postgresUrl: read.serverUrl('POSTGRES_URL', 'postgres'),
    allowRowSecurity: read.flag('ALLOW_ROW_SECURITY'),
    csvEncoding: read.oneOf('CSV_ENCODING', CSV_ENCODINGS, 'utf-8'),
    csvDateFormats: readDateFormats(read),
    fileBytesMax: read.integer('FILE_BYTES_MAX', 16 * 1024 ** 3, 1, Number.MAX_SAFE_INTEGER),
    sources: { file: read.text('SOURCES_FILE'), builtInSettings: setAmong(read, ['CSV_ENCODING', 'CSV_DATE_FORMATS']) },
  });
}

function readDateFormats(read: SettingsReader): string[] {
  return (read.text('CSV_DATE_FORMATS') ?? '').split('|').filter((format) => format !== '');
}

function setAmong(read: SettingsReader, names: readonly string[]): string[] {
  return names.filter((name) => read.isSet(name));
}

export function loadTransformerConfig(env: Env = process.env): TransformerConfig {
  const read = new SettingsReader(env);
  return finish(read, {
    ...readCommon(read),
    maxRejectRatio: read.ratio('MAX_REJECT_RATIO', 0.5),
    csvDateFormats: readDateFormats(read),
    allowDuplicateFiles: read.flag('ALLOW_DUPLICATE_FILES'),
    builtInSettings: setAmong(read, ['MAX_REJECT_RATIO', 'CSV_DATE_FORMATS', 'ALLOW_DUPLICATE_FILES']),
  });
}

export function loadLoaderConfig(env: Env = process.env): LoaderConfig {
  const read = new SettingsReader(env);
  return finish(read, readCommon(read));
}

/** `defaultDataDir` counts if neither DATA_DIR nor DATA_DIR_FILE is set; without it one of them is required. */
export function loadSetupConfig(env: Env = process.env, defaultDataDir?: string): SetupConfig {
  const read = new SettingsReader(env);
  return finish(read, {
    postgresUrl: read.serverUrl('POSTGRES_URL', 'postgres'),
    mysqlUrl: read.serverUrl('MYSQL_URL', 'mysql'),
    // A file that is named but empty is a mistake, which must not put data somewhere else.
    dataDir: defaultDataDir === undefined || read.isSet('DATA_DIR') ? read.required('DATA_DIR', './data') : defaultDataDir,
    sourcesFile: read.text('SOURCES_FILE'),
  });
}

/** Anything else could not be sent in an Authorization header, or not told from what stands around it. */
function readApiToken(read: SettingsReader): string | undefined {
  const token = read.text('API_TOKEN');
  if (token === undefined) return undefined;
  const problem = /^[\x21-\x7e]{1,512}$/.test(token)
    ? weaknessOf(token, TOKEN_RULE)
    : 'has to be visible ASCII characters, at most 512, without spaces or line ends';
  if (problem !== undefined) read.problems.push(`API_TOKEN ${problem}`);
  return token;
}

/** Adds to the problems if the password is weak; the message never contains it. */
function checkPassword(read: SettingsReader, name: string, password: string | undefined, username: string | undefined): void {
  if (password === undefined || password === '') return;
  const problem = weaknessOf(password, PASSWORD_RULE, username);
  if (problem !== undefined) read.problems.push(`${name} ${problem}`);
}

/** The path prefix of BASE_PATH, `/` if unset. */
export function readBasePath(read: SettingsReader): string {
  const text = read.text('BASE_PATH') ?? '/';
  const path = parseBasePath(text);
  if (path === undefined)
    read.problems.push(
      `BASE_PATH is "${text}", not a path such as /etl/ (letters, digits and "-_~." between the slashes, no "." first, not one of the gateway's own such as /api/)`,
    );
  return path ?? '/';
}

/** Everyone who is believed about `X-Forwarded-For` can sign in, and be counted, as from any address. */
function readTrustProxy(read: SettingsReader): readonly string[] {
  const text = read.text('TRUST_PROXY') ?? 'loopback';
  const entries = text.split(',').map((entry) => entry.trim());
  for (const entry of entries) {
    const problem = problemOfProxy(entry);
    if (problem !== undefined)
      read.problems.push(`TRUST_PROXY: "${entry}" ${problem}; name the proxies' own addresses, such as 10.0.3.7 or 10.0.3.0/24`);
  }
  return entries;
}

export function loadGatewayConfig(env: Env = process.env): GatewayConfig {
  const read = new SettingsReader(env);
  const cron = read.text('SCHEDULE_CRON') ?? '0 0 * * *';
  const adminUsername = read.text('ADMIN_USERNAME') ?? 'admin';
  const viewerUsername = read.text('VIEWER_USERNAME');
  const viewerPassword = read.text('VIEWER_PASSWORD');
  if ((viewerUsername === undefined) !== (viewerPassword === undefined)) {
    read.problems.push('VIEWER_USERNAME and VIEWER_PASSWORD belong together: set both or none');
  }
  if (viewerUsername === adminUsername) {
    read.problems.push('VIEWER_USERNAME is the name of the operator (ADMIN_USERNAME), who would hide the viewer; choose another');
  }
  const common = readCommon(read);
  const adminPassword = read.required('ADMIN_PASSWORD', 'a long random text; there is no default');
  checkPassword(read, 'ADMIN_PASSWORD', adminPassword, adminUsername);
  checkPassword(read, 'VIEWER_PASSWORD', viewerPassword, viewerUsername);
  return finish(read, {
    ...common,
    adminUsername,
    adminPassword,
    viewerUsername,
    viewerPassword,
    apiToken: readApiToken(read),
    trustProxy: readTrustProxy(read),
    basePath: readBasePath(read),
    scheduleCron: cron === 'off' ? undefined : cron,
    scheduleTz: read.text('SCHEDULE_TZ') ?? 'UTC',
    warnRejectRatio: read.optionalRatio('WARN_REJECT_RATIO'),
    runRetentionDays: read.integer('RUN_RETENTION_DAYS', 30, 1, 36_500),
    alertWebhookUrl: read.optionalUrl('ALERT_WEBHOOK_URL', ['http:', 'https:'], 'https://hooks.example.com/etl'),
    alertAllowPrivate: read.flag('ALERT_ALLOW_PRIVATE'),
    smtpUrl: read.optionalUrl('SMTP_URL', ['smtp:', 'smtps:'], 'smtp://user:password@mail.example.com:587'),
    alertEmailFrom: read.text('ALERT_EMAIL_FROM'),
    alertEmailTo: read.text('ALERT_EMAIL_TO'),
    sourcesFile: read.text('SOURCES_FILE'),
  });
}
