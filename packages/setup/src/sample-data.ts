import { SALES_COLUMNS } from '@retail-etl/sales';

/** One sale of the sample data; null where the value is missing. */
export type SampleSale = readonly [saleId: number, productId: number, quantity: number | null, amount: string | null, date: string];

const DAY_ONE = '2026-03-02';
const DAY_TWO = '2026-03-03';

/** What `online_sales` is filled with. Of the fifteen, five are bad: quantity zero, below zero, missing; amount below zero, missing. */
export const ONLINE_SALES: readonly SampleSale[] = [
  [1, 101, 2, '39.98', DAY_ONE],
  [2, 102, 1, '24.50', DAY_ONE],
  [3, 103, 3, '89.97', DAY_ONE],
  [4, 101, 0, '19.99', DAY_ONE],
  [5, 104, 1, '149.00', DAY_ONE],
  [6, 105, 4, '27.80', DAY_ONE],
  [7, 102, 2, '-49.00', DAY_ONE],
  [8, 101, 1, '19.99', DAY_ONE],
  [9, 103, null, '29.99', DAY_TWO],
  [10, 106, 1, '64.25', DAY_TWO],
  [11, 104, 2, '298.00', DAY_TWO],
  [12, 105, -3, '20.85', DAY_TWO],
  [13, 102, 3, '73.50', DAY_TWO],
  [14, 106, 2, null, DAY_TWO],
  [15, 101, 5, '94.95', DAY_TWO],
];

/** What `in_store_sales.csv` holds, with five bad rows of the same kinds. Products 101 to 105 are sold both online and in stores. */
export const STORE_SALES: readonly SampleSale[] = [
  [5001, 101, 1, '21.99', DAY_ONE],
  [5002, 103, 2, '61.98', DAY_ONE],
  [5003, 107, 6, '17.70', DAY_ONE],
  [5004, 105, 2, null, DAY_ONE],
  [5005, 102, 1, '26.00', DAY_ONE],
  [5006, 104, 1, '155.00', DAY_ONE],
  [5007, 107, -2, '5.90', DAY_ONE],
  [5008, 108, 1, '12.40', DAY_TWO],
  [5009, 103, 0, '30.99', DAY_TWO],
  [5010, 101, 3, '65.97', DAY_TWO],
  [5011, 105, 5, '36.25', DAY_TWO],
  [5012, 108, 2, '-24.80', DAY_TWO],
  [5013, 102, null, '26.00', DAY_TWO],
  [5014, 107, 4, '11.80', DAY_TWO],
  [5015, 108, 3, '37.20', DAY_TWO],
];

/** The sales as a store file: a header, then a line a sale. */
export function toStoreFile(sales: readonly SampleSale[]): string {
  return [SALES_COLUMNS, ...sales].map((cells) => `${cells.map((cell) => cell ?? '').join(',')}\n`).join('');
}
