import { lazy, type ReactNode, Suspense, useDeferredValue } from 'react';
import { at } from '../api/base.js';
import { type RunReport, type SummaryPage, useRunSummary } from '../api/run-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatDecimal, formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { LongText, shortened } from '../ui/long-text.js';
import { oneOf, pageUpTo, useLeavePastEnd, useSearchState } from '../ui/search-state.js';

const BarList = lazy(() => import('./bar-list.js'));

const LARGEST = 10;
const ROWS = 10;
const COLUMNS = [
  ['product', 'Product'],
  ['quantity', 'Quantity'],
  ['amount', 'Amount'],
] as const;
/** Of a product id, as the API takes it. */
const PRODUCT_LENGTH_MAX = 255;
/** The last page that the API gives. */
const PAGES_MAX = 1_000_000;

const SHOWN = {
  product: { initial: '', read: (text: string) => (text.length <= PRODUCT_LENGTH_MAX ? text : undefined) },
  sort: oneOf('product', 'quantity', 'amount'),
  order: oneOf('asc', 'desc'),
  page: pageUpTo(PAGES_MAX),
};
type Shown = Pick<SummaryPage, 'sort' | 'order'> & { readonly product: string; readonly page: number };

/** The summary that the run made: its largest products, and all of them, searched and sorted by the gateway. */
export function Products({ run }: { run: RunReport }): ReactNode {
  const largest = useRunSummary(run.id, { q: '', sort: 'amount', order: 'desc', offset: 0, limit: LARGEST });
  if (largest.error) {
    return (
      <Card title="Products">
        <ErrorNote error={largest.error} />
      </Card>
    );
  }
  const products = largest.data?.products ?? [];
  return (
    <Card title="Products">
      {largest.isPending ? <Loading label="Reading the summary" /> : null}
      {products.length === 0 ? null : (
        <Suspense fallback={<Loading label="Drawing" />}>
          <h3>Largest by amount</h3>
          <BarList
            label={`Largest products by amount: ${products.map(({ productId, amount }) => `${productId} ${amount}`).join(', ')}`}
            tone="accent"
            bars={products.map(({ productId, amount }) => ({
              label: shortened(productId),
              value: Number(amount),
              text: formatDecimal(amount, 2),
            }))}
          />
        </Suspense>
      )}
      <SummaryTable run={run} />
      <p>
        <a href={at(`/api/runs/${run.id}/summary.csv`)} download>
          Download the summary (CSV)
        </a>
      </p>
    </Card>
  );
}

/** What changes by a click on the head of column `sort`. */
function sortedBy(shown: Shown, sort: Shown['sort']): Partial<Shown> {
  const first = sort === 'product' ? 'asc' : 'desc';
  const turned = shown.order === 'asc' ? 'desc' : 'asc';
  return { sort, order: shown.sort === sort ? turned : first, page: 1 };
}

interface ShownProps {
  readonly shown: Shown;
  readonly show: (change: Partial<Shown>) => void;
}

function SummaryTable({ run }: { run: RunReport }): ReactNode {
  const [shown, show] = useSearchState(SHOWN);
  const { product: q, sort, order, page } = useDeferredValue(shown);
  const summary = useRunSummary(run.id, { q, sort, order, offset: (page - 1) * ROWS, limit: ROWS });
  const { total = 0, next = null, products = [] } = summary.data ?? {};
  useLeavePastEnd(page > 1 && !summary.isPlaceholderData && summary.data?.products.length === 0, () => show({ page: 1 }, 'replace'));
  return (
    <>
      <div className="summary-search">
        <label htmlFor="summary-q">Product id begins with</label>
        <input
          id="summary-q"
          autoComplete="off"
          maxLength={PRODUCT_LENGTH_MAX}
          value={shown.product}
          onChange={({ target }) => show({ product: target.value.slice(0, PRODUCT_LENGTH_MAX), page: 1 }, 'replace')}
        />
        <span className="run-note" role="status">
          {summary.data === undefined ? '' : `${formatNumber(total)} ${total === 1 ? 'product' : 'products'}`}
        </span>
      </div>
      {summary.error ? <ErrorNote error={summary.error} /> : null}
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Summary by product">
        <table className="summary">
          <SummaryHead shown={shown} show={show} />
          <tbody>
            {products.map(({ productId, quantity, amount }) => (
              <tr key={productId}>
                <th scope="row">
                  <LongText text={productId} />
                </th>
                <td className="number">{formatDecimal(quantity)}</td>
                <td className="number">{formatDecimal(amount, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total <= ROWS ? null : <Pager page={page} show={show} count={products.length} total={total} hasNext={next !== null} />}
    </>
  );
}

function SummaryHead({ shown, show }: ShownProps): ReactNode {
  return (
    <thead>
      <tr>
        {COLUMNS.map(([sort, head]) => (
          <th
            scope="col"
            key={sort}
            className={sort === 'product' ? '' : 'number'}
            aria-sort={shown.sort !== sort ? 'none' : shown.order === 'asc' ? 'ascending' : 'descending'}
          >
            <button type="button" className="sort-button" onClick={() => show(sortedBy(shown, sort))}>
              {head}
              <span aria-hidden="true">{shown.sort !== sort ? ' ↕' : shown.order === 'asc' ? ' ↑' : ' ↓'}</span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Pager({
  page,
  show,
  count,
  total,
  hasNext,
}: {
  page: number;
  show: ShownProps['show'];
  count: number;
  total: number;
  hasNext: boolean;
}): ReactNode {
  const offset = (page - 1) * ROWS;
  return (
    <div className="pager">
      <Button kind="plain" disabled={page === 1} onClick={() => show({ page: page - 1 })}>
        Previous
      </Button>
      <span>
        {formatNumber(offset + 1)} to {formatNumber(offset + count)} of {formatNumber(total)}
      </span>
      <Button kind="plain" disabled={!hasNext} onClick={() => show({ page: page + 1 })}>
        Next
      </Button>
    </div>
  );
}
