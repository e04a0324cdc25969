import { createHash } from 'node:crypto';
import { lstat, statfs, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newAttemptToken } from '@retail-etl/contracts';
import { type InputFile, OpenInputFile } from './input-files.js';

/** File systems that note the time of each change, which nobody can set: ext, XFS, Btrfs, ZFS, tmpfs, overlayfs, NFS, F2FS, Ceph, bcachefs. */
const WITH_CHANGE_TIME: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0x01021994, 0x794c7630, 0x6969, 0xf2f52010, 0x00c36400, 0xca451a4e,
]);

/** How far the clock of another file system may be off. */
const OTHER_CLOCK_MS = 300_000;
const MS_NS = 1_000_000n;
const PIECE_BYTES = 1 << 20;

/** What a file's content is known by. */
export interface ContentKey {
  readonly text: string;
  /** SHA-256 of the file, where its times tell nothing. */
  readonly sha256: string | null;
}

/** Null: nothing tells whether a file will have the same content the next time. */
export type FindContentKey = (file: InputFile) => Promise<ContentKey | null>;

/**
 * How contents of files below `folder` are told apart: by size, times and inode, without reading them. A file that has changed within the last `youngMs` by
 * its file system's clock has no key, because it may change again unseen; that clock is read by a file made in `ownFolder`. On a file system that is not known
 * to note each change, the SHA-256 of a file is its key. A file that cannot be read has none.
 */
export async function openContentKeys(folder: string, ownFolder: string, youngMs: number): Promise<FindContentKey> {
  const own = await clockOf(ownFolder);
  /** By device, because folders may be mounts of their own. */
  const trusted = new Map<string, Promise<boolean>>();
  const isTrusted = (device: string, name: string): Promise<boolean> => {
    const known = trusted.get(device) ?? statfs(dirname(join(folder, name))).then(({ type }) => WITH_CHANGE_TIME.has(type));
    trusted.set(device, known);
    return known;
  };
  return async (file) => {
    const { name, bytes, modifiedNs, changedNs, inode } = file;
    const [device = ''] = inode.split(':');
    try {
      if (!(await isTrusted(device, name))) {
        const sha256 = await digestOfInput(folder, name);
        return { text: `sha256:${sha256}`, sha256 };
      }
    } catch {
      return null;
    }
    const margin = BigInt(device === own.device ? Math.ceil(youngMs) : OTHER_CLOCK_MS);
    return BigInt(changedNs) < own.nowNs - margin * MS_NS ? { text: `${bytes}:${modifiedNs}:${changedNs}:${inode}`, sha256: null } : null;
  };
}

async function clockOf(folder: string): Promise<{ device: string; nowNs: bigint }> {
  const path = join(folder, `clock.${newAttemptToken()}.tmp`);
  await writeFile(path, '', { flag: 'wx' });
  try {
    const { dev, ctimeNs } = await lstat(path, { bigint: true });
    return { device: String(dev), nowNs: ctimeNs };
  } finally {
    await unlink(path);
  }
}

async function digestOfInput(folder: string, name: string): Promise<string> {
  const file = await OpenInputFile.open(folder, name);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    for (let position = 0; ;) {
      const bytesRead = await file.read(buffer, position);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
}
