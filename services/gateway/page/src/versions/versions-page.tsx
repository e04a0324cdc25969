import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useMe } from '../api/queries.js';
import { useVersions, type Version, VERSIONS_PER_PAGE } from '../api/version-queries.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatBytes, formatDecimal, formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { Pager, turnedPages } from '../ui/pager.js';
import { useSearchState } from '../ui/search-state.js';
import { StateBadge } from '../ui/state-badge.js';
import { Time } from '../ui/time.js';
import { HoldCard } from './hold-card.js';

const SHOWN = { before: turnedPages };

/** What runs have made of the sources: which of it is published, and what could be published again. */
export default function VersionsPage(): ReactNode {
  const me = useMe();
  const [{ before: turned }, show] = useSearchState(SHOWN);
  const versions = useVersions(turned.at(-1));
  const next = versions.data?.next ?? null;
  return (
    <>
      <div className="page-head">
        <h1>Versions</h1>
      </div>
      <HoldCard canChange={me.data?.role === 'operator'} />
      {versions.error ? <ErrorNote error={versions.error} /> : null}
      {versions.isPending ? <Loading label="Reading the versions" /> : null}
      {versions.data === undefined ? null : (
        <section className="card" aria-label="Versions">
          {versions.data.versions.length === 0 ? (
            <EmptyState title="No version yet">The first run that succeeds makes one.</EmptyState>
          ) : (
            <VersionTable versions={versions.data.versions} published={versions.data.published} />
          )}
          <Pager turned={turned} next={next} onTurn={(before) => show({ before })}>
            {VERSIONS_PER_PAGE} a page; each is kept for {formatNumber(versions.data.retentionDays)} days, what is published for as long as
            it is
          </Pager>
        </section>
      )}
    </>
  );
}

function VersionTable({ versions, published }: { versions: readonly Version[]; published: Version | null }): ReactNode {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Table of versions">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col">Made</th>
            {['Files', 'Products', 'Amount', 'Changed', 'Size'].map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
            <th scope="col">Kept until</th>
            <th scope="col">Compare</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={version.id} aria-current={version.isPublished ? 'true' : undefined}>
              <th scope="row">
                <Link href={`/runs/${version.id}`}>{version.seq}</Link>
                {version.madeBy === null ? null : <span className="soft"> of run {version.madeBy.seq}</span>}
                {version.from === null && version.to === null ? null : (
                  <span className="soft">
                    {' '}
                    sales of {version.from ?? '…'} to {version.to ?? '…'}
                  </span>
                )}
              </th>
              <td>
                <StateBadge state={version.state} />
                {version.isPublished ? <strong> shown now</strong> : null}
                {version.held ? <span className="soft"> held</span> : null}
              </td>
              <td>{version.finishedAt === null ? '–' : <Time at={version.finishedAt} />}</td>
              <td className="number">{formatNumber(version.files)}</td>
              <td className="number">{formatNumber(version.products)}</td>
              <td className="number">{formatDecimal(version.amount, 2)}</td>
              <td className="number">{changedText(version)}</td>
              <td className="number">{version.bytes === null ? '–' : formatBytes(version.bytes)}</td>
              <td>{keptText(version)}</td>
              <td>
                {published === null || version.isPublished ? (
                  <span className="soft">–</span>
                ) : (
                  <Link href={`/compare/${published.id}/${version.id}`} aria-label={`Compare run ${version.seq} with what is published`}>
                    Compare
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function changedText({ changes }: Version): string {
  return changes === null ? '–' : formatNumber(changes.added + changes.changed + changes.removed);
}

function keptText({ isPublished, bytes, keptUntil }: Version): ReactNode {
  // Its files may be there all the same, from before there were versions.
  if (bytes === null) return <span className="soft">cannot be published</span>;
  if (isPublished) return 'while it is published';
  return keptUntil === null ? '–' : <Time at={keptUntil} />;
}
