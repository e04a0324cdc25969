import { childEnvironment, dropDriverVariables } from '@retail-etl/config';
import { join } from 'node:path';
import { mkdirSync, readFileSync } from 'node:fs';
import { LOG_DIR, REPO_ROOT } from '../paths.js';
import { Children } from '../process/children.js';
import { listenForStop } from '../process/stop-signals.js';
import { readGivenUrls } from '../servers/given-urls.js';
import { readSettings, reportFailure, say } from '@retail-etl/setup';
import type { Durability } from '../servers/server.js';
import { withSettings } from '../start/settings.js';
import { provideBrowser } from './browser.js';
import { formatCounts, type TestCounts } from './count-reporter.js';
import { bringUpTemporaryServers, createTemporaryDir, removeTemporaryDir } from './temporary-servers.js';
import { planVitest } from './vitest-arguments.js';

const EXIT_INTERRUPTED = 130;

const TEST_NAMES =
  /^(ETL_FAULT_\w+|PROPERTY_(SEED|RUNS)|TEST_LOG_LEVEL|GATEWAY_SHOTS|UPDATE_PAGE_TYPES|BENCH_NODE_FLAGS|NODE_V8_COVERAGE|CI|NO_COLOR|FORCE_COLOR)$/;

/** `npm test`: vitest with servers of its own. Resolves to vitest's exit code; the last line says how many tests passed and failed. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const plan = planVitest(args);
  return withServers(plan.needsServers ? 'disposable' : undefined, async (children, dir, env) => {
    if (plan.needsBrowser) await provideBrowser(children, LOG_DIR, (line) => say(`browser    ${line}`));
    const countsPath = join(dir, 'counts.json');
    const code = await runNode(children, 'vitest', [join(REPO_ROOT, 'node_modules/vitest/vitest.mjs'), ...plan.args], {
      ...env,
      TEST_COUNTS_PATH: countsPath,
    });
    say(formatCounts(readCounts(countsPath)));
    return code;
  });
}

/** `npm run bench`: `tests/bench/main.mjs` against servers that write as safely as those of npm start. */
export async function runBenchmark(args: readonly string[]): Promise<number> {
  return withServers('durable', (children, dir, env) =>
    runNode(children, 'bench', [join(REPO_ROOT, 'tests/bench/main.mjs'), ...args], { ...env, BENCH_DIR: dir }),
  );
}

/** A script of the tests, with servers of its own that may be filled at will. Resolves to its exit code. */
export async function runOnServers(name: string, args: readonly string[]): Promise<number> {
  return withServers('disposable', (children, _dir, env) => runNode(children, name, args, env));
}

/** Does `action` with REDIS_URL, POSTGRES_URL and MYSQL_URL of servers that may be filled at will, those given or temporary ones. */
async function withServers(
  durability: Durability | undefined,
  action: (children: Children, dir: string, env: NodeJS.ProcessEnv) => Promise<number>,
): Promise<number> {
  dropDriverVariables();
  const children = new Children();
  const { signal } = listenForStop(children);
  let dir: string | undefined;
  try {
    mkdirSync(LOG_DIR, { recursive: true });
    dir = await createTemporaryDir();
    const env = durability === undefined ? testEnv() : await serverEnv(dir, durability, children);
    return await action(children, dir, env);
  } catch (error) {
    if (signal.aborted) return EXIT_INTERRUPTED;
    reportFailure(error);
    return 1;
  } finally {
    await children.stopAll();
    if (dir !== undefined) removeTemporaryDir(dir);
  }
}

async function serverEnv(dir: string, durability: Durability, children: Children): Promise<NodeJS.ProcessEnv> {
  const sayServers = (line: string): void => say(`servers    ${line}`);
  const servers = await bringUpTemporaryServers({
    dir,
    given: readSettings(process.env, readGivenUrls),
    durability,
    children,
    say: sayServers,
  });
  sayServers(servers.description);
  return withSettings(testEnv(), {
    REDIS_URL: servers.urls.redis,
    POSTGRES_URL: servers.urls.postgresOwner,
    MYSQL_URL: servers.urls.mysql,
  });
}

/** What tests and the bench ask for: switches of their own, never settings of the product or of other tools. */
function testEnv(): NodeJS.ProcessEnv {
  return childEnvironment(process.env, (name) => TEST_NAMES.test(name));
}

async function runNode(children: Children, name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = await children.start('service', {
    name,
    command: [process.execPath, ...args],
    cwd: REPO_ROOT,
    env,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 20_000,
  });
  const { code } = await child.ended;
  return code ?? EXIT_INTERRUPTED;
}

/** A vitest that died before it could count is one failure. */
function readCounts(path: string): TestCounts {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as TestCounts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
