import { readFileSync } from 'node:fs';
import { shown, takeParameter, type UrlParts, type UrlProblems } from './connection-url.js';

/** How a connection is encrypted. Absent from a connection: not at all. */
export interface TlsSettings {
  /** `none`: encrypted, but with whoever answers. `ca`: the certificate has to be signed by a trusted authority. `identity`: and name the host. */
  readonly verify: TlsVerify;
  /** PEM of the authorities that are trusted; undefined: those of Node. */
  readonly ca?: string;
  /** PEM of the client's own certificate and its key, for servers that ask for one. */
  readonly cert?: string;
  readonly key?: string;
}

export type TlsVerify = 'none' | 'ca' | 'identity';

/** The meaning of `sslmode`, of `ssl` and `tls`, by their values in lower case with `-`; `off` is a connection in plain text. */
export interface TlsSpelling {
  readonly modes: Readonly<Record<string, TlsVerify | 'off'>>;
  /** What TRUE means, also where only a file of certificates is given. */
  readonly on: TlsVerify;
  /** True: a mode that does not verify does so once an authority is given, as the server's own clients do. */
  readonly caVerifies: boolean;
}

/** For people: the parameters that `readTls` knows. */
export const TLS_PARAMETERS = 'ssl-mode, ssl, tls, ssl-ca, ssl-cert, ssl-key';

const ON: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on']);
const OFF: ReadonlySet<string> = new Set(['false', '0', 'no', 'off']);

/** Reads the TLS parameters and removes them from the URL. Undefined: the URL asks for nothing, or for plain text. */
export function readTls(parts: UrlParts, spelling: TlsSpelling, problems: UrlProblems): TlsSettings | 'off' | undefined {
  const mode = takeParameter(parts, ['sslmode', 'ssl', 'tls', 'usessl', 'sslcertreqs'], problems);
  const ca = readPem(takeParameter(parts, ['sslca', 'sslrootcert', 'sslcacerts', 'cafile'], problems), 'CERTIFICATE', problems);
  const cert = readPem(takeParameter(parts, ['sslcert', 'sslcertfile'], problems), 'CERTIFICATE', problems);
  const key = readPem(takeParameter(parts, ['sslkey', 'sslkeyfile'], problems), 'PRIVATE KEY', problems);
  if ((cert === undefined) !== (key === undefined)) problems.add('has one of ssl-cert and ssl-key; give both or none');
  const files = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined || key === undefined ? {} : { cert, key }) };
  const hasFiles = Object.keys(files).length > 0;
  if (mode === undefined) return hasFiles ? { verify: spelling.on, ...files } : undefined;
  const verify = meaningOf(mode.value, spelling);
  if (verify === undefined) {
    problems.add(`has a value of ${shown(mode.name)} that is not one of ${[...Object.keys(spelling.modes), 'true', 'false'].join(', ')}`);
    return undefined;
  }
  if (verify === 'off') {
    if (hasFiles) problems.add(`names certificates, but ${shown(mode.name)} switches encryption off`);
    return 'off';
  }
  return { verify: verify === 'none' && spelling.caVerifies && ca !== undefined ? 'ca' : verify, ...files };
}

function meaningOf(value: string, { modes, on }: TlsSpelling): TlsVerify | 'off' | undefined {
  const text = value.toLowerCase().replaceAll('_', '-');
  if (ON.has(text)) return on;
  if (OFF.has(text)) return 'off';
  return Object.hasOwn(modes, text) ? modes[text] : undefined;
}

function readPem(parameter: { name: string; value: string } | undefined, kind: string, problems: UrlProblems): string | undefined {
  if (parameter === undefined) return undefined;
  try {
    const text = readFileSync(parameter.value, 'utf8');
    if (text.includes('-----BEGIN ') && text.includes(`${kind}-----`)) return text;
    problems.add(`has ${shown(parameter.name)}, a file that holds no ${kind} in PEM form`);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    problems.add(`has ${shown(parameter.name)}, a file that cannot be read (${reason})`);
  }
  return undefined;
}

/** The options of Node's `tls.connect`. `verify` alone decides what is checked. */
export function tlsOptions({ verify, ...files }: TlsSettings): {
  ca?: string;
  cert?: string;
  key?: string;
  rejectUnauthorized: boolean;
  checkServerIdentity?: () => undefined;
} {
  return {
    ...files,
    rejectUnauthorized: verify !== 'none',
    ...(verify === 'identity' ? {} : { checkServerIdentity: () => undefined }),
  };
}
