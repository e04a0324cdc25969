import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { newAttemptToken, shownName } from '@retail-etl/contracts';
import { addSource, type Proposal } from '@retail-etl/inspecting';
import { StackProblem } from '@retail-etl/setup';

/** What was written where. */
export interface Written {
  readonly path: string;
  readonly isNew: boolean;
}

/** Writes the proposal to `path`, or adds its source to those that are declared there. Nothing that is there is lost. */
export async function writeSource(path: string, proposal: Proposal): Promise<Written> {
  const existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw refusal(path, error);
  });
  const text = existing === null ? proposal.yaml : addSource(existing, proposal, shownName(basename(path)));
  const temporary = `${path}.${newAttemptToken()}.tmp`;
  try {
    if (existing === null) await writeFile(path, text, { flag: 'wx' });
    else {
      await writeFile(temporary, text, { flag: 'wx' });
      await rename(temporary, path);
    }
  } catch (error) {
    throw refusal(path, error as NodeJS.ErrnoException);
  }
  return { path, isNew: existing === null };
}

function refusal(path: string, cause: NodeJS.ErrnoException): StackProblem {
  return new StackProblem(
    'FILE_ACCESS',
    `${shownName(path)} cannot be written (${cause.code ?? 'unknown'})`,
    'Give a path that can be written, as --write PATH.yaml; its folder has to be there.',
    { cause },
  );
}
