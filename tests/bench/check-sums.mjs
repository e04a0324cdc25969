import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';
import mysql from 'mysql2/promise';

/**
 * What a contender left behind, so short that ten million products compare at once: the totals, and the CRC-32 of every row's text
 * combined, which is the same only if every product's sums are the same to the cent.
 * @typedef {{ products: number, quantity: string, amount: string, rowsHash: number }} Sums
 */

/** @param {string} mysqlUrl @param {string} table @returns {Promise<Sums>} */
export async function tableSums(mysqlUrl, table) {
  const connection = await mysql.createConnection(mysqlUrl);
  const [[row]] = /** @type {any} */ (
    await connection.query(
      `SELECT COUNT(*) AS products, CAST(COALESCE(SUM(total_quantity), 0) AS CHAR) AS quantity,
         CAST(COALESCE(SUM(total_sale_amount), 0) AS CHAR) AS amount,
         BIT_XOR(CRC32(CONCAT_WS(',', product_id, total_quantity, total_sale_amount))) AS rowsHash
       FROM ${table}`,
    )
  );
  await connection.end();
  return { products: Number(row.products), quantity: row.quantity, amount: row.amount, rowsHash: Number(row.rowsHash) };
}

/** @param {string} path @returns {Promise<Sums>} */
export async function csvSums(path) {
  let products = -1;
  let quantity = 0n;
  let cents = 0n;
  let rowsHash = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    products += 1;
    if (products === 0) continue;
    const [, pieces = '', amount = ''] = line.split(',');
    quantity += BigInt(pieces);
    cents += BigInt(amount.replace('.', ''));
    rowsHash ^= crc32(line);
  }
  const digits = cents.toString().padStart(3, '0');
  return { products, quantity: quantity.toString(), amount: `${digits.slice(0, -2)}.${digits.slice(-2)}`, rowsHash: rowsHash >>> 0 };
}

/**
 * Throws unless the table and the file of `name` hold the same as what the first contender left.
 * @param {string} name @param {Sums | undefined} expected @param {Sums} table @param {Sums} csv
 */
export function assertSameSums(name, expected, table, csv) {
  const text = JSON.stringify;
  if (text(table) !== text(csv)) throw new Error(`${name}: the table holds ${text(table)}, the CSV file ${text(csv)}`);
  if (expected !== undefined && text(table) !== text(expected)) throw new Error(`${name} has ${text(table)}, the others ${text(expected)}`);
}
