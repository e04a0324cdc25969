import { childEnvironment, dropDriverVariables, otherServer, parseRedisUrl, settingNames } from '@retail-etl/config';
import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { once } from 'node:events';
import { join, relative } from 'node:path';
import { mkdirSync } from 'node:fs';
import { LOCAL_DIR, LOG_DIR, REPO_ROOT } from '../paths.js';
import { errorText, StackProblem, addressOf, setUp, waitForServer, reportFailure, say, createStyle } from '@retail-etl/setup';
import { Children } from '../process/children.js';
import { acquireCloneLock, type CloneLock } from '../process/clone-lock.js';
import { listenForStop } from '../process/stop-signals.js';
import { bringUpServers, type ServerUrls } from '../servers/bring-up.js';
import { keepCredentials, type Credentials } from '../servers/credentials.js';
import { findFreePort } from '../servers/free-port.js';
import { pingRedis } from '../servers/redis.js';
import { parseStartArguments } from './arguments.js';
import { Fleet, SERVICE_NAMES, type ServiceName, WORKER_HOST } from './fleet.js';
import { followRun } from './follow-run.js';
import { chooseGatewayPort, reachableHost } from './gateway-port.js';
import { GatewayClient } from './gateway-client.js';
import { createProgressView } from './progress-view.js';
import { sayResult } from './result-view.js';
import { readStartSettings, withSettings, type StartSettings } from './settings.js';

const EXIT_INTERRUPTED = 130;

const style = createStyle(process.stdout);

/** One labelled line, such as `servers    Redis 127.0.0.1:40123`. */
function sayField(label: string, text: string): void {
  say(`${style.bold(label.padEnd(10))} ${text}`);
}

/** `npm start`: from nothing to the result of the first run. Resolves to the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  dropDriverVariables();
  const children = new Children();
  const { signal } = listenForStop(children);
  let lock: CloneLock | undefined;
  try {
    const { once: onlyOnce } = parseStartArguments(args);
    const settings = readStartSettings(process.env);
    mkdirSync(LOG_DIR, { recursive: true });
    lock = takeLock();
    const published = await startAndRun(settings, onlyOnce, children, signal);
    if (onlyOnce) return published ? 0 : 1;
    sayField('', style.dim('Ctrl-C stops everything.'));
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  } catch (error) {
    if (signal.aborted) return EXIT_INTERRUPTED;
    reportFailure(error);
    return 1;
  } finally {
    await children.stopAll();
    lock?.release();
  }
}

function takeLock(): CloneLock {
  const lock = acquireCloneLock(join(LOCAL_DIR, 'start.lock'));
  if ('release' in lock) return lock;
  throw new StackProblem(
    'ALREADY_RUNNING',
    `another npm start of this clone is running (process ${lock.pid})`,
    'Use its dashboard, or stop it first with Ctrl-C in its terminal.',
  );
}

/** True if the run that it asked for was published. */
async function startAndRun(settings: StartSettings, onlyOnce: boolean, children: Children, signal: AbortSignal): Promise<boolean> {
  if (settings.ignoredHost !== undefined)
    sayField('', `HOST is "${settings.ignoredHost}", no IP address or localhost: some shells set it, so it is ignored`);
  const gatewayPort = await chooseGatewayPort(settings.host, settings.port);
  const credentials = keepCredentials(join(LOCAL_DIR, 'credentials.json'));
  const sayServer = (line: string): void => sayField('servers', line);
  const servers = await bringUpServers({
    given: settings.given,
    dir: LOCAL_DIR,
    logDir: LOG_DIR,
    credentials,
    durability: 'durable',
    children,
    say: sayServer,
  });
  sayServer(servers.description);
  if (settings.given.redis !== undefined) await waitForRedis(settings.given.redis, sayServer, signal);

  const { urls } = servers;
  const setupConfig = {
    postgresUrl: urls.postgresOwner,
    mysqlUrl: urls.mysql,
    dataDir: settings.dataDir,
    sourcesFile: settings.sourcesFile,
  };
  await setUp(setupConfig, { say: (line) => sayField('setup', line), signal }).catch((error: unknown) => {
    throw settings.given.mysql === undefined ? inOwnServers(error) : error;
  });

  const view = createProgressView(process.stdout, style);
  const host = reachableHost(settings.host);
  const fleet = new Fleet({
    repoRoot: REPO_ROOT,
    logDir: LOG_DIR,
    children,
    reachableHost: host,
    ports: await choosePorts(gatewayPort),
    envOf: (name, port) => serviceEnv(name, port, urls, settings, credentials, onlyOnce),
    say: (line) => view.say(`${style.yellow('services'.padEnd(10))} ${line}`),
  });
  await fleet.start();
  await fleet.ready(signal);
  sayField('services', `${SERVICE_NAMES.join(', ')} ready; logs in ${relative(process.cwd(), LOG_DIR) || '.'}`);
  if (settings.port === undefined && gatewayPort !== 8080) sayField('', `port 8080 is taken, so the dashboard is on ${gatewayPort}`);

  const baseUrl = `http://${host}:${gatewayPort}`;
  const gateway = new GatewayClient(baseUrl, settings.apiToken ?? credentials.apiToken);
  const runId = await gateway.startRun(signal);
  sayField('run', runId);
  const report = await followRun(gateway, runId, (progress) => view.show(progress), signal);
  view.finish();
  await sayResult(report, join(settings.dataDir, 'output', SALES_SUMMARY.file), style);
  if (!onlyOnce) sayDashboard(baseUrl, settings, credentials);
  return report.state === 'published';
}

