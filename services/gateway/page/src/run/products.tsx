import { lazy, type ReactNode, Suspense, useDeferredValue, useState } from 'react';
import { at } from '../api/base.js';
import { type RunReport, type SummaryPage, useRunSummary } from '../api/run-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatDecimal, formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';

const BarList = lazy(() => import('./bar-list.js'));

const LARGEST = 10;
const ROWS = 10;
const COLUMNS = [
  ['product', 'Product'],
  ['quantity', 'Quantity'],
  ['amount', 'Amount'],
] as const;

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
            bars={products.map(({ productId, amount }) => ({ label: productId, value: Number(amount), text: formatDecimal(amount, 2) }))}
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

/** `page` as it is after a click on the head of column `sort`. */
function sortedBy(page: SummaryPage, sort: SummaryPage['sort']): SummaryPage {
  const first = sort === 'product' ? 'asc' : 'desc';
  const turned = page.order === 'asc' ? 'desc' : 'asc';
  return { ...page, sort, order: page.sort === sort ? turned : first, offset: 0 };
}

interface PageProps {
  readonly page: SummaryPage;
  readonly setPage: (page: SummaryPage) => void;
}

function SummaryTable({ run }: { run: RunReport }): ReactNode {
  const [page, setPage] = useState<SummaryPage>({ q: '', sort: 'product', order: 'asc', offset: 0, limit: ROWS });
  const summary = useRunSummary(run.id, useDeferredValue(page));
  const { total = 0, next = null, products = [] } = summary.data ?? {};
  return (
    <>
      <div className="summary-search">
        <label htmlFor="summary-q">Product id begins with</label>
        <input
          id="summary-q"
          inputMode="numeric"
          autoComplete="off"
          maxLength={20}
          value={page.q}
          // The API takes digits and a sign only; anything else would be refused.
          onChange={({ target }) => setPage({ ...page, q: target.value.replace(/(?!^-)[^0-9]/g, '').slice(0, 19), offset: 0 })}
        />
        <span className="run-note" role="status">
          {summary.data === undefined ? '' : `${formatNumber(total)} ${total === 1 ? 'product' : 'products'}`}
        </span>
      </div>
      {summary.error ? <ErrorNote error={summary.error} /> : null}
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Summary by product">
        <table className="summary">
          <SummaryHead page={page} setPage={setPage} />
          <tbody>
            {products.map(({ productId, quantity, amount }) => (
              <tr key={productId}>
                <th scope="row">{productId}</th>
                <td className="number">{formatDecimal(quantity)}</td>
                <td className="number">{formatDecimal(amount, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total <= ROWS ? null : <Pager page={page} setPage={setPage} shown={products.length} total={total} next={next} />}
    </>
  );
}

function SummaryHead({ page, setPage }: PageProps): ReactNode {
  return (
    <thead>
      <tr>
        {COLUMNS.map(([sort, head]) => (
          <th
            scope="col"
            key={sort}
            className={sort === 'product' ? '' : 'number'}
            aria-sort={page.sort !== sort ? 'none' : page.order === 'asc' ? 'ascending' : 'descending'}
          >
            <button type="button" className="sort-button" onClick={() => setPage(sortedBy(page, sort))}>
              {head}
              <span aria-hidden="true">{page.sort !== sort ? ' ↕' : page.order === 'asc' ? ' ↑' : ' ↓'}</span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Pager({ page, setPage, shown, total, next }: PageProps & { shown: number; total: number; next: number | null }): ReactNode {
  return (
    <div className="pager">
      <Button kind="plain" disabled={page.offset === 0} onClick={() => setPage({ ...page, offset: Math.max(0, page.offset - ROWS) })}>
        Previous
      </Button>
      <span>
        {formatNumber(page.offset + 1)} to {formatNumber(page.offset + shown)} of {formatNumber(total)}
      </span>
      <Button kind="plain" disabled={next === null} onClick={() => setPage({ ...page, offset: next ?? page.offset })}>
        Next
      </Button>
    </div>
  );
}
