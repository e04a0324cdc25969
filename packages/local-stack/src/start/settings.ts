import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { readBasePath } from '@retail-etl/config';
import { REPO_ROOT } from '../paths.js';
import { readGivenUrls, type GivenUrls } from '../servers/given-urls.js';
import { readSettings } from '@retail-etl/setup';

type Env = Readonly<Record<string, string | undefined>>;

/** What `npm start` itself needs of the settings; the services check the rest. */
export interface StartSettings {
  readonly given: GivenUrls;
  readonly dataDir: string;
  /** As set-up and the services take it. */
  readonly sourcesFile: string | undefined;
  /** An IP address or `localhost`. */
  readonly host: string;
  /** HOST where it is a name: shells and package managers set it to the machine's or the platform's. */
  readonly ignoredHost: string | undefined;
  /** Undefined: 8080, or the next free one. */
  readonly port: number | undefined;
  readonly basePath: string;
  readonly adminUsername: string;
  /** Undefined: generated. */
  readonly adminPassword: string | undefined;
  /** Undefined: generated. */
  readonly apiToken: string | undefined;
}

/** Throws one CONFIG_INVALID that lists every problem. */
export function readStartSettings(env: Env): StartSettings {
  return readSettings(env, (read) => ({
    given: readGivenUrls(read),
    dataDir: resolve(read.text('DATA_DIR') ?? join(REPO_ROOT, 'data')),
    sourcesFile: read.text('SOURCES_FILE'),
    ...readHost(read.text('HOST')),
    port: read.text('PORT') === undefined ? undefined : read.integer('PORT', 8080, 0, 65_535),
    basePath: readBasePath(read),
    adminUsername: read.text('ADMIN_USERNAME') ?? 'admin',
    adminPassword: read.text('ADMIN_PASSWORD'),
    apiToken: read.text('API_TOKEN'),
  }));
}

function readHost(host: string | undefined): Pick<StartSettings, 'host' | 'ignoredHost'> {
  if (host === undefined || host === 'localhost' || isIP(host) !== 0) return { host: host ?? '127.0.0.1', ignoredHost: undefined };
  return { host: '127.0.0.1', ignoredHost: host };
}

/** The environment with `values` set; the `NAME_FILE` of each goes, since a setting may be given only once. */
export function withSettings(env: Env, values: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...env };
  for (const [name, value] of Object.entries(values)) {
    delete merged[`${name}_FILE`];
    merged[name] = value;
  }
  return merged;
}
