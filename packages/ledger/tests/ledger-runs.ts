import type { ErrorRecord, RunState } from '@retail-etl/contracts';
import { findRun, migrateLedger, recordRun, type Run } from '@retail-etl/ledger';
import { createLedgerDatabase, type LedgerDatabase } from './ledger-database.js';

export const UNFINISHED: readonly RunState[] = ['queued', 'extracting', 'transforming', 'loading'];
export const ENDED: readonly RunState[] = ['published', 'previewed', 'failed', 'cancelled', 'superseded'];

export const ERROR: ErrorRecord = { code: 'SOURCE_EMPTY', message: 'a.csv is empty', remedy: 'Export it again.', stage: 'extract' };

/** What a test sets in a run's row, whatever the functions under test would allow. */
interface Setting {
  readonly state?: RunState;
  readonly epoch?: number;
  readonly started_at?: string;
  readonly committed_at?: string;
  readonly finished_at?: string;
}

/** A ledger of its own for a file of tests. */
export class LedgerRuns {
  readonly #ledger: LedgerDatabase;

  private constructor(ledger: LedgerDatabase) {
    this.#ledger = ledger;
  }

  static async open(): Promise<LedgerRuns> {
    const ledger = await createLedgerDatabase();
    await migrateLedger(ledger.database);
    return new LedgerRuns(ledger);
  }

  get database(): LedgerDatabase['database'] {
    return this.#ledger.database;
  }

  get sql(): LedgerDatabase['sql'] {
    return this.#ledger.sql;
  }

  get url(): string {
    return this.#ledger.url;
  }

  /** No runs, a free slot, nothing published. */
  async empty(): Promise<void> {
    await this.sql.query('DELETE FROM etl_runs; DELETE FROM etl_slot; INSERT INTO etl_slot VALUES (1, NULL)');
    await this.sql.query('DELETE FROM etl_published; INSERT INTO etl_published (id, seq) VALUES (1, 0)');
  }

  /** A new run, queued under epoch 1 unless set otherwise. */
  async add(setting: Setting = {}): Promise<Run> {
    const { run } = await recordRun(this.database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
    if (Object.keys(setting).length > 0) await this.sql.query('UPDATE etl_runs SET ? WHERE seq = ?', [setting, run.seq]);
    return this.find(run);
  }

  /** A run that holds the slot. */
  async addHolder(setting: Setting = { state: 'extracting' }): Promise<Run> {
    const run = await this.add(setting);
    await this.giveSlot(run);
    return run;
  }

  async giveSlot({ seq }: Run): Promise<void> {
    await this.sql.query('UPDATE etl_slot SET seq = ?', [seq]);
  }

  /** The run as the ledger has it now. */
  async find({ runId }: Run): Promise<Run> {
    const run = await findRun(this.database, runId);
    if (run === undefined) throw new Error(`no run ${runId}`);
    return run;
  }

  async slot(): Promise<number | null> {
    const [row] = await this.#ledger.rows<{ seq: number | null }>('SELECT seq FROM etl_slot');
    return row?.seq ?? null;
  }

  async publish(seq: number): Promise<void> {
    await this.sql.query('UPDATE etl_published SET seq = ?', [seq]);
  }

  /** True if another session holds the slot's row. */
  async isSlotLocked(): Promise<boolean> {
    return this.sql.query('SELECT seq FROM etl_slot WHERE id = 1 FOR UPDATE NOWAIT').then(
      () => false,
      () => true,
    );
  }

  async drop(): Promise<void> {
    await this.#ledger.drop();
  }
}
