import { connectPostgres, postgresError } from '@retail-etl/reading';
import { SALES_COLUMNS, SAMPLE_TABLE } from '@retail-etl/sales';
import type pg from 'pg';
import type { Holding } from './data-folders.js';
import { ONLINE_SALES } from './sample-data.js';

// Any number: it keeps two setups at the same time from both creating the table.
const SETUP_LOCK = 7_265_001;

const CREATE_SQL = `
CREATE TABLE ${SAMPLE_TABLE} (
  sale_id     SERIAL PRIMARY KEY,
  product_id  INTEGER,
  quantity    INTEGER,
  sale_amount DECIMAL(10,2),
  sale_date   DATE
)`;

// The sequence of sale_id goes on after the sample's last id, so that sales added by hand do not collide with it.
const FILL_SQL = `
WITH filled AS (
  INSERT INTO ${SAMPLE_TABLE} (sale_id, product_id, quantity, sale_amount, sale_date)
  SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::numeric[], $5::date[])
  RETURNING sale_id
)
SELECT setval(pg_get_serial_sequence('${SAMPLE_TABLE}', 'sale_id'), max(sale_id)) FROM filled`;

/** What `online_sales` holds. A table that this user may not read, that has other columns or no rows, is somebody's own. Throws as `createSourceTable` does. */
export async function lookAtSourceTable(postgresUrl: string): Promise<Holding> {
  return withClient(postgresUrl, 'looking for the table of online sales', async (client) =>
    (await tableExists(client)) ? ((await holdsSample(client)) ? 'sample' : 'data') : 'nothing',
  );
}

/**
 * Creates and fills `online_sales` in one transaction, if there is no such table; one that is there is never written to.
 * Resolves to true if it was created. Throws an EtlError: POSTGRES_UNAVAILABLE if waiting can help, else POSTGRES_REFUSED.
 */
export async function createSourceTable(postgresUrl: string): Promise<boolean> {
  return withClient(postgresUrl, 'creating the table of online sales', async (client) => {
    if (await tableExists(client)) return false;
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [SETUP_LOCK]);
    if (await tableExists(client)) return false;
    await client.query(CREATE_SQL);
    await client.query(
      FILL_SQL,
      [0, 1, 2, 3, 4].map((column) => ONLINE_SALES.map((sale) => sale[column])),
    );
    await client.query('COMMIT');
    return true;
  });
}

async function withClient<T>(postgresUrl: string, action: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { client } = await connectPostgres(postgresUrl, 'POSTGRES_URL', 30_000);
  try {
    return await work(client);
  } catch (error) {
    throw postgresError(error, action);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function holdsSample(client: pg.Client): Promise<boolean> {
  const columns = SALES_COLUMNS.map((column) => `${column}::text`).join(', ');
  const rows = await client
    .query<string[]>({ text: `SELECT ${columns} FROM ${SAMPLE_TABLE} LIMIT ${ONLINE_SALES.length + 1}`, rowMode: 'array' })
    .then(
      (result) => result.rows,
      () => [],
    );
  const asTexts = (sales: readonly (readonly (number | string | null)[])[]): string =>
    JSON.stringify(sales.map((sale) => sale.map(textOf)).sort(byId));
  return asTexts(rows) === asTexts(ONLINE_SALES);
}

const textOf = (value: number | string | null): string | null => (value === null ? null : String(value));
const byId = ([a]: (string | null)[], [b]: (string | null)[]): number => Number(a) - Number(b);

async function tableExists(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [SAMPLE_TABLE]);
  return rows[0]?.found === true;
}
