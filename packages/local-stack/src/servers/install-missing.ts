import { childEnvironment } from '@retail-etl/config';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackProblem } from '@retail-etl/setup';
import type { Children } from '../process/children.js';
import { isRoot } from '../process/run-as.js';
import type { ServerName } from './server.js';
import { findProgram } from './programs.js';

/** Debian's and Ubuntu's packages. */
const PACKAGES: Readonly<Record<ServerName, string>> = { redis: 'redis-server', postgres: 'postgresql', mysql: 'mariadb-server' };
const VARIABLES: Readonly<Record<ServerName, string>> = { redis: 'REDIS_URL', postgres: 'POSTGRES_URL', mysql: 'MYSQL_URL' };

// Read by Debian's packages before they start a service; 101 means: do not.
const POLICY_PATH = '/usr/sbin/policy-rc.d';
const POLICY_TEXT = '#!/bin/sh\n# Written by the retail sales ETL while it installs packages; removed afterwards.\nexit 101\n';

/** Installs the packages of the missing servers, if we are root and there is apt-get; otherwise throws a StackProblem that says what to install. */
export async function installMissing(
  missing: readonly ServerName[],
  children: Children,
  logDir: string,
  say: (line: string) => void,
): Promise<void> {
  const packages = missing.map((name) => PACKAGES[name]);
  if (!canInstallPackages()) {
    const how =
      findProgram('apt-get') === undefined
        ? `Install ${packages.join(', ')} (or their like) with your system's package manager`
        : `Run: sudo ${installCommand(packages)}`;
    throw new StackProblem(
      'SERVER_MISSING',
      `this machine lacks ${packages.join(', ')}`,
      `${how} - or give the URL of a server of your own in ${missing.map((name) => VARIABLES[name]).join(', ')}.`,
    );
  }
  await installPackages(packages, children, logDir, say);
}

/** Installs Debian packages as root, without starting the services they bring. Throws a StackProblem (INSTALL_FAILED). */
export async function installPackages(
  packages: readonly string[],
  children: Children,
  logDir: string,
  say: (line: string) => void,
): Promise<void> {
  const aptGet = findProgram('apt-get');
  if (aptGet === undefined) throw new Error('canInstallPackages was not asked');
  say(`installing ${packages.join(', ')} with apt-get (once; a minute or so)`);
  const restorePolicy = holdServices();
  try {
    const logPath = join(logDir, 'apt-get.log');
    const env = {
      ...childEnvironment(process.env, (name) => /^(https?|ftp|no|all)_proxy$/i.test(name)),
      DEBIAN_FRONTEND: 'noninteractive',
    };
    const shared = { cwd: '/', env, logPath, stopSignal: 'SIGINT', stopTimeoutMs: 30_000 } as const;
    const options = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0'];
    const failure = {
      code: 'INSTALL_FAILED',
      message: `apt-get could not install ${packages.join(', ')}`,
      remedy: `Look at ${logPath}, then run: apt-get update && ${installCommand(packages)}`,
    };
    await children.run({ ...shared, name: 'apt-get update', command: [aptGet, ...options, 'update'] }, failure);
    const install = [aptGet, ...options, 'install', '-y', '--no-install-recommends', ...packages] as const;
    await children.run({ ...shared, name: 'apt-get install', command: install }, failure);
  } finally {
    restorePolicy();
  }
}

/** True for root on a machine with apt-get. */
export function canInstallPackages(): boolean {
  return isRoot() && findProgram('apt-get') !== undefined;
}

export function installCommand(packages: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** Keeps the packages' own services from being started; returns what puts the machine's policy back. */
function holdServices(): () => void {
  if (existsSync(POLICY_PATH)) return () => undefined;
  const restore = (): void => rmSync(POLICY_PATH, { force: true });
  writeFileSync(POLICY_PATH, POLICY_TEXT, { mode: 0o755 });
  process.once('exit', restore);
  return () => {
    process.off('exit', restore);
    restore();
  };
}
