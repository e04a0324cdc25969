import { readFileSync } from 'node:fs';
import { EtlError } from '@retail-etl/contracts';
import { parseMysqlUrl } from './connections/mysql-url.js';
import { parsePostgresUrl } from './connections/postgres-url.js';
import { parseRedisUrl } from './connections/redis-url.js';

/** The kinds of server, with how their URLs are read and what one looks like. */
const SERVERS = {
  redis: { parse: parseRedisUrl, example: 'redis://localhost:6379' },
  postgres: { parse: parsePostgresUrl, example: 'postgres://user:password@localhost:5432/shop' },
  mysql: { parse: parseMysqlUrl, example: 'mysql://user:password@localhost:3306/warehouse' },
} as const;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads settings one by one and gathers every problem, so that all are reported at once. */
export class SettingsReader {
  readonly problems: string[] = [];
  readonly #env: Env;

  /** `env`: default the process's own environment. */
  constructor(env: Env = process.env) {
    this.#env = env;
  }

  /** True if the environment gives the value or names a file for it, whatever is in that file. */
  isSet(name: string): boolean {
    return nonEmpty(this.#env[name]) !== undefined || nonEmpty(this.#env[`${name}_FILE`]) !== undefined;
  }

  /** The value as text; undefined if unset or empty. `NAME_FILE` names a file that holds it (Docker's convention for secrets). */
  text(name: string): string | undefined {
    const direct = this.#env[name];
    const file = this.#env[`${name}_FILE`];
    if (file !== undefined && file !== '') {
      if (direct !== undefined && direct !== '') {
        this.problems.push(`${name} and ${name}_FILE are both set; set one`);
        return undefined;
      }
      try {
        return nonEmpty(readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
      } catch (cause) {
        this.problems.push(`${name}_FILE names ${file}, which cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`);
        return undefined;
      }
    }
    return nonEmpty(direct);
  }

  required(name: string, example: string): string {
    const value = this.text(name);
    const reported = this.problems.some((problem) => problem.startsWith(`${name}_FILE`) || problem.startsWith(`${name} and`));
    if (value === undefined && !reported) this.problems.push(`${name} is not set (for example ${example})`);
    return value ?? '';
  }

  /** The URL of a server, every part of it checked. */
  serverUrl(name: string, kind: keyof typeof SERVERS): string {
    const { parse, example } = SERVERS[kind];
    const value = this.required(name, example);
    if (value === '') return value;
    try {
      parse(value, name);
    } catch (error) {
      if (!(error instanceof EtlError)) throw error;
      this.problems.push(error.message);
    }
    return value;
  }

  optionalServerUrl(name: string, kind: keyof typeof SERVERS): string | undefined {
    return this.text(name) === undefined ? undefined : this.serverUrl(name, kind);
  }

  url(name: string, protocols: readonly string[], example: string): string {
    const value = this.required(name, example);
    if (value === '') return value;
    // The value itself may hold a password, so no message repeats it.
    const protocol = URL.canParse(value) ? new URL(value).protocol : '';
    if (!protocols.includes(protocol)) this.problems.push(`${name} is not a URL such as ${example}`);
    return value;
  }

  optionalUrl(name: string, protocols: readonly string[], example: string): string | undefined {
    return this.text(name) === undefined ? undefined : this.url(name, protocols, example);
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    this.problems.push(`${name} is "${value}", not a whole number from ${min} to ${max}`);
    return fallback;
  }

  ratio(name: string, fallback: number): number {
    return this.optionalRatio(name) ?? fallback;
  }

  optionalRatio(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (/^(\d+(\.\d*)?|\.\d+)$/.test(value) && number <= 1) return number;
    this.problems.push(`${name} is "${value}", not a number from 0 to 1`);
    return undefined;
  }

  flag(name: string): boolean {
    return this.oneOf(name, ['true', 'false'], 'false') === 'true';
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return fallback;
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) this.problems.push(`${name} is "${value}", not one of ${values.join(', ')}`);
    return found ?? fallback;
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
