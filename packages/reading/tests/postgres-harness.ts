import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startProxy, type TcpProxy } from '../../../tests/faults/support/tcp-proxy.js';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { openSources, type Source } from '../src/index.js';
import type { SourceRow } from './conformance-rows.js';
import type { ExpectedFile, Refusal, SourceHarness } from './source-harness.js';

const COLUMNS = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'] as const;
const TEXT_COLUMNS = COLUMNS.map((column) => `${column} text`).join(', ');

/** How the rows lie in the database: `online_sales` is a table, or shows those of the table `rows`. */
export type Relation = 'table' | 'view' | 'materialized view' | 'partitioned table';

/** A relation in a database of its own, read by a role that may do nothing else, through a proxy. */
export class PostgresHarness implements SourceHarness {
  readonly #relation: Relation;
  readonly #name = `source_${randomBytes(5).toString('hex')}`;
  #admin!: pg.Client;
  #sql!: pg.Client;
  #proxy!: TcpProxy;

  constructor(relation: Relation) {
    this.#relation = relation;
  }

  async open(): Promise<void> {
    const server = new URL(serverUrl('POSTGRES_URL'));
    this.#proxy = await startProxy(Number(server.port || 5432));
    this.#admin = await connect(server.toString());
    await this.#admin.query(`CREATE DATABASE ${this.#name}`);
    await this.#admin.query(`CREATE ROLE ${this.#name} LOGIN PASSWORD '${this.#name}'`);
    server.pathname = `/${this.#name}`;
    this.#sql = await connect(server.toString());
  }

  async close(): Promise<void> {
    await this.#proxy.close();
    await this.#sql.end();
    await this.#admin.query(`DROP DATABASE ${this.#name} WITH (FORCE)`);
    await this.#admin.query(`DROP ROLE ${this.#name}`);
    await this.#admin.end();
  }

  source(): Source {
    const postgresUrl = `postgres://${this.#name}:${this.#name}@127.0.0.1:${this.#proxy.port}/${this.#name}`;
    const settings = {
      dataDir: '/nonexistent',
      csvEncoding: 'utf-8' as const,
      csvDateFormats: [],
      allowRowSecurity: false,
      fileBytesMax: 1,
    };
    return openSources({ ...settings, postgresUrl }).get('online_sales')!;
  }

