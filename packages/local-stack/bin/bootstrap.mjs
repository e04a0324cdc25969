#!/usr/bin/env node
/*
 * What every npm script runs first. It makes sure of Node, the packages and the build, each only where needed, then goes
 * on in compiled code. It has no dependency and uses old syntax, so that even an old Node can say what is missing.
 *
 *   start [--once] | service <name> | setup | test [vitest arguments] | mutation [files] | lint | bench | cli [retail-etl arguments]
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const REGISTRY_WAIT_MS = 5_000;
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DIST = join(ROOT, 'packages/local-stack/dist');
const PAGE = join(ROOT, 'services/gateway/page');
const SERVICES = ['extractor', 'transformer', 'loader', 'gateway'];

/** An expected failure: one message, no stack. */
class Failure extends Error {}

const COMMANDS = {
  start: (args) => runCompiled('start/main.js', 'runCommand', args),
  setup: (args) => runCompiled('../../setup/dist/main.js', 'runCommand', args),
  test: (args) => runCompiled('test/main.js', 'runCommand', args),
  mutation: async (args) => {
    process.exitCode = await run(process.execPath, [join(ROOT, 'tests/mutation/main.mjs'), ...args]);
  },
  bench: (args) => runCompiled('test/main.js', 'runBenchmark', args),
  cli: (args) => runCompiled('../../cli/dist/main.js', 'runCommand', args),
  service: runService,
  lint,
};

/** What `--help` prints, before anything is installed or built. */
const USAGES = {
  start: `npm start               starts servers where no URL is given, sets up, runs once, then serves the dashboard until Ctrl-C
npm start -- --once     one run without a schedule; exits 0 only if that run was published
Settings are environment variables: see docs/settings.md.`,
  setup: `npm run setup           creates the folders, tables and sample data that are absent
It needs POSTGRES_URL and MYSQL_URL; DATA_DIR is data/ of the clone by default.`,
  test: `npm test                                        all tests but the long fault sweeps, on servers of their own
npm test -- --project unit|integration|e2e|architecture|faults-short|faults
npm test -- packages/a/tests/x.unit.test.ts     a file; other arguments go to vitest too`,
  mutation: `npm run test:mutation                   makes small errors in the code; fails where the tests do not notice
npm run test:mutation -- judge-chunk            a file of tests/mutation/targets.mjs, or several
npm run test:mutation -- sql|code               all files of a kind; those of code take servers of their own`,
  bench: `npm run bench -- [options]
${readBenchOptions()}`,
  lint: 'npm run lint            rules, types of tests and page, and layout. "npm run format" repairs the layout.',
};

/** The bench's own list, a text because its code may not be runnable yet. */
function readBenchOptions() {
  const text = readFileSync(join(ROOT, 'tests/bench/usage.txt'), 'utf8');
  return text.trimEnd();
}

async function main([name = '', ...args]) {
  if (Object.hasOwn(USAGES, name) && args.some((arg) => arg === '--help' || arg === '-h')) {
    console.log(USAGES[name]);
    return;
  }
  checkNode();
  if (!Object.hasOwn(COMMANDS, name)) throw new Failure(`"${name}" is none of ${Object.keys(COMMANDS).join(', ')}.`);
  // What the cli prints is for other programs, too.
  const tell = name === 'cli' ? console.error : console.log;
  await installPackages(tell);
  await build(tell, name !== 'cli');
  await COMMANDS[name](args);
}

/** `engines` of package.json is the one list of versions: `^20.19.0 || >=24.0.0` is 20.19 and what follows in 20, and all from 24 on. */
function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isFit = [...engines.node.matchAll(/(\^|>=)(\d+)\.(\d+)/g)].some(
    ([, sign, fromMajor, fromMinor]) =>
      (major === Number(fromMajor) && minor >= Number(fromMinor)) || (sign === '>=' && major > Number(fromMajor)),
  );
  if (isFit) return;
  throw new Failure(`Node ${engines.node} is needed; this is ${process.versions.node}. Install it from your system or nodejs.org.`);
}

async function installPackages(tell) {
  if (arePackagesFresh()) return;
  tell('Installing packages (npm ci)');
  await checkRegistry();
  // The build needs development packages too, whatever NODE_ENV says.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm tells the scripts it runs where it lies; without it the PATH has to do.
  const npm = process.env.npm_execpath;
  const code = npm?.endsWith('.js') ? await run(process.execPath, [npm, ...args]) : await run('npm', args);
  if (code !== 0)
    throw new Failure('The packages could not be installed: see the lines above. Check the network and the npm registry, then try again.');
}

/** Says within ten seconds that the registry does not answer, where npm would try again in silence for minutes. */
async function checkRegistry() {
  const registry = await askNpm(['config', 'get', 'registry']);
  if (!/^https?:/.test(registry)) return;
  // Behind a proxy only npm knows the way.
  const proxies = [await askNpm(['config', 'get', 'https-proxy']), await askNpm(['config', 'get', 'proxy'])];
  if (proxies.some((proxy) => /^https?:/.test(proxy))) return;
  const trouble = await findTrouble(registry);
  if (trouble === undefined) return;
  throw new Failure(
    `The package registry ${new URL(registry).host} does not answer (${trouble}), and packages have to be installed first.\n` +
      'Connect to the network, set a proxy ("npm config set https-proxy http://host:port"), or name a registry that you can reach\n' +
      '("npm config set registry https://host/"). Then run the command again.',
  );
}