/** The servers of the clone stop with this command, so nobody can run statements in them. */
function inOwnServers(error: unknown): unknown {
  if (!(error instanceof EtlError) || error.code !== 'TARGET_UNFIT') return error;
  return new StackProblem(
    error.code,
    error.message,
    `The table is in the clone's own MySQL or MariaDB server, and holds what an earlier run published there. If sources.yaml is missing or was changed by mistake, put it back. Else delete the folder ${relative(process.cwd(), LOCAL_DIR) || LOCAL_DIR} (with it go the runs and data of the clone's own servers, and the password), then start again. To keep them, set MYSQL_URL to a database of your own.`,
  );
}

async function waitForRedis(url: string, sayServer: (line: string) => void, signal: AbortSignal): Promise<void> {
  const ping = async (): Promise<void> => {
    try {
      await pingRedis(url);
    } catch (error) {
      // A reply, even a refusal, comes from a server that is up: waiting does not help.
      if (error instanceof Error && error.name === 'ReplyError') {
        throw new StackProblem(
          'REDIS_REFUSED',
          `Redis at ${addressOf(url)}: ${error.message}`,
          'Check the user and password in REDIS_URL.',
        );
      }
      const other = await otherServer({ ...parseRedisUrl(url), expected: 'Redis', setting: 'REDIS_URL' });
      throw other ?? new EtlError('REDIS_UNAVAILABLE', `Redis: ${errorText(error)}`, { cause: error });
    }
  };
  await waitForServer(ping, { what: `Redis at ${addressOf(url)}`, say: sayServer, signal });
}

async function choosePorts(gatewayPort: number): Promise<Record<ServiceName, number>> {
  const [extractor, transformer, loader] = [
    await findFreePort(WORKER_HOST),
    await findFreePort(WORKER_HOST),
    await findFreePort(WORKER_HOST),
  ];
  return { extractor, transformer, loader, gateway: gatewayPort };
}

/** The product's settings of the user's environment with what is decided here; the dashboard's secrets go to the gateway alone. */
function serviceEnv(
  name: ServiceName,
  port: number,
  urls: ServerUrls,
  settings: StartSettings,
  credentials: Credentials,
  onlyOnce: boolean,
): NodeJS.ProcessEnv {
  const common = {
    REDIS_URL: urls.redis,
    POSTGRES_URL: urls.postgres,
    MYSQL_URL: urls.mysql,
    DATA_DIR: settings.dataDir,
    HOST: name === 'gateway' ? settings.host : WORKER_HOST,
    PORT: String(port),
    // glibc otherwise keeps up to sixteen heaps a process for the native threads.
    MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2',
  };
  const settingsHere = settingNames();
  const env = childEnvironment(process.env, (variable) => settingsHere.has(variable) || variable === 'NODE_V8_COVERAGE');
  if (name !== 'gateway') return withSettings(env, common);
  return withSettings(env, {
    ...common,
    ADMIN_USERNAME: settings.adminUsername,
    ADMIN_PASSWORD: settings.adminPassword ?? credentials.adminPassword,
    API_TOKEN: settings.apiToken ?? credentials.apiToken,
    ...(onlyOnce ? { SCHEDULE_CRON: 'off' } : {}),
  });
}

function sayDashboard(baseUrl: string, settings: StartSettings, credentials: Credentials): void {
  say('');
  sayField('dashboard', style.bold(`${baseUrl}${settings.basePath}`));
  const password =
    settings.adminPassword === undefined ? `password ${style.bold(credentials.adminPassword)}` : 'the password is ADMIN_PASSWORD';
  sayField('', `user ${style.bold(settings.adminUsername)}, ${password}`);
  if (settings.apiToken === undefined)
    sayField('', style.dim(`the API token is in ${relative(process.cwd(), join(LOCAL_DIR, 'credentials.json'))}`));
}
