import { refuseOthers, splitUrl, takeParameter, type UrlForm, UrlProblems } from './connection-url.js';
import { readTls, TLS_PARAMETERS, type TlsSettings, type TlsSpelling } from './tls-parameters.js';

/** A PostgreSQL server and one database on it. */
export interface PostgresServer {
  /** A name, an address, or the folder of a socket, which begins with `/`. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Empty: the one named as the user. */
  readonly database: string;
  readonly tls?: TlsSettings;
  /** Default `retail-etl`. */
  readonly applicationName: string;
  /** Settings of the session as the server takes them, such as `-c search_path=shop`. */
  readonly options: string | undefined;
}

const FORM: UrlForm = { protocols: ['postgres:', 'postgresql:'], example: 'postgres://user:password@localhost:5432/shop' };

/** Stricter than libpq: every mode but `no-verify` checks certificate and name, as the driver has always done here. */
const STRICT: TlsSpelling = {
  modes: {
    disable: 'off',
    'no-verify': 'none',
    prefer: 'identity',
    require: 'identity',
    'verify-ca': 'identity',
    'verify-full': 'identity',
  },
  on: 'identity',
  caVerifies: false,
};

/** With `uselibpqcompat=true`. */
const LIBPQ: TlsSpelling = {
  modes: { ...STRICT.modes, prefer: 'none', require: 'none', 'verify-ca': 'ca' },
  on: 'identity',
  caVerifies: true,
};

/** Throws CONFIG_INVALID that lists what is wrong with the URL in the setting `name`, without any of its values. */
export function parsePostgresUrl(url: string, name = 'POSTGRES_URL'): PostgresServer {
  const problems = new UrlProblems(name);
  const parts = splitUrl(url, FORM, problems);
  const take = (...keys: string[]): string | undefined => takeParameter(parts, keys, problems)?.value;
  const compat = take('uselibpqcompat');
  if (compat !== undefined && !['true', 'false'].includes(compat))
    problems.add('has a value of "uselibpqcompat" that is not true or false');
  const tls = readTls(parts, compat === 'true' ? LIBPQ : STRICT, problems);
  const host = take('host') ?? parts.host;
  const port = take('port');
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    problems.add('has a value of "port" that is not a number from 1 to 65535');
  if (!/^(utf-?8|unicode)?$/i.test(take('clientencoding') ?? '')) problems.add('has a "client_encoding" other than UTF8');
  const server = {
    host: host === '' ? 'localhost' : host,
    port: port === undefined ? (parts.port ?? 5432) : Number(port),
    user: take('user') ?? parts.user,
    password: take('password') ?? parts.password,
    database: take('dbname') ?? parts.path,
    applicationName: take('applicationname') ?? 'retail-etl',
    options: take('options'),
  };
  refuseOthers(parts, `${TLS_PARAMETERS}, uselibpqcompat, application_name, options, host, port, user, password, dbname`, problems);
  return { ...server, ...(typeof tls === 'object' ? { tls } : {}) };
}
