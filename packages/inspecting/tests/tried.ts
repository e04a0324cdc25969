import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@retail-etl/duckdb';
import { type Answers, type FileTrial, type Proposal, proposeSource, trySource } from '@retail-etl/inspecting';
import { isWorkbook, type RandomAccess, type Sample, takeSample } from '@retail-etl/reading';
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

export interface ProposedOptions {
  readonly name?: string;
  readonly answers?: Answers;
  readonly bytesMax?: number;
}

/** A sample of a file of this name: a workbook if it is named so. */
export async function sampleOf(name: string, content: string | Buffer, bytesMax?: number): Promise<Sample> {
  const bytes = Buffer.from(content);
  return isWorkbook(name) ? { name, access: accessTo(bytes) } : takeSample(name, pieces(bytes), bytesMax);
}

/** Hands over a few bytes at a time, as a disk may. */
function accessTo(bytes: Buffer): RandomAccess {
  const most = 40_000;
  return {
    bytes: bytes.length,
    read: (buffer, position) =>
      Promise.resolve(bytes.copy(buffer, 0, position, Math.min(position + Math.min(buffer.length, most), bytes.length))),
  };
}

/** Proposes a source for a file of this content, and tries it. `bytesMax`: so much of it is read. */
export async function proposed(
  content: string | Buffer,
  { name = 'sales.csv', answers = {}, bytesMax }: ProposedOptions = {},
): Promise<Tried> {
  const sample = await sampleOf(name, content, bytesMax);
  const proposal = await proposeSource([sample], { answers });
  return { proposal, ...(await triedBy(proposal, sample)) };
}

/** What a proposal makes of one of its files. */
export async function triedBy(proposal: Proposal, sample: Sample): Promise<Omit<Tried, 'proposal'>> {
  const definition = parseDefinition(proposal.yaml, 'the proposal');
  const folder = await mkdtemp(join(tmpdir(), 'retail-etl-inspecting-'));
  const engine = await openEngine(folder);
  try {
    const trial = await trySource(sample, definition, definition.sources[0]!, { engine, folder, rowsMax: 20, rejectsMax: 8 });
    const outcomes: Record<string, number> = trial.malformed === 0 ? {} : { malformed_row: trial.malformed };
    for (const { outcome, rows } of trial.judged?.counts ?? [])
      outcomes[outcome.kind === 'rejected' ? outcome.reason : outcome.kind] = rows;
    return { trial, outcomes };
  } finally {
    engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}
