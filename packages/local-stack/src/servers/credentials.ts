import { newSecret, errorCode, errorText, StackProblem } from '@retail-etl/setup';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const NAMES = ['redisPassword', 'postgresOwnerPassword', 'postgresReaderPassword', 'mysqlPassword', 'adminPassword', 'apiToken'] as const;

/** The secrets of a local stack: of its own servers, and of the dashboard. */
export type Credentials = Readonly<Record<(typeof NAMES)[number], string>>;

export function newCredentials(known: Partial<Credentials> = {}): Credentials {
  return Object.fromEntries(NAMES.map((name) => [name, known[name] ?? newSecret()])) as Credentials;
}

/** Reads the credentials kept at `path`, making what is missing; only the owner may read the file. Throws a StackProblem. */
export function keepCredentials(path: string): Credentials {
  const known = readKnown(path);
  const credentials = newCredentials(known);
  if (NAMES.some((name) => known[name] === undefined)) {
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  }
  chmodSync(path, 0o600);
  return credentials;
}

function readKnown(path: string): Partial<Credentials> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {};
    throw new StackProblem(
      'CREDENTIALS_UNREADABLE',
      `${path} cannot be read (${errorText(error)})`,
      'Run the command as the user who ran it first, or as root.',
      { cause: error },
    );
  }
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    return Object.fromEntries(NAMES.filter((name) => isSecret(value[name])).map((name) => [name, value[name]]));
  } catch (error) {
    throw new StackProblem(
      'CREDENTIALS_INVALID',
      `${path} is not JSON (${errorText(error)})`,
      'Correct the file, or remove the folder .local (with the data of the private servers) to begin anew.',
      { cause: error },
    );
  }
}

/** Anything else would need quoting in a URL or a configuration file. */
function isSecret(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]{8,200}$/.test(value);
}
