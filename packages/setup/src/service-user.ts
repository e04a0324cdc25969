import { constants } from 'node:fs';
import { access, chmod, lchown, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorText, StackProblem } from './problem.js';

/** The numbers of the user and the group that the services run as. */
export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

/** Folders that the services alone fill. */
const OWN_FOLDERS = ['output', 'staging', 'runs', 'kept'] as const;

/**
 * Gives the data folders to the services' user. Of `input` only the folder itself: the files are other people's, who keep their right to
 * add some through the folder's group. A file system that refuses (NFS maps root to nobody) is left as it is; `becomeUser` then tells.
 */
export async function giveDataFolders(dataDir: string, user: ServiceUser): Promise<void> {
  try {
    for (const folder of ['input', ...OWN_FOLDERS]) await mkdir(join(dataDir, folder), { recursive: true });
    const input = join(dataDir, 'input');
    const { uid, gid, mode } = await lstat(input);
    if (uid !== user.uid) {
      await lchown(input, user.uid, gid);
      await chmod(input, (mode & 0o7777) | 0o770);
    }
    for (const folder of OWN_FOLDERS) await giveTree(join(dataDir, folder), user);
  } catch (error) {
    if (!['EPERM', 'EACCES', 'ENOENT'].includes(errorCode(error) ?? '')) throw error;
  }
}

async function giveTree(path: string, user: ServiceUser): Promise<void> {
  const found = await lstat(path);
  if (found.uid !== user.uid) await lchown(path, user.uid, user.gid);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await giveTree(join(path, name), user);
}

/** Goes on as the services' user, so that nothing made from here on belongs to root. Throws DATA_FOLDER if it cannot use `dataDir`. */
export async function becomeUser(user: ServiceUser, dataDir: string): Promise<void> {
  if (process.getuid?.() === 0) {
    process.setgroups?.([user.gid]);
    process.setgid?.(user.gid);
    process.setuid?.(user.uid);
  }
  try {
    await access(join(dataDir, 'input'), constants.R_OK | constants.X_OK);
    for (const folder of OWN_FOLDERS) await access(join(dataDir, folder), constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StackProblem(
      'DATA_FOLDER',
      `the services' user ${user.uid}:${user.gid} cannot use the data folders: ${errorText(error)}`,
      `Make input, output, staging, runs and kept in ${dataDir} on their server and give them to ${user.uid}:${user.gid} (chown).`,
      { cause: error },
    );
  }
}
