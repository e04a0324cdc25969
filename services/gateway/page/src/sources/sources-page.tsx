import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { type SourceFile, useSources } from '../api/schedule-queries.js';
import { Card } from '../ui/card.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatBytes, formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { LongText } from '../ui/long-text.js';
import { Time } from '../ui/time.js';
import './sources.css';

const STATUS_ORDER = ['refused', 'new', 'changed', 'gone', 'duplicate', 'unchanged'] as const satisfies readonly SourceFile['status'][];

const STATUS_MEANS: Record<SourceFile['status'], string> = {
  refused: 'its name is not valid UTF-8, so a run fails: rename it',
  new: 'not read by the last run',
  changed: 'changed since the last run',
  unchanged: 'as the last run read it',
  gone: 'read by the last run, no longer there',
  duplicate: 'holds the same bytes as another file',
};

/** What a run would read now: the table and the files, and what is different since the last run. */
export default function SourcesPage(): ReactNode {
  const sources = useSources();
  const { data } = sources;
  return (
    <>
      <div className="page-head">
        <h1>Sources</h1>
      </div>
      {sources.error ? <ErrorNote error={sources.error} /> : null}
      {sources.isPending ? <Loading label="Reading the sources" /> : null}
      {data === undefined ? null : (
        <>
          <p className="soft">
            {data.lastRun === null ? (
              'No run has read the sources yet.'
            ) : (
              <>
                Compared with what <Link href={`/runs/${data.lastRun.id}`}>run {data.lastRun.seq}</Link> read
                {data.lastRun.finishedAt === null ? null : (
                  <>
                    , ended <Time at={data.lastRun.finishedAt} />
                  </>
                )}
                .
              </>
            )}
          </p>
          <Card title="Online sales">
            <p className="source-line">
              Table <code>{data.table.name}</code>
              <span>{data.table.lastRows === null ? 'not read yet' : `${formatNumber(data.table.lastRows)} rows in the last run`}</span>
            </p>
          </Card>
          <Card title="Store sales">
            <StatusCounts files={data.files} />
            {data.truncated ? <p className="soft">There are more files than these; the rest is left out here, and read by a run.</p> : null}
            {data.files.length === 0 ? (
              <EmptyState title="No file in the input folder">Put .csv or .csv.gz files there; the next run reads them.</EmptyState>
            ) : (
              <FileTable files={data.files} />
            )}
          </Card>
        </>
      )}
    </>
  );
}

function StatusCounts({ files }: { files: readonly SourceFile[] }): ReactNode {
  const counts = STATUS_ORDER.map((status) => ({ status, count: files.filter((file) => file.status === status).length }));
  return (
    <ul className="source-counts" aria-label="Files by state">
      {counts
        .filter(({ count }) => count > 0)
        .map(({ status, count }) => (
          <li key={status}>
            <span className={`source-status source-${status}`}>
              {formatNumber(count)} {status}
            </span>{' '}
            <span className="soft">{STATUS_MEANS[status]}</span>
          </li>
        ))}
    </ul>
  );
}

function FileTable({ files }: { files: readonly SourceFile[] }): ReactNode {
  // What differs comes first; the API gives the names in order, and a stable sort keeps that.
  const ordered = files.toSorted((left, right) => STATUS_ORDER.indexOf(left.status) - STATUS_ORDER.indexOf(right.status));
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Files">
      <table className="source-files">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              Size
            </th>
            <th scope="col">Written</th>
            <th scope="col" className="number">
              Rows in the last run
            </th>
          </tr>
        </thead>
        <tbody>
          {ordered.map((file) => (
            <tr key={file.name}>
              <th scope="row">
                <LongText text={file.name} />
              </th>
              <td>
                <span className={`source-status source-${file.status}`} title={STATUS_MEANS[file.status]}>
                  {file.status}
                </span>
                {file.sameAs === null ? null : (
                  <span className="soft">
                    {' '}
                    of <LongText text={file.sameAs} />
                  </span>
                )}
              </td>
              <td className="number">{file.bytes === null ? '–' : formatBytes(file.bytes)}</td>
              <td>{file.modifiedAt === null ? '–' : <Time at={file.modifiedAt} />}</td>
              <td className="number">{file.lastRows === null ? '–' : formatNumber(file.lastRows)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
