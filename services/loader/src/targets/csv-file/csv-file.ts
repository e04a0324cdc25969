import { basename, join } from 'node:path';
import { newAttemptToken } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import type { SummaryShape } from '@retail-etl/sales';
import { copyToDisk, moveIntoPlace, removeFiles, removeTemporaryFiles, verifiedPath } from '@retail-etl/store';
import type { RunSummary, Target, TargetSettings } from '../target.js';

/** `output/<name>.csv`: the very bytes that merge wrote, replaced by renaming a copy that lies beside it. */
export function csvFile({ dataDir }: TargetSettings, shape: SummaryShape): Target {
  const folder = join(dataDir, 'output');
  const path = join(folder, shape.file);
  let copy: string | null = null;

  const stage = async (summary: RunSummary): Promise<string> => {
    await removeTemporaryFiles(folder, shape.file);
    // Beside its place and on disk, so that a full disk is met while nothing has been published.
    copy = join(folder, `.${shape.file}.${newAttemptToken()}.tmp`);
    await copyToDisk(summary.path, copy);
    return verifiedPath(folder, { ...summary.file, name: basename(copy) });
  };
  const discard = async (): Promise<void> => {
    if (copy !== null) await removeFiles([copy]).catch(() => undefined);
    copy = null;
  };
  return {
    name: shape.file,
    async stage(summary, signal) {
      signal.throwIfAborted();
      await stage(summary);
      signal.throwIfAborted();
      crashPoint('load.after-csv-copy');
    },
    compare: () => Promise.resolve(null),
    publish: () => Promise.resolve(),
    async finish(summary) {
      const staged = copy ?? (await stage(summary));
      crashPoint('load.before-rename');
      await moveIntoPlace(staged, path);
      copy = null;
      crashPoint('load.after-rename');
    },
    discard,
  };
}
