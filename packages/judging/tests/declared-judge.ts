import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import { judgeRows } from '@retail-etl/judging';
import { parseDefinition, REJECT_REASONS } from '@retail-etl/sales';
import { tmpdir } from 'node:os';

/** What the product makes of a row: `outcome` in words, and the values, null where a text is none. */
export interface JudgedRow {
  readonly outcome: string;
  readonly quantity: string | null;
  readonly amount: string | null;
  /** ISO. */
  readonly day: string | null;
}

const OUTCOMES = ['accepted', ...REJECT_REASONS, 'outside'];

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Judges rows by declarations, on a table of their texts. */
export class DeclaredJudge {
  readonly #engine: Engine;
  readonly #connection: DuckDbConnection;

  private constructor(engine: Engine, connection: DuckDbConnection) {
    this.#engine = engine;
    this.#connection = connection;
  }

  static async open(): Promise<DeclaredJudge> {
    const engine = await openEngine(tmpdir());
    return new DeclaredJudge(engine, await engine.connect());
  }

  close(): void {
    this.#connection.closeSync();
    this.#engine.close();
  }

  /** `rows` have a text for each column that the one source of `yaml` names, in the order in which it names them. */
  async judge(yaml: string, rows: readonly (readonly string[])[]): Promise<JudgedRow[]> {
    const { model, sources } = parseDefinition(yaml, 'sources.yaml');
    const [source] = sources;
    const names = source!.inputs.map(({ name }) => name);
    const values = rows.map((texts, index) => `(${[index, ...texts.map(quote)].join(', ')})`);
    await this.#connection.run(
      `CREATE OR REPLACE TEMP TABLE staged AS SELECT * FROM (VALUES ${values.join(', ')}) AS v(file_row_number, ${names.join(', ')})`,
    );
    const judged = judgeRows('staged', { model: { ...model, hasDays: true }, source: source!, dateFormats: [] }, []);
    const reader = await this.#connection.runAndReadAll(
      `SELECT outcome, quantity::VARCHAR, amount::VARCHAR, day::VARCHAR FROM (${judged}) ORDER BY row`,
    );
    return (reader.getRowsJson() as [number, string | null, string | null, string | null][]).map(([outcome, quantity, amount, day]) => ({
      outcome: OUTCOMES[outcome] ?? `outcome ${outcome}`,
      quantity,
      amount,
      day,
    }));
  }
}
