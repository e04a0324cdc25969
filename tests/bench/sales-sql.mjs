/**
 * The bench's sales as SQL that PostgreSQL and DuckDB read alike. Row `i` is the same whatever the server, the run and the number of
 * rows: everything follows from a hash of `i` (two rounds of multiply and shift within 64 bits), never from random().
 */

/** One row in fifty is bad, of eight kinds in turn. */
const FLAW_EVERY = 400;
const FLAWS = 8;

/**
 * SELECT of `i, product, quantity, amount, day` (all good) and `flaw`: 0 to 7 for bad rows, otherwise more.
 * @param {string} series FROM-item with a bigint column `i`
 * @param {number} products
 */
function goodSales(series, products) {
  return `
    SELECT i,
      (b >> 3) % ${products} + 1 AS product,
      (c >> 5) % 12 + 1 AS quantity,
      CAST(((c >> 9) % 50000 + 99) * 0.01 AS DECIMAL(10, 2)) AS amount,
      DATE '2025-01-01' + CAST((b >> 16) % 365 AS INTEGER) AS day,
      (a >> 11) % ${FLAW_EVERY} AS flaw
    FROM (
      SELECT i, a, b, ((b + (b >> 13) + 12345) * 1103515245) % 4294967296 AS c
      FROM (
        SELECT i, a, ((a + (a >> 15)) * 1597334677) % 4294967296 AS b
        FROM (SELECT i, (i * 2654435761) % 4294967296 AS a FROM ${series}) x
      ) y
    ) z`;
}

/**
 * Rows of `online_sales`; a typed table can hold bad rows of two kinds only, absent values and such as are not above zero.
 * @param {number} from @param {number} to @param {number} products
 */
export function tableSales(from, to, products) {
  return `
    SELECT CAST(i AS INTEGER),
      CAST(CASE WHEN flaw = 0 THEN NULL ELSE product END AS INTEGER),
      CAST(CASE WHEN flaw = 1 THEN NULL WHEN flaw = 4 THEN 0 WHEN flaw = 5 THEN -quantity ELSE quantity END AS INTEGER),
      CASE WHEN flaw = 2 THEN NULL WHEN flaw = 6 THEN -amount WHEN flaw = 7 THEN 0 ELSE amount END,
      CASE WHEN flaw = 3 THEN NULL ELSE day END
    FROM (${goodSales(`generate_series(CAST(${from} AS BIGINT), CAST(${to} AS BIGINT)) AS g(i)`, products)}) s`;
}

/**
 * Lines of a store file, for DuckDB.
 * @param {number} from @param {number} to @param {number} products
 * @param {string} [amount] SQL of an amount's text.
 */
export function fileSales(from, to, products, amount = 'CAST(amount AS VARCHAR)') {
  return `
    SELECT concat_ws(',', i,
      CASE flaw WHEN 0 THEN '' ELSE CAST(product AS VARCHAR) END,
      CASE flaw WHEN 1 THEN 'abc' WHEN 4 THEN '-3' ELSE CAST(quantity AS VARCHAR) END,
      CASE flaw WHEN 2 THEN 'N/A' WHEN 5 THEN '-1.00' ELSE ${amount} END,
      CASE flaw WHEN 3 THEN '2025-02-30' WHEN 6 THEN strftime(day, '%Y-%m-%d') || ',one field too many' WHEN 7 THEN ''
        ELSE strftime(day, '%Y-%m-%d') END)
    FROM (${goodSales(`range(CAST(${from} AS BIGINT), CAST(${to + 1} AS BIGINT)) AS g(i)`, products)}) s`;
}

/**
 * Lines whose values hardly repeat, all of them good: what no dictionary can shorten.
 * @param {number} from @param {number} to
 */
export function distinctSales(from, to) {
  return `
    SELECT concat_ws(',', i, b * 1000 + i % 1000, c % 1000000 + 1, CAST((b + 1) * 0.01 AS DECIMAL(18, 2)),
      strftime(DATE '0900-01-01' + CAST(c % 3000000 AS INTEGER), '%Y-%m-%d'))
    FROM (
      SELECT i, b, ((b + (b >> 13) + 12345) * 1103515245) % 4294967296 AS c
      FROM (
        SELECT i, ((a + (a >> 15)) * 1597334677) % 4294967296 AS b
        FROM (SELECT i, (i * 2654435761) % 4294967296 AS a FROM range(CAST(${from} AS BIGINT), CAST(${to + 1} AS BIGINT)) AS g(i)) x
      ) y
    ) z`;
}

/** Share of bad rows that the generator makes. */
export const FLAW_RATIO = FLAWS / FLAW_EVERY;
