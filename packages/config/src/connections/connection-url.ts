import { EtlError } from '@retail-etl/contracts';

/** The parts of a server's URL, percent-decoded. Empty texts where the URL leaves a part out. */
export interface UrlParts {
  readonly protocol: string;
  readonly host: string;
  /** Undefined: the server's usual one. */
  readonly port: number | undefined;
  readonly user: string;
  readonly password: string;
  /** Without its leading slash. */
  readonly path: string;
  /** By name, in lower case and without `-` and `_`: `ssl-mode`, `sslMode` and `ssl_mode` are one. Each is taken out once it is understood. */
  readonly parameters: Map<string, UrlParameter>;
}

export interface UrlParameter {
  /** As the URL spells it. */
  readonly name: string;
  readonly value: string;
}

export interface UrlForm {
  readonly protocols: readonly string[];
  readonly example: string;
}

/** Gathers what is wrong with one URL. No text that is added may hold a part of the URL: any part can belong to a password. */
export class UrlProblems {
  readonly #name: string;
  readonly #texts: string[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  add(text: string): void {
    this.#texts.push(`${this.#name} ${text}`);
  }

  /** Throws CONFIG_INVALID with all problems, if there are any. */
  throwIfAny(): void {
    if (this.#texts.length > 0) throw new EtlError('CONFIG_INVALID', this.#texts.join('; '));
  }
}

const ENCODE = 'percent-encode reserved characters in user, password and database (% as %25, @ as %40, / as %2F, # as %23, ? as %3F)';

/** Takes a URL apart, or throws CONFIG_INVALID. Nothing of the URL is in the message. */
export function splitUrl(text: string, { protocols, example }: UrlForm, problems: UrlProblems): UrlParts {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol))
    problems.add(`is not a URL such as ${example}; ${ENCODE}, and give a port from 1 to 65535`);
  // A URL's parser drops tabs and line ends without a word.
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  else if (/[\u0000-\u001f\u007f]/.test(text.trim())) problems.add(`holds a tab, a line end or another control character; ${ENCODE}`);
  // A "/", "?" or "#" of the password has ended the part that holds it.
  else if (url.hash !== '' || text.trim().endsWith('#') || `${url.pathname}${url.search}`.includes('@'))
    problems.add(`has a "#", "?", "/" or "@" where none belongs; ${ENCODE}`);
  else if (url.port === '0') problems.add(`has port 0; give a port from 1 to 65535, and ${ENCODE}`);
  problems.throwIfAny();
  return readParts(url as URL, problems);
}

function readParts(url: URL, problems: UrlProblems): UrlParts {
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      problems.add(`has a "%" that does not begin a percent-encoded character; ${ENCODE}`);
      problems.throwIfAny();
      return '';
    }
  };
  const path = url.pathname.replace(/^\//, '');
  if (path.includes('/')) problems.add(`has more than one "/" after the server; ${ENCODE}`);
  const parameters = new Map<string, UrlParameter>();
  for (const pair of url.search
    .slice(1)
    .split('&')
    .filter((each) => each !== '')) {
    const [name = '', ...rest] = pair.split('=').map((part) => decode(part.replaceAll('+', ' ')));
    const key = name.toLowerCase().replace(/[-_]/g, '');
    if (parameters.has(key)) problems.add(`has the parameter ${shown(name)} twice; give it once`);
    parameters.set(key, { name, value: rest.join('=') });
  }
  return {
    protocol: url.protocol,
    host: decode(url.hostname.replace(/^\[(.*)\]$/, '$1')),
    port: url.port === '' ? undefined : Number(url.port),
    user: decode(url.username),
    password: decode(url.password),
    path: decode(path),
    parameters,
  };
}

/** Takes the first of the parameters that is there; a second one of them is a contradiction. */
export function takeParameter(parts: UrlParts, keys: readonly string[], problems: UrlProblems): UrlParameter | undefined {
  const found = keys.map((key) => parts.parameters.get(key)).filter((parameter) => parameter !== undefined);
  for (const key of keys) parts.parameters.delete(key);
  if (found.length > 1) problems.add(`has ${found.map(({ name }) => shown(name)).join(' and ')}, which say the same thing; give one`);
  return found[0];
}

/** What is left has not been understood, and would be ignored in silence. `known` is for people. */
export function refuseOthers(parts: UrlParts, known: string, problems: UrlProblems): void {
  for (const { name } of parts.parameters.values()) problems.add(`has the unknown parameter ${shown(name)}; known are ${known}`);
  problems.throwIfAny();
}

/** A parameter's name for a message; anything unusual may be the rest of a password. */
export function shown(name: string): string {
  return /^[a-z][\w.-]{0,40}$/i.test(name) ? `"${name}"` : 'with an unusual name (not shown)';
}
