/** Sums of a set of sales, worked out here from what was put into the sources, by other means than the pipeline's. */
export class Sales {
  /** Per product: quantity, and amount in thousandths; whole numbers below 2^53. */
  #products = new Map();
  rows = 0;
  rejected = 0;

  add(productId, quantity, thousandths) {
    this.rows += 1;
    if (quantity <= 0 || thousandths <= 0) {
      this.rejected += 1;
      return;
    }
    const sums = this.#products.get(productId) ?? { quantity: 0, thousandths: 0 };
    sums.quantity += quantity;
    sums.thousandths += thousandths;
    this.#products.set(productId, sums);
  }

  /** The summary as the published file must show it. */
  toCsv() {
    const lines = [...this.#products]
      .sort(([left], [right]) => left - right)
      .map(([id, sums]) => `${id},${sums.quantity},${cents(sums)}\n`);
    return `product_id,total_quantity,total_sale_amount\n${lines.join('')}`;
  }
}

/** Half a cent and more is rounded up. */
function cents({ thousandths }) {
  const rounded = Math.floor((thousandths + 5) / 10);
  return `${Math.floor(rounded / 100)}.${String(rounded % 100).padStart(2, '0')}`;
}

const PRODUCTS = 5_000;

/** The sale of number `i`: one in five hundred has the quantity 0. `salt` makes sets differ. */
function sale(i, salt) {
  return {
    productId: 1 + ((i * 7_919 + salt) % PRODUCTS),
    quantity: i % 500 === 499 ? 0 : 1 + (i % 9),
    thousandths: 1 + ((i * 7_727 + salt * 13) % 99_991),
  };
}

/** The text of a store file in pieces; what it yields is added to `sales`. */
export function* storeFile(rows, salt, sales) {
  let text = 'sale_id,product_id,quantity,sale_amount,sale_date\n';
  for (let i = 0; i < rows; i += 1) {
    const { productId, quantity, thousandths } = sale(i, salt);
    sales.add(productId, quantity, thousandths);
    const amount = `${Math.floor(thousandths / 1_000)}.${String(thousandths % 1_000).padStart(3, '0')}`;
    text += `${i},${productId},${quantity},${amount},2026-03-${String(1 + (i % 28)).padStart(2, '0')}\n`;
    if (text.length > 1 << 20) {
      yield text;
      text = '';
    }
  }
  yield text;
}

/** SQL that fills the empty table with sales; they are added to `sales`. The column holds two decimals. */
export function fillTable(rows, salt, sales) {
  for (let i = 0; i < rows; i += 1) {
    const { productId, quantity, thousandths } = sale(i, salt);
    sales.add(productId, quantity, (1 + (thousandths % 90_000)) * 10);
  }
  return `TRUNCATE online_sales RESTART IDENTITY;
    INSERT INTO online_sales (product_id, quantity, sale_amount, sale_date)
    SELECT 1 + (i * 7919 + ${salt}) % ${PRODUCTS}, CASE WHEN i % 500 = 499 THEN 0 ELSE 1 + i % 9 END,
      (1 + (1 + (i * 7727 + ${salt * 13}) % 99991) % 90000) / 100.0, date '2026-03-01'
    FROM generate_series(0::bigint, ${rows - 1}) AS i;`;
}

/** SQL that adds one sale, so that the next result has to differ from the last. */
export function addOne(sales, productId, cents_) {
  sales.add(productId, 1, cents_ * 10);
  return `INSERT INTO online_sales (product_id, quantity, sale_amount, sale_date) VALUES (${productId}, 1, ${cents_} / 100.0, date '2026-03-02');`;
}
