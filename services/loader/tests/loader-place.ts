import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createSummaryTables, type Database, execute, openDatabase } from '@retail-etl/mysql';
import { SALES_SUMMARY } from '@retail-etl/sales';
import mysql from 'mysql2/promise';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { openTargets } from '../src/targets/registry.js';
import type { Target } from '../src/targets/target.js';

/** A target as one attempt at a load opens it, with the publication's transaction. */
export interface Attempt {
  readonly target: Target;
  readonly connection: Connection;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** As when the process dies: nothing is tidied, and the connection is gone. */
  die(): void;
  /** Gives the connection back to the pool. */
  end(): void;
}

/** A database and a DATA_DIR of their own, as a loader finds them. */
export class LoaderPlace {
  readonly #name = `target_${randomBytes(5).toString('hex')}`;
  #admin!: mysql.Connection;
  #database!: Database;
  #dataDir = '';
  readonly #connections = new Set<Connection>();

  async open(): Promise<void> {
    const url = new URL(serverUrl('MYSQL_URL'));
    this.#admin = await mysql.createConnection({ uri: url.toString(), supportBigNumbers: true, bigNumberStrings: true });
    await this.#admin.query(`CREATE DATABASE ${this.#name}`);
    await this.#admin.query(`USE ${this.#name}`);
    url.pathname = `/${this.#name}`;
    this.#database = openDatabase(url.toString(), { connectionsMax: 6 });
    this.#dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-target-'));
    await this.clear();
  }

  /** Removes everything that was published, and ends what a failed test left open: its locks would stop the next one. */
  async clear(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    this.#connections.clear();
    await this.#admin.query('DROP TABLE IF EXISTS sales_summary');
    await createSummaryTables(this.#database);
    await rm(join(this.#dataDir, 'output'), { recursive: true, force: true });
    await mkdir(this.summaries, { recursive: true });
  }

  async close(): Promise<void> {
    await this.#database.end();
    await this.#admin.query(`DROP DATABASE ${this.#name}`);
    await this.#admin.end();
    await rm(this.#dataDir, { recursive: true });
  }

  /** Where summaries lie before they are published. */
  get summaries(): string {
    return join(this.#dataDir, 'runs');
  }

  get output(): string {
    return join(this.#dataDir, 'output');
  }

  /** For what readers and people do in the database. */
  get sql(): mysql.Connection {
    return this.#admin;
  }

  /** On a connection of its own, or on that of an attempt that ended without a word. */
  async attempt(name: string, connection?: Connection): Promise<Attempt> {
    const own = connection ?? (await this.#database.getConnection());
    this.#connections.add(own);
    const target = openTargets({ connection: own, dataDir: this.#dataDir }, SALES_SUMMARY).find((each) => each.name === name)!;
    const run = async (statement: string): Promise<void> => void (await execute(own, 'testing', statement));
    return {
      target,
      connection: own,
      begin: () => run('START TRANSACTION'),
      commit: () => run('COMMIT'),
      rollback: () => run('ROLLBACK'),
      die: () => own.destroy(),
      end: () => {
        this.#connections.delete(own);
        own.release();
      },
    };
  }
}
