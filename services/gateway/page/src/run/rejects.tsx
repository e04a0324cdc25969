import { lazy, type ReactNode, Suspense } from 'react';
import { at } from '../api/base.js';
import { type Reject, type RunReport, useRunRejects } from '../api/run-queries.js';
import { Card } from '../ui/card.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { LongText } from '../ui/long-text.js';
import { countReasons, isOffending, reasonText, REJECT_CELLS } from './reasons.js';

const BarList = lazy(() => import('./bar-list.js'));

/** Why rows were rejected, the first of them with the value that is to blame, and all of them as a file. */
export function Rejects({ run }: { run: RunReport }): ReactNode {
  const rejects = useRunRejects(run.id, run.epoch);
  const reasons = countReasons(run.sources);
  return (
    <Card title="Rejects">
      <Suspense fallback={<Loading label="Drawing" />}>
        <BarList
          label={`Rejected rows by reason: ${reasons.map(([reason, count]) => `${reasonText(reason)} ${count}`).join(', ')}`}
          tone="warn"
          bars={reasons.map(([reason, count]) => ({ label: reasonText(reason), value: count, text: formatNumber(count) }))}
        />
      </Suspense>
      <p>
        <a href={at(`/api/runs/${run.id}/rejects.csv`)} download>
          Download all rejects (CSV)
        </a>
      </p>
      {rejects.error ? <ErrorNote error={rejects.error} /> : null}
      {rejects.isPending ? <Loading label="Reading the rejects" /> : null}
      {rejects.data === undefined ? null : (
        <RejectTable rejects={rejects.data.rejects} total={rejects.data.total} hasSaleIds={showSaleIds(run, rejects.data.rejects)} />
      )}
    </Card>
  );
}

/** A declared source need not have sale ids: where none is to be seen, none is missing. */
const showSaleIds = ({ definition }: RunReport, rejects: readonly Reject[]): boolean =>
  definition === undefined || rejects.some(({ saleId }) => (saleId ?? '').trim() !== '');

interface RejectTableProps {
  readonly rejects: readonly Reject[];
  readonly total: number;
  readonly hasSaleIds: boolean;
}

function RejectTable({ rejects, total, hasSaleIds }: RejectTableProps): ReactNode {
  return (
    <>
      <p className="run-note">
        {rejects.length < total ? `The first ${formatNumber(rejects.length)} of ${formatNumber(total)}` : `All ${formatNumber(total)}`}; the
        value that is to blame is marked.
      </p>
      <div className="table-scroll rejects-scroll" tabIndex={0} role="region" aria-label="Rejected rows">
        <table>
          <thead>
            <tr>
              {['Source', 'Record', 'Reason', 'sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'].map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rejects.map((reject, index) => (
              // Rejects have no id of their own, and the list never changes its order.
              <tr key={index}>
                <th scope="row">
                  <LongText text={reject.file ?? reject.source} />
                </th>
                <td>
                  {reject.record ?? '–'}
                  {reject.lines !== null && reject.lines > 1 ? `, ${formatNumber(reject.lines)} lines` : ''}
                </td>
                <td>{reasonText(reject.reason)}</td>
                {reject.raw === null ? (
                  REJECT_CELLS.map((cell) => (
                    <td key={cell}>
                      <Cell text={reject[cell]} isToBlame={isOffending(reject, cell) && (cell !== 'saleId' || hasSaleIds)} />
                    </td>
                  ))
                ) : (
                  <td colSpan={REJECT_CELLS.length}>
                    <Cell text={reject.raw} isToBlame />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Cell({ text, isToBlame }: { text: string | null; isToBlame: boolean }): ReactNode {
  const isEmpty = text === null || text.trim() === '';
  if (!isToBlame) return <LongText text={text ?? ''} />;
  return <mark className="reject-mark">{isEmpty ? '(empty)' : <LongText text={text} />}</mark>;
}
