import mysql from 'mysql2/promise';
import { peakBytes } from '../process-figures.mjs';

/** Rows of one INSERT, as the loader does it. */
const BATCH_ROWS = 2_048;

/** What a contender finds in its environment. */
export function readJob() {
  const read = (/** @type {string} */ name) => process.env[name] ?? '';
  return {
    postgresUrl: read('POSTGRES_URL'),
    mysqlUrl: read('MYSQL_URL'),
    inputDir: read('INPUT_DIR'),
    outputDir: read('OUTPUT_DIR'),
    targetTable: read('TARGET_TABLE'),
  };
}

/** Measures stages, and prints the figures at the end. */
export function startClock() {
  const startedAt = performance.now();
  const usedBefore = process.cpuUsage();
  /** @type {Record<string, number>} */
  const stages = {};
  return {
    /**
     * @template T
     * @param {string} name @param {() => Promise<T>} action
     */
    async timed(name, action) {
      const begin = performance.now();
      const result = await action();
      stages[name] = (performance.now() - begin) / 1_000;
      return result;
    },
    /** @param {number} rowsRead */
    finish(rowsRead) {
      const seconds = (performance.now() - startedAt) / 1_000;
      const { user, system } = process.cpuUsage(usedBefore);
      const figures = { seconds, rowsRead, peakBytes: peakBytes('self'), processorSeconds: (user + system) / 1e6, stages };
      process.stdout.write(`${JSON.stringify(figures)}\n`);
    },
  };
}

/**
 * Replaces the target's rows in one transaction by multi-row INSERTs.
 * @param {string} mysqlUrl @param {string} table
 * @param {AsyncIterable<string[][]> | Iterable<string[][]>} batches Of numbers as text: nothing to escape.
 */
export async function replaceTarget(mysqlUrl, table, batches) {
  const connection = await mysql.createConnection(mysqlUrl);
  try {
    await connection.beginTransaction();
    await connection.query(`DELETE FROM ${table}`);
    /** @type {string[]} */
    let values = [];
    const insert = async () => {
      if (values.length > 0) await connection.query(`INSERT INTO ${table} VALUES ${values.join(',')}`);
      values = [];
    };
    for await (const batch of batches) {
      for (const [productId, quantity, amount] of batch) {
        values.push(`(${productId},${quantity},${amount})`);
        if (values.length === BATCH_ROWS) await insert();
      }
    }
    await insert();
    await connection.commit();
  } finally {
    await connection.end();
  }
}
