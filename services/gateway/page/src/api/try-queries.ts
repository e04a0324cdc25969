import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { client, type Schemas, unwrap } from './client.js';

export type TriedFile = Schemas['TriedFile'];
export type TrialDecision = Schemas['TrialDecision'];
export type TrialRow = Schemas['TrialRow'];
export type TrialProblem = Schemas['TrialProblem'];
export type Trial = Schemas['Trial'];
export type Answers = Partial<Record<TrialDecision['about'], number>>;

/** A file, and either what has been decided of its proposal or a declaration to try instead. */
export interface TrialRequest {
  readonly file: File;
  readonly answers?: Answers;
  readonly yaml?: string;
}

/** The gateway looks at the first 4 MiB. A little more tells it that this is not all. */
const SENT_BYTES_MAX = (4 << 20) + (64 << 10);
/** A workbook cannot be cut, and the gateway takes no more than this. */
export const WORKBOOK_BYTES_MAX = 8 << 20;

const isWorkbook = (name: string): boolean => /\.xls[xmb]?$/i.test(name);

export const isTooLarge = ({ name, size }: File): boolean => isWorkbook(name) && size > WORKBOOK_BYTES_MAX;

/** The file was moved, changed or removed since it was chosen. */
export class FileGone extends Error {}

export function useTrial(): UseMutationResult<TriedFile, Error, TrialRequest> {
  return useMutation({
    mutationFn: async ({ file, answers, yaml }: TrialRequest) => {
      const part = isWorkbook(file.name) ? file : file.slice(0, SENT_BYTES_MAX);
      // Read before it is sent: else nobody can tell a file that is gone from a gateway that is away.
      const bytes = await part.arrayBuffer().catch(() => {
        throw new FileGone();
      });
      const form = new FormData();
      if (answers !== undefined) form.set('answers', JSON.stringify(answers));
      if (yaml !== undefined) form.set('yaml', yaml);
      form.set('file', new Blob([bytes]), file.name);
      return unwrap(client.POST('/api/try', { body: { file: '' }, bodySerializer: () => form }));
    },
  });
}
