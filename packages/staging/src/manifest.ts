import { basename } from 'node:path';
import { EtlError } from '@retail-etl/contracts';
import { publishJson, readJson, removeFiles } from '@retail-etl/store';

/**
 * The format of what lies below `staging/`: manifests, and the files that they describe. To be raised whenever any of them changes its
 * meaning, so that services of two versions never take each other's files for their own.
 */
const STAGING_FORMAT = 3;

interface Stored {
  /** Absent in version 0.1.0. */
  readonly format?: unknown;
}

/**
 * Publishes a step's manifest without replacing one that is there: the first complete attempt wins. Returns the manifest that counts, and
 * whether it is the caller's. What the manifest refers to must be complete before. Throws STAGED_FORMAT if another version was first.
 */
export async function publishManifest<T extends object>(path: string, manifest: T): Promise<{ manifest: T; won: boolean }> {
  const { value, won } = await publishJson<T & Stored>(path, { format: STAGING_FORMAT, ...manifest });
  if (!won) checkFormat(path, value);
  return { manifest: value, won };
}

/**
 * The manifest at `path`, or undefined if that step is not complete. Throws STAGED_CORRUPT if it is damaged, STAGED_FORMAT if another
 * version made it.
 */
export async function readManifest<T extends object>(path: string): Promise<T | undefined> {
  const stored = await readJson<T & Stored>(path);
  if (stored !== undefined) checkFormat(path, stored);
  return stored;
}

/** As `readManifest`, for the step that makes it: one that cannot be read is removed and counts as absent, so that the step is done again. */
export async function readOwnManifest<T extends object>(path: string): Promise<T | undefined> {
  try {
    return await readManifest<T>(path);
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    await removeFiles([path]);
    return undefined;
  }
}

function checkFormat(path: string, { format = 1 }: Stored): void {
  if (format === STAGING_FORMAT) return;
  throw new EtlError(
    'STAGED_FORMAT',
    `${basename(path)} is of format ${String(format).slice(0, 20)}; this version reads ${STAGING_FORMAT}`,
  );
}
