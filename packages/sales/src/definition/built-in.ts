import { SALES_COLUMNS } from '../columns.js';
import { SALES_SUMMARY } from '../summary.js';
import type { SalesDefinition, SourceDefinition, Term } from './definition.js';
import type { SourcePlace } from './source-place.js';

/** The table of online sales, which set-up fills with sample rows where there is none. */
export const SAMPLE_TABLE = 'online_sales';

/** Where sales come from as long as nobody declares other sources: the table of online sales, and the files of the stores. */
export const BUILT_IN: SalesDefinition = {
  digest: null,
  model: {
    ids: { sale: 'integer', product: 'integer' },
    quantityDecimals: 0,
    amountDecimals: 6,
    dimensions: [],
    hasDays: false,
    hasReturned: false,
    hasNegative: false,
  },
  ignoresUnclaimed: true,
  summaries: [SALES_SUMMARY],
  sources: [
    builtInSource('online_sales', { kind: 'postgres-table', table: SAMPLE_TABLE }),
    builtInSource('store_sales', { kind: 'csv-files', patterns: ['*.csv', '*.csv.gz'], sheet: null }),
  ],
};

function builtInSource(name: string, place: SourcePlace): SourceDefinition {
  const input = (column: (typeof SALES_COLUMNS)[number]): Term => ({ kind: 'input', name: column });
  return {
    name,
    place,
    inputs: SALES_COLUMNS.map((column) => ({ name: column, names: [column], isStaged: true })),
    columns: {
      saleId: input('sale_id'),
      productId: input('product_id'),
      quantity: input('quantity'),
      saleAmount: { kind: 'amount', amount: input('sale_amount') },
      saleDate: input('sale_date'),
      dimensions: {},
    },
    csv: { delimiter: null, quote: '"', encoding: null, skipLines: 0, footer: null, trailingEmpty: false },
    numbers: { decimal: '.', group: null, currency: null, isAccounting: false, decimals: 6 },
    dates: { pattern: null, zone: null, takesOthers: place.kind === 'csv-files' },
    missing: [],
    skip: [],
    carry: null,
    returns: 'reject',
    maxRejectRatio: null,
    allowsDuplicates: null,
    badFile: 'fail',
  };
}

/** True for the name of a store file where none are declared: `*.csv` and `*.csv.gz` in any case, but no hidden file. */
export function isStoreFileName(name: string): boolean {
  return /\.csv(\.gz)?$/i.test(name) && !name.startsWith('.');
}