  async putRows(rows: readonly SourceRow[]): Promise<void> {
    await this.#drop();
    await this.#create();
    const table = this.#relation === 'table' || this.#relation === 'partitioned table' ? 'online_sales' : 'rows';
    const columns = COLUMNS.map((_, column) => rows.map((row) => row[column] ?? null));
    await this.query(`INSERT INTO ${table} SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])`, columns);
    if (this.#relation === 'materialized view') await this.query('REFRESH MATERIALIZED VIEW online_sales');
    await this.query(`GRANT SELECT ON online_sales TO ${this.#name}`);
  }

  async describePlace(): Promise<unknown> {
    const relations = await this.query(
      `SELECT oid, relname, relkind, relfilenode, pg_relation_size(oid) AS bytes FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY oid`,
    );
    const rows = await this.query(
      'SELECT COUNT(*) AS count, md5(string_agg(t::text, chr(10) ORDER BY t::text)) AS digest FROM online_sales t',
    );
    return [relations.rows, rows.rows];
  }

  async expectedFiles(): Promise<readonly ExpectedFile[]> {
    // Of plain cells each needs one more byte, a comma or the line's end.
    const bytes = COLUMNS.map((column) => `COALESCE(octet_length(${column}), 0) + 1`).join(' + ');
    const { rows } = await this.query(`SELECT COUNT(*)::int AS count, SUM(${bytes})::int AS bytes FROM online_sales`);
    return [{ file: null, bytes: rows[0].bytes, sha256: null, copiedRows: rows[0].count, rows: null }];
  }

  /** The test's own statements. */
  query(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    return this.#sql.query(text, [...values]);
  }

  get refusals(): readonly Refusal[] {
    const arrange = (text: string) => async (): Promise<void> => void (await this.query(text));
    const replaced = (columns: string) => async (): Promise<void> => {
      await this.#drop();
      await this.query(`CREATE TABLE online_sales (${columns})`);
      await this.query(`GRANT SELECT ON online_sales TO ${this.#name}`);
    };
    return [
      { what: 'no table', code: 'SOURCE_MISSING', arrange: () => this.#drop() },
      { what: 'a column that is missing', code: 'HEADER_INVALID', arrange: replaced(TEXT_COLUMNS.replace(', sale_date text', '')) },
      { what: 'a column twice', code: 'HEADER_INVALID', arrange: replaced(`${TEXT_COLUMNS}, "Sale_Date " text`) },
      { what: 'no right to read', code: 'POSTGRES_RIGHTS', arrange: arrange(`REVOKE SELECT ON online_sales FROM ${this.#name}`) },
      {
        what: 'a row that cannot be computed, after many that can',
        code: 'POSTGRES_REFUSED',
        arrange: async () => {
          await this.#drop();
          await this.query(
            `CREATE VIEW online_sales AS SELECT n AS sale_id, 7 AS product_id, 1 / (20000 - n) AS quantity, 2.5 AS sale_amount,
               DATE '2026-01-01' AS sale_date FROM generate_series(1, 20001) n`,
          );
          await this.query(`GRANT SELECT ON online_sales TO ${this.#name}`);
        },
      },
    ];
  }

  get empties(): readonly Omit<Refusal, 'code'>[] {
    const refresh = this.#relation === 'materialized view' ? '; REFRESH MATERIALIZED VIEW online_sales' : '';
    const table = this.#relation.endsWith('view') ? 'rows' : 'online_sales';
    return [
      { what: 'a table whose rows were deleted', arrange: async () => void (await this.#sql.query(`DELETE FROM ${table}${refresh}`)) },
      { what: 'a table without rows', arrange: async () => void (await this.#sql.query(`TRUNCATE ${table}${refresh}`)) },
    ];
  }

  readonly changes = { skip: 'a table is read as it is at the moment when reading begins' };

  get losses(): readonly Omit<Refusal, 'code'>[] {
    return [
      {
        what: 'sessions that are ended by the server',
        arrange: async () =>
          void (await this.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [this.#name])),
      },
      { what: 'connections that are cut', arrange: async () => this.#proxy.cut() },
    ];
  }

  async #drop(): Promise<void> {
    const { rows } = await this.query(`SELECT relkind FROM pg_class WHERE oid = to_regclass('online_sales')`);
    const kind = { r: 'TABLE', p: 'TABLE', v: 'VIEW', m: 'MATERIALIZED VIEW' }[rows[0]?.relkind as string];
    if (kind !== undefined) await this.query(`DROP ${kind} online_sales`);
    await this.query('DROP TABLE IF EXISTS rows');
  }

  async #create(): Promise<void> {
    // Without statistics a range is 2,500 pages, so that a table of some MB has several; without a log it is filled faster.
    const storage = 'WITH (autovacuum_enabled = false)';
    const select = `AS SELECT ${COLUMNS.join(', ')} FROM rows`;
    switch (this.#relation) {
      case 'table':
        await this.query(`CREATE UNLOGGED TABLE online_sales (${TEXT_COLUMNS}) ${storage}`);
        break;
      case 'partitioned table':
        await this.query(`CREATE TABLE online_sales (${TEXT_COLUMNS}) PARTITION BY HASH (sale_id)`);
        for (const part of [0, 1])
          await this.query(`CREATE TABLE online_sales_${part} PARTITION OF online_sales FOR VALUES WITH (MODULUS 2, REMAINDER ${part})`);
        break;
      case 'view':
      case 'materialized view':
        await this.query(`CREATE UNLOGGED TABLE rows (${TEXT_COLUMNS}) ${storage}`);
        await this.query(`CREATE ${this.#relation.toUpperCase()} online_sales ${select}`);
        break;
    }
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}
