import type { PartialFile } from '@retail-etl/judging';
import { EtlError } from '@retail-etl/contracts';
import {
  type ExtractManifest,
  forgetPartitions,
  type PartialManifest,
  type PlanManifest,
  readManifest,
  readOwnManifest,
  type RunFolders,
} from '@retail-etl/staging';
import { inBatches, READS_MAX, verifiedPath } from '@retail-etl/store';

/** What the steps before merge have left: exactly the chunks that complete extract manifests list, with their partials. */
export interface RunManifests {
  readonly plan: PlanManifest;
  readonly extracts: readonly ExtractManifest[];
  readonly chunks: readonly string[];
  readonly partials: readonly PartialManifest[];
}

/** Throws STAGED_CORRUPT if one is absent or damaged; what it is of is then made again by a retry. */
export async function readManifests(folders: RunFolders): Promise<RunManifests> {
  const plan = await readManifest<PlanManifest>(folders.planManifest);
  if (plan === undefined) throw new EtlError('STAGED_CORRUPT', 'the plan of the run is gone');
  const extracts = await inBatches(plan.partitions, READS_MAX, async ({ name }) => {
    const extract = await readManifest<ExtractManifest>(folders.extractManifest(name));
    if (extract === undefined) throw new EtlError('STAGED_CORRUPT', `partition ${name} has not been extracted whole`);
    return extract;
  });
  const chunks = extracts.flatMap((extract) => extract.chunks);
  const partials = await inBatches(chunks, READS_MAX, async (chunk) => {
    const partial = await readOwnManifest<PartialManifest>(folders.partialManifest(chunk));
    if (partial !== undefined) return partial;
    await forgetPartitions(folders, [chunk]);
    throw new EtlError('STAGED_CORRUPT', `chunk ${chunk} has not been transformed`);
  });
  return { plan, extracts, chunks, partials };
}

/** The partials as files to be read. A damaged one is forgotten together with its partition, so that a retry makes it again. */
export async function verifyPartials(
  folders: RunFolders,
  chunks: readonly string[],
  partials: readonly PartialManifest[],
): Promise<PartialFile[]> {
  return inBatches(partials, READS_MAX, async ({ file, sums }, index) => {
    try {
      return { path: await verifiedPath(folders.partials, file), sums };
    } catch (error) {
      if (error instanceof EtlError) await forgetPartitions(folders, [chunks[index]!]);
      throw error;
    }
  });
}
