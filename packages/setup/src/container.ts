import { SettingsReader } from '@retail-etl/config';
import { addressOf, readSettings } from './read-settings.js';
import { StackProblem } from './problem.js';
import { say as sayLine } from './terminal/say.js';
import { newSecrets } from './container-secrets.js';
import { keepSecrets } from './keep-secrets.js';
import { grantReader, grantWriter } from './server-access.js';
import { becomeUser, giveDataFolders, type ServiceUser } from './service-user.js';
import { setUp } from './setup.js';
import { waitForServer } from './wait-for-server.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Servers that begin on a new volume, with their image still to be fetched, take minutes. */
const WAIT_TIMEOUT_MS = 600_000;

const COMMANDS: Readonly<Record<string, (env: Env | undefined, args: readonly string[]) => Promise<void> | void>> = {
  passwords: makePasswords,
  databases: prepareDatabases,
  'print-secrets': printSecrets,
};

/**
 * What the set-up image does, by the name of the command:
 *  - `passwords`: makes the secrets once, in the folders SECRETS_DIR and DATABASE_SECRETS_DIR, before the servers start with them;
 *  - `databases`: data folders, users, tables and sample rows, once the servers answer; safe to repeat;
 *  - `print-secrets [version]`: new secrets on stdout, a line each: name and value in base64.
 */
export async function runContainerCommand([name = '', ...args]: readonly string[], env?: Env): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const names = Object.keys(COMMANDS).join(', ');
    throw new StackProblem('USAGE', `"${name}" is no command of this image`, `Use one of ${names}.`);
  }
  await command(env, args);
}

function makePasswords(env: Env | undefined): void {
  const { user, ...folders } = readSettings(env, (read) => ({
    services: read.text('SECRETS_DIR') ?? '/run/secrets',
    databases: read.text('DATABASE_SECRETS_DIR') ?? '/run/database-secrets',
    user: readUser(read),
  }));
  const made = keepSecrets(folders, user);
  sayLine(made ? 'passwords made' : 'the passwords stay as they are');
}

async function prepareDatabases(env: Env | undefined): Promise<void> {
  const settings = readSettings(env, (read) => ({
    readerUrl: read.serverUrl('POSTGRES_URL', 'postgres'),
    writerUrl: read.serverUrl('MYSQL_URL', 'mysql'),
    ownerUrl: read.serverUrl('SETUP_POSTGRES_URL', 'postgres'),
    rootUrl: read.serverUrl('SETUP_MYSQL_URL', 'mysql'),
    dataDir: read.text('DATA_DIR') ?? '/data',
    sourcesFile: read.text('SOURCES_FILE'),
    note: read.text('SETUP_NOTE'),
    user: readUser(read),
  }));
  const { readerUrl, writerUrl, ownerUrl, rootUrl, dataDir, sourcesFile, note, user } = settings;
  await giveDataFolders(dataDir, user);
  await becomeUser(user, dataDir);
  sayLine(`the data folders belong to the services' user ${user.uid}:${user.gid}`);
  const wait = { say: sayLine, timeoutMs: WAIT_TIMEOUT_MS };
  await Promise.all([
    waitForServer(() => grantReader(ownerUrl, readerUrl), { ...wait, what: `PostgreSQL at ${addressOf(ownerUrl)}` }),
    waitForServer(() => grantWriter(rootUrl, writerUrl), { ...wait, what: `MySQL at ${addressOf(rootUrl)}` }),
  ]);
  sayLine('the users of the services are there');
  if (note !== undefined) sayLine(note);
  await setUp({ postgresUrl: ownerUrl, mysqlUrl: rootUrl, dataDir, sourcesFile }, { say: sayLine, waitTimeoutMs: WAIT_TIMEOUT_MS });
}

function printSecrets(env: Env | undefined, [given = '1']: readonly string[]): void {
  const version = Number(given);
  if (!Number.isInteger(version) || version < 1) {
    throw new StackProblem('USAGE', `"${given}" is no version of secrets`, 'Use a whole number from 1 on.');
  }
  const redisAclBefore = readSettings(env, (read) => read.text('REDIS_ACL_BEFORE')) ?? '';
  for (const [name, { value }] of Object.entries(newSecrets({ version, redisAclBefore }))) {
    sayLine(`${name} ${Buffer.from(value).toString('base64')}`);
  }
}

function readUser(read: SettingsReader): ServiceUser {
  const text = read.text('SERVICE_USER') ?? '1000:1000';
  const [, uid, gid] = /^(\d{1,9}):(\d{1,9})$/.exec(text) ?? [];
  if (uid === undefined) read.problems.push(`SERVICE_USER is "${text}", not two numbers such as 1000:1000`);
  return { uid: Number(uid), gid: Number(gid) };
}
