import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One numbered change of the ledger: a file of `migrations/`, with one statement. */
export interface Migration {
  /** 1 for the first, without gaps. */
  readonly number: number;
  /** What follows the number in the file's name, such as `slot-row`. */
  readonly name: string;
  /** Atomic on both servers, or with the same effect when it is repeated. */
  readonly statement: string;
  /** A query that returns a row if the statement has taken effect already; for those without a form such as IF NOT EXISTS. */
  readonly unless: string | undefined;
  /** SHA-256 of both in hex. Comments do not count. */
  readonly checksum: string;
}

const FOLDER = join(import.meta.dirname, '..', 'migrations');
const FILE_NAME = /^(\d{3})-([a-z0-9-]+)\.sql$/;
const UNLESS = '-- unless: ';

/** Reads the migrations of a folder in their order; by default those that this version ships. Throws if a file breaks the rules above. */
export function readMigrations(folder: string = FOLDER): Migration[] {
  return readdirSync(folder)
    .sort()
    .map((file, index) => {
      const [, number, name] = FILE_NAME.exec(file) ?? [];
      if (name === undefined || Number(number) !== index + 1) {
        throw new Error(`${join(folder, file)} is not migration ${index + 1}: names are 001-what-it-does.sql, without gaps`);
      }
      return { number: index + 1, name, ...parse(readFileSync(join(folder, file), 'utf8')) };
    });
}

function parse(text: string): Pick<Migration, 'statement' | 'unless' | 'checksum'> {
  const lines = text.split(/\r?\n/);
  const unless = lines.find((line) => line.startsWith(UNLESS))?.slice(UNLESS.length);
  const statement = lines
    .filter((line) => !line.startsWith('--'))
    .join('\n')
    .trim()
    .replace(/;$/, '');
  const checksum = createHash('sha256')
    .update(JSON.stringify([statement, unless ?? null]))
    .digest('hex');
  return { statement, unless, checksum };
}
