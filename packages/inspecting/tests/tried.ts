import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@retail-etl/duckdb';
import { type Answers, type FileTrial, type Proposal, proposeSource, trySource } from '@retail-etl/inspecting';
import { takeSample } from '@retail-etl/reading';
import { parseDefinition } from '@retail-etl/sales';

/** A proposal, and what came of it. */
export interface Tried {
  readonly proposal: Proposal;
  readonly trial: FileTrial;
  /** Rows by outcome: `accepted`, or the reason. */
  readonly outcomes: Readonly<Record<string, number>>;
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** Proposes a source for a file of this content, and tries it. `bytesMax`: so much of it is read. */
export async function proposed(
  content: string | Buffer,
  { name = 'sales.csv', answers = {}, bytesMax }: { readonly name?: string; readonly answers?: Answers; readonly bytesMax?: number } = {},
): Promise<Tried> {
  const sample = await takeSample(name, pieces(Buffer.from(content)), bytesMax);
  const proposal = await proposeSource([sample], { answers });
  const definition = parseDefinition(proposal.yaml, 'the proposal');
  const folder = await mkdtemp(join(tmpdir(), 'retail-etl-inspecting-'));
  const engine = await openEngine(folder);
  try {
    const trial = await trySource(sample, definition, definition.sources[0]!, { engine, folder, rowsMax: 20, rejectsMax: 8 });
    const outcomes: Record<string, number> = trial.malformed === 0 ? {} : { malformed_row: trial.malformed };
    for (const { outcome, rows } of trial.judged?.counts ?? [])
      outcomes[outcome.kind === 'rejected' ? outcome.reason : outcome.kind] = rows;
    return { proposal, trial, outcomes };
  } finally {
    engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}
