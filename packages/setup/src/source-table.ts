import { postgresError, postgresOptions } from '@retail-etl/reading';
import { SAMPLE_TABLE } from '@retail-etl/sales';
import pg from 'pg';
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

/**
 * Creates and fills `online_sales` in one transaction, if there is no such table; one that is there is never written to.
 * Resolves to true if it was created. Throws an EtlError: POSTGRES_UNAVAILABLE if waiting can help, else POSTGRES_REFUSED.
 */
export async function createSourceTable(postgresUrl: string): Promise<boolean> {
  const client = new pg.Client({ ...postgresOptions(postgresUrl), query_timeout: 30_000 });
  // Without a listener a connection lost between two statements would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
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
  } catch (error) {
    throw postgresError(error, 'creating the table of online sales');
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function tableExists(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [SAMPLE_TABLE]);
  return rows[0]?.found === true;
}
