import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { StackProblem } from '@retail-etl/setup';

const run = promisify(execFile);

/** The ordinary user that a server runs as when this process is root, which PostgreSQL and MySQL refuse. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /**
   * True where the clone lies under a folder the user may not enter, such as /root. The server then keeps the one
   * capability that passes such folders.
   */
  readonly passFolders: boolean;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Looks `name` up among the machine's local users, where the servers' packages put theirs. */
function findUser(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/**
 * Who has to run the server whose files lie in `dir`; null means as we are. A folder with files keeps its owner, so a
 * clone can be started by its user first and by root later.
 */
export function chooseUser(dir: string, preferredUser: string): { uid: number; gid: number } | null {
  const owner = statSync(dir, { throwIfNoEntry: false });
  if (!isRoot()) {
    if (owner !== undefined && owner.uid !== process.getuid?.()) {
      throw new StackProblem(
        'LOCAL_DATA_FOREIGN',
        `${dir} belongs to another user (number ${owner.uid}), so its server cannot be started by you`,
        'Run the command as that user (or as root), or remove the folder .local as that user to begin anew.',
      );
    }
    return null;
  }
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const user = findUser(preferredUser) ?? findUser('nobody');
  if (user === undefined) {
    throw new StackProblem(
      'USER_MISSING',
      `database servers refuse to run as root, and this machine has neither a user ${preferredUser} nor nobody`,
      `Add one (useradd --system ${preferredUser}), or start as an ordinary user.`,
    );
  }
  return user;
}

/** Finds out whether `user` can reach and write `dir` (which belongs to it), with a capability if need be. */
export async function proveAccess(user: { uid: number; gid: number }, dir: string): Promise<RunAs> {
  for (const passFolders of [false, true]) {
    const runAs = { ...user, passFolders };
    try {
      // A real attempt: access(2), which `test` asks, leaves capabilities out of account.
      await run('setpriv', [...identityArguments(runAs), 'ls', dir]);
      return runAs;
    } catch {
      // The next rung of the ladder, or the problem below.
    }
  }
  throw new StackProblem(
    'FOLDER_UNREACHABLE',
    `the user number ${user.uid}, which must run a database server, cannot reach ${dir}`,
    'Move the clone to a folder that every user may enter (such as /srv or /opt), or give REDIS_URL, POSTGRES_URL and MYSQL_URL.',
  );
}

/** Arguments of util-linux's setpriv that become `runAs`; the command follows them. */
export function identityArguments(runAs: RunAs): string[] {
  const capability = runAs.passFolders ? ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'] : [];
  return [`--reuid=${runAs.uid}`, `--regid=${runAs.gid}`, '--clear-groups', ...capability];
}