/** Why nothing answers at the URL; undefined if anything does. What npm may be set up for, such as certificates, is left to npm. */
function findTrouble(url) {
  return new Promise((resolve) => {
    const request = (url.startsWith('https:') ? https : http).get(url, () => end(undefined));
    const timer = setTimeout(() => end(`no answer within ${REGISTRY_WAIT_MS / 1000} s`), REGISTRY_WAIT_MS);
    const end = (text) => {
      clearTimeout(timer);
      request.destroy();
      resolve(text);
    };
    request.on('error', ({ code = '' }) => end(/^E(CONN|HOST|NET|AI_|NOTFOUND|TIMEDOUT|PIPE)/.test(code) ? code : undefined));
  });
}

/** What npm prints, trimmed; empty if it cannot be run. */
function askNpm(args) {
  const npm = process.env.npm_execpath;
  const command = npm?.endsWith('.js') ? [process.execPath, npm, ...args] : ['npm', ...args];
  return new Promise((resolve) => {
    execFile(command[0], command.slice(1), { cwd: ROOT }, (error, stdout) => resolve(error === null ? stdout.trim() : ''));
  });
}

/** True if what npm last installed is what package-lock.json asks for. */
function arePackagesFresh() {
  const wantedPath = join(ROOT, 'package-lock.json');
  const installedPath = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(installedPath)) return false;
  if (statSync(installedPath).mtimeMs >= statSync(wantedPath).mtimeMs) return true;
  // Git sets times as it likes, so a newer lock file is looked into.
  const wanted = JSON.parse(readFileSync(wantedPath, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  return Object.keys(wanted)
    .filter((path) => path.includes('node_modules/'))
    .every((path) => isSamePackage(wanted[path], installed[path]));
}

function isSamePackage(wanted, installed) {
  // An optional package of another platform is not installed.
  if (installed === undefined) return wanted.optional === true || wanted.devOptional === true;
  return installed.version === wanted.version && installed.integrity === wanted.integrity && installed.link === wanted.link;
}

async function build(tell, withPage) {
  if (!isBuildFresh()) {
    tell('Building (tsc -b)');
    const code = await run(process.execPath, [bin('typescript/bin/tsc'), '-b']);
    if (code !== 0) throw new Failure('The build failed: see the errors above.');
  }
  if (withPage && !isPageFresh()) {
    tell('Building the page (vite)');
    const code = await run(process.execPath, [bin('vite/bin/vite.js'), 'build', '-c', join(PAGE, 'vite.config.ts'), '--logLevel', 'warn']);
    if (code !== 0) throw new Failure('The page could not be built: see the errors above.');
  }
}

/** True if every project was built after its last change; looking costs some milliseconds where tsc costs half a second. */
function isBuildFresh() {
  const base = modifiedMs(join(ROOT, 'tsconfig.base.json'));
  for (const group of ['packages', 'services']) {
    for (const name of readdirSync(join(ROOT, group))) {
      const project = join(ROOT, group, name);
      if (!existsSync(join(project, 'tsconfig.json'))) continue;
      const built = modifiedMs(join(project, 'dist/.tsbuildinfo'));
      const changed = Math.max(
        base,
        modifiedMs(join(project, 'tsconfig.json')),
        modifiedMs(join(project, 'package.json')),
        newestMs(join(project, 'src')),
      );
      if (built < changed) return false;
    }
  }
  return true;
}

/** True if the page was built after the last change of its sources or its packages. */
function isPageFresh() {
  const built = modifiedMs(join(ROOT, 'services/gateway/dist/page/index.html'));
  return built > newestMs(PAGE) && built > modifiedMs(join(ROOT, 'services/gateway/package.json'));
}

function newestMs(folder) {
  let newest = modifiedMs(folder);
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestMs(path) : modifiedMs(path));
  }
  return newest;
}

function modifiedMs(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 0 : stat.mtimeMs;
}

async function runCompiled(file, name, args) {
  const module = await import(pathToFileURL(join(DIST, file)).href);
  process.exit(await module[name](args));
}

/** One service in this very process, so that signals reach it directly. It says itself what its environment lacks. */
async function runService([name = '']) {
  if (!SERVICES.includes(name)) throw new Failure(`"${name}" is none of ${SERVICES.join(', ')}.`);
  const path = join(ROOT, 'services', name, 'dist/main.js');
  if (!existsSync(path)) throw new Failure(`services/${name} is not built. Run npm run build and look at its errors.`);
  process.setSourceMapsEnabled(true);
  process.argv = [process.execPath, path];
  await import(pathToFileURL(path).href);
}

const bin = (name) => join(ROOT, 'node_modules', name);

/** Rules, types of the tests and of the page, and layout; all speak before this fails. */
async function lint() {
  const codes = [
    await run(process.execPath, [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings']),
    await run(process.execPath, [bin('typescript/bin/tsc'), '-p', 'tests/tsconfig.json']),
    await run(process.execPath, [bin('typescript/bin/tsc'), '-p', PAGE]),
    await run(process.execPath, [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']),
  ];
  if (codes.some((code) => code !== 0)) throw new Failure('Lint found the problems above. "npm run format" repairs the layout.');
}

/** Runs a program in the clone's root to its end and resolves to its exit code; asks it to stop when we are asked to. */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    child.once('error', (error) => reject(new Failure(`${program} could not be run: ${error.message}`)));
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      if (signal !== null) process.exit(130);
      resolve(code);
    });
  });
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(1);
});
