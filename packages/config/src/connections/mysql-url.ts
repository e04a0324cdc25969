import { isIP } from 'node:net';
import { refuseOthers, splitUrl, type UrlForm, UrlProblems } from './connection-url.js';
import { readTls, TLS_PARAMETERS, type TlsSettings, type TlsSpelling } from './tls-parameters.js';

/** A MySQL or MariaDB server and one database on it. */
export interface MysqlServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls?: TlsSettings;
}

const FORM: UrlForm = { protocols: ['mysql:', 'mariadb:'], example: 'mysql://user:password@localhost:3306/warehouse' };

/** As MySQL's own clients mean them, and Go's `skip-verify`. PREFERRED may send passwords in plain text, so it is not among them. */
const SPELLING: TlsSpelling = {
  modes: {
    disabled: 'off',
    disable: 'off',
    required: 'none',
    require: 'none',
    'skip-verify': 'none',
    'verify-ca': 'ca',
    'verify-identity': 'identity',
    'verify-full': 'identity',
  },
  on: 'ca',
  caVerifies: true,
};

/** Throws CONFIG_INVALID that lists what is wrong with the URL in the setting `name`, without any of its values. */
export function parseMysqlUrl(url: string, name = 'MYSQL_URL'): MysqlServer {
  const problems = new UrlProblems(name);
  const parts = splitUrl(url, FORM, problems);
  const tls = readTls(parts, SPELLING, problems);
  if (parts.host === '') problems.add(`names no server; write it as in ${FORM.example}`);
  if (parts.path === '') problems.add(`names no database; write it as in ${FORM.example}`);
  // The driver compares the certificate with the name that it looked up.
  if (typeof tls === 'object' && tls.verify === 'identity' && isIP(parts.host) !== 0)
    problems.add('asks to verify the identity of an IP address; give the host name of the certificate, or use ssl-mode=VERIFY_CA');
  refuseOthers(parts, TLS_PARAMETERS, problems);
  return {
    host: parts.host,
    port: parts.port ?? 3306,
    user: parts.user,
    password: parts.password,
    database: parts.path,
    ...(typeof tls === 'object' ? { tls } : {}),
  };
}
