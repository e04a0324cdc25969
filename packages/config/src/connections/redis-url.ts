import { refuseOthers, splitUrl, takeParameter, type UrlForm, UrlProblems } from './connection-url.js';
import { readTls, TLS_PARAMETERS, type TlsSettings, type TlsSpelling } from './tls-parameters.js';

/** A Redis server and one of its numbered databases. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  /** Empty: the user `default`. */
  readonly user: string;
  readonly password: string;
  readonly database: number;
  readonly tls?: TlsSettings;
}

const FORM: UrlForm = { protocols: ['redis:', 'rediss:'], example: 'redis://:password@localhost:6379/0' };

const SPELLING: TlsSpelling = {
  modes: {
    disabled: 'off',
    disable: 'off',
    none: 'none',
    'no-verify': 'none',
    'skip-verify': 'none',
    required: 'identity',
    require: 'identity',
    'verify-ca': 'ca',
    'verify-identity': 'identity',
    'verify-full': 'identity',
  },
  on: 'identity',
  caVerifies: true,
};

/** Throws CONFIG_INVALID that lists what is wrong with the URL in the setting `name`, without any of its values. */
export function parseRedisUrl(url: string, name = 'REDIS_URL'): RedisServer {
  const problems = new UrlProblems(name);
  const parts = splitUrl(url, FORM, problems);
  const isSecure = parts.protocol === 'rediss:';
  const tls = readTls(parts, SPELLING, problems);
  if (isSecure && tls === 'off') problems.add('is rediss://, but a parameter switches encryption off; give one of the two');
  const db = takeParameter(parts, ['db', 'database'], problems);
  if (db !== undefined && parts.path !== '') problems.add('names a database twice, after the server and as a parameter; give one');
  const database = db?.value ?? parts.path;
  if (!/^\d{0,5}$/.test(database))
    problems.add('has a database that is not a number such as /0; if it is a part of the password, percent-encode the "/" as %2F');
  if (parts.host === '') problems.add(`names no server; write it as in ${FORM.example}`);
  refuseOthers(parts, `db, ${TLS_PARAMETERS}`, problems);
  const settings = typeof tls === 'object' ? tls : isSecure ? ({ verify: 'identity' } as const) : undefined;
  return {
    host: parts.host,
    port: parts.port ?? 6379,
    user: parts.user,
    password: parts.password,
    database: Number(database),
    ...(settings === undefined ? {} : { tls: settings }),
  };
}
