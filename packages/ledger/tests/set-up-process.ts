import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'set-up-process.mjs');

interface SetUpOptions {
  /** Where it dies, such as `migrate.after-statement:3`. */
  readonly crash?: string;
  /** A folder of migrations; default those that this version ships. */
  readonly migrations?: string;
}

export function startSetUp(mysqlUrl: string, { crash, migrations }: SetUpOptions = {}): ChildProcess {
  return spawn(process.execPath, [SCRIPT], {
    env: {
      PATH: process.env['PATH'],
      NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
      MYSQL_URL: mysqlUrl,
      ...(crash === undefined ? {} : { CRASH: crash }),
      ...(migrations === undefined ? {} : { MIGRATIONS: migrations }),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Runs a set-up to its end. */
export async function runSetUp(mysqlUrl: string, options: SetUpOptions = {}): Promise<{ code: number | null; signal: string | null }> {
  const child = startSetUp(mysqlUrl, options);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal };
}
