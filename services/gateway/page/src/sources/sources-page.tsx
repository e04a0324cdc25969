import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { type SourceFile, type Sources, useSources } from '../api/schedule-queries.js';
import { Card } from '../ui/card.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatBytes, formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { LongText } from '../ui/long-text.js';
import { TryLink } from '../try-file/try-link.js';
import { Time } from '../ui/time.js';
import { DeclarationCard } from './declaration.js';
import './sources.css';

const STATUS_ORDER = [
  'refused',
  'ambiguous',
  'unclaimed',
  'new',
  'changed',
  'gone',
  'duplicate',
  'unchanged',
] as const satisfies readonly SourceFile['status'][];

const STATUS_MEANS: Record<SourceFile['status'], string> = {
  refused: 'its name is not valid UTF-8, so a run fails: rename it',
  new: 'not read by the last run',
  changed: 'changed since the last run',
  unchanged: 'as the last run read it',
  gone: 'read by the last run, no longer there',
  duplicate: 'holds the same bytes as another file',
  unclaimed: 'no source claims it, so a run fails',
  ambiguous: 'more than one source claims it, so a run fails',
};

const meaningOf = (status: SourceFile['status'], ignoresUnclaimed: boolean): string =>
  status === 'unclaimed' && ignoresUnclaimed ? 'no source claims it, so a run leaves it alone' : STATUS_MEANS[status];

/** What a run would read now: the table and the files, and what is different since the last run. */
export default function SourcesPage(): ReactNode {
  const sources = useSources();
  const { data } = sources;
  return (
    <>
      <div className="page-head">
        <h1>Sources</h1>
        <TryLink />
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
          {data.table === null ? null : (
            <Card title="Online sales">
              <p className="source-line">
                Table <code>{data.table.name}</code>
                <span>{data.table.lastRows === null ? 'not read yet' : `${formatNumber(data.table.lastRows)} rows in the last run`}</span>
              </p>
            </Card>
          )}
          {data.declaration === undefined ? null : <DeclarationCard declaration={data.declaration} files={data.files} />}
          <Files sources={data} />
        </>
      )}
    </>
  );
}

function Files({ sources: { files, truncated, declaration } }: { sources: Sources }): ReactNode {
  // Of a declaration that cannot be read, nobody knows the files.
  if (declaration !== undefined && declaration.problem !== null) return null;
  const ignoresUnclaimed = declaration?.ignoresUnclaimed ?? false;
  return (
    <Card title={declaration === undefined ? 'Store sales' : 'Files in the input folder'}>
      <StatusCounts files={files} ignoresUnclaimed={ignoresUnclaimed} />
      {truncated ? <p className="soft">There are more files than these; the rest is left out here, and read by a run.</p> : null}
      {files.length === 0 ? (
        <EmptyState title="No file in the input folder">
          {declaration === undefined
            ? 'Put .csv or .csv.gz files there; the next run reads them.'
            : 'Put files there that a declared source claims; the next run reads them.'}
        </EmptyState>
      ) : (
        <FileTable files={files} ignoresUnclaimed={ignoresUnclaimed} />
      )}
    </Card>
  );
}

interface FilesProps {
  readonly files: readonly SourceFile[];
  readonly ignoresUnclaimed: boolean;
}

function StatusCounts({ files, ignoresUnclaimed }: FilesProps): ReactNode {
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
            <span className="soft">{meaningOf(status, ignoresUnclaimed)}</span>
          </li>
        ))}
    </ul>
  );
}

function FileTable({ files, ignoresUnclaimed }: FilesProps): ReactNode {
  // What differs comes first; the API gives the names in order, and a stable sort keeps that.
  const ordered = files.toSorted((left, right) => STATUS_ORDER.indexOf(left.status) - STATUS_ORDER.indexOf(right.status));
  const isDeclared = files.some(({ claimedBy }) => claimedBy !== undefined);
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Files">
      <table className="source-files">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">State</th>
            {isDeclared ? <th scope="col">Source</th> : null}
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
                <span className={`source-status source-${file.status}`} title={meaningOf(file.status, ignoresUnclaimed)}>
                  {file.status}
                </span>
                {file.sameAs === null ? null : (
                  <span className="soft">
                    {' '}
                    of <LongText text={file.sameAs} />
                  </span>
                )}
              </td>
              {isDeclared ? (
                <td>
                  {(file.claimedBy ?? []).map((name) => (
                    <div key={name}>
                      <LongText text={name} />
                    </div>
                  ))}
                </td>
              ) : null}
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
