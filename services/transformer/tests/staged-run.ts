import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepResult } from '@retail-etl/contracts';
import { type Engine, openEngine } from '@retail-etl/duckdb';
import type { Run } from '@retail-etl/ledger';
import { createLogger } from '@retail-etl/runtime';
import {
  createRunFolders,
  type ExtractManifest,
  type PartialBooks,
  type PartialManifest,
  publishManifest,
  type RunFolders,
  runFolders,
  type SummaryManifest,
} from '@retail-etl/staging';
import { describeFile } from '@retail-etl/store';
import { LedgerRuns } from '../../../packages/ledger/tests/ledger-runs.js';
import { type MergeDeps, mergeRun } from '../src/merge-run.js';
import { part, partialOf } from './books.js';

/** What a transform left of a chunk of one file. */
export interface StagedChunk {
  readonly name: string;
  readonly source: 'online_sales' | 'store_sales';
  readonly file: string | null;
  /** Product, quantity, amount, as SQL. */
  readonly sums: readonly (readonly [string, string, string])[];
  readonly figures: Partial<PartialBooks>;
  readonly rejectsFile?: string;
}

/** A run whose sources are extracted and transformed, in a folder and a ledger of its own. */
export class StagedRun {
  readonly ledger: LedgerRuns;
  readonly #engine: Engine;
  readonly #dataDir: string;
  readonly notes: string[] = [];
  run!: Run;
  folders!: RunFolders;

  private constructor(ledger: LedgerRuns, engine: Engine, dataDir: string) {
    this.ledger = ledger;
    this.#engine = engine;
    this.#dataDir = dataDir;
  }

  static async open(): Promise<StagedRun> {
    const dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-merge-'));
    return new StagedRun(await LedgerRuns.open(), await openEngine(join(dataDir, 'spill')), dataDir);
  }

  async close(): Promise<void> {
    this.#engine.close();
    await this.ledger.drop();
    await rm(this.#dataDir, { recursive: true });
  }

  /** Begins a new run of these partitions, by name, and chunks. Each extract lists its own chunks. */
  async stage(extracts: Readonly<Record<string, ExtractManifest>>, chunks: readonly StagedChunk[]): Promise<void> {
    await this.ledger.empty();
    this.run = await this.ledger.addHolder({ state: 'transforming' });
    this.notes.length = 0;
    this.folders = runFolders(this.#dataDir, this.run.runId);
    await createRunFolders(this.folders);
    const partitions = Object.entries(extracts).map(([name, { source }]) => ({ name, source, files: [] }));
    const times = { startedAt: '2026-01-02T03:00:00.000Z', finishedAt: '2026-01-02T03:00:01.000Z' };
    await publishManifest(this.folders.planManifest, { params: {}, partitions, ...times });
    for (const [name, extract] of Object.entries(extracts)) {
      const own = chunks.filter((chunk) => chunk.name.startsWith(`${name}-`)).map((chunk) => chunk.name);
      await publishManifest<ExtractManifest>(this.folders.extractManifest(name), { ...extract, chunks: own });
    }
    for (const chunk of chunks) await this.#writePartial(chunk);
  }

  async #writePartial({ name, source, file, sums, figures, rejectsFile }: StagedChunk): Promise<void> {
    const connection = await this.#engine.connect();
    const rows = sums.map((sum) => `(0, ${sum.join(', ')})`);
    // A rejected and a skipped group, which are not merged.
    await connection.run(
      `COPY (SELECT outcome::UTINYINT AS outcome, product_id::BIGINT AS product_id, quantity::DECIMAL(38, 0) AS quantity, amount::DECIMAL(38, 6) AS amount
             FROM (VALUES ${[...rows, '(3, 7, 1000, 1000)', '(12, NULL, NULL, NULL)'].join(', ')}) t(outcome, product_id, quantity, amount))
       TO '${join(this.folders.partials, name)}' (FORMAT parquet)`,
    );
    connection.closeSync();
    if (rejectsFile !== undefined) await writeFile(join(this.folders.rejects, rejectsFile), 'rejects');
    const manifest = partialOf(source, part(file, figures));
    const described = await describeFile(this.folders.partials, name);
    await publishManifest<PartialManifest>(this.folders.partialManifest(name), {
      ...manifest,
      rejectsFile: rejectsFile ?? null,
      file: described,
      sums: sums.length,
    });
  }

  /** An attempt at the merge. Every row may be rejected unless told otherwise. */
  async merge(options: Partial<MergeDeps> & { readonly signal?: AbortSignal } = {}): Promise<StepResult> {
    const { signal = new AbortController().signal, ...deps } = options;
    const all = {
      dataDir: this.#dataDir,
      database: this.ledger.database,
      engine: this.#engine,
      maxRejectRatio: 1,
      allowDuplicateFiles: false,
      builtInSettings: [],
    };
    const context = {
      log: createLogger('transformer', 'silent'),
      signal,
      attempt: 1,
      note: async (line: string) => {
        this.notes.push(line);
      },
      progress: async () => undefined,
    };
    return mergeRun({ runId: this.run.runId, epoch: 1 }, { ...all, ...deps }, context);
  }

  /** The run as the ledger has it now. */
  async now(): Promise<Run> {
    return this.ledger.find(this.run);
  }

  /** What lies in the run's staging folder itself, and as `partials/` in the folder of partials. */
  async files(): Promise<string[]> {
    const partials = (await readdir(this.folders.partials)).map((name) => `partials/${name}`);
    const names = await readdir(this.folders.staging);
    return [...names.filter((name) => name !== 'partials' && name !== 'chunks'), ...partials].sort();
  }

  /** The summary that counts, and its text. */
  async summary(): Promise<{ manifest: SummaryManifest; fileName: string; text: string }> {
    const manifest = JSON.parse(await readFile(this.folders.summaryManifest, 'utf8')) as SummaryManifest;
    const fileName = manifest.summaries[0]!.file.name;
    return { manifest, fileName, text: await readFile(join(this.folders.staging, fileName), 'utf8') };
  }
}
