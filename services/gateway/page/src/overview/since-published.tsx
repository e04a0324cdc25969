import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Overview } from '../api/queries.js';
import { type Comparison, useComparison, useVersions, type Version } from '../api/version-queries.js';
import { Fact } from '../ui/fact.js';
import { Card } from '../ui/card.js';
import { formatNumber, formatSigned } from '../ui/format.js';
import { LongText } from '../ui/long-text.js';
import { Time } from '../ui/time.js';

/** What was published so long before counts as yesterday's, also where a nightly run takes a little less time than the one before. */
const DAY_MS = 20 * 3_600_000;
const FILES_SHOWN = 3;

/** What has changed since yesterday, or, if nothing was published then, since the version before: in sum, and by the files it comes from. */
export function SincePublished({ published }: { published: NonNullable<Overview['published']> }): ReactNode {
  const versions = useVersions(published.seq).data?.versions ?? [];
  const before = versionBefore(versions, Date.parse(published.at));
  return before === undefined ? null : <Since before={before} after={published.id} />;
}

function versionBefore(versions: readonly Version[], publishedMs: number): Version | undefined {
  const published = versions.filter(({ publishedAt }) => publishedAt !== null);
  return published.find(({ publishedAt }) => publishedMs - Date.parse(publishedAt ?? '') >= DAY_MS) ?? published[0];
}

function Since({ before, after }: { before: Version; after: string }): ReactNode {
  const { data } = useComparison(before.id, after, 'file');
  if (data === undefined) return null;
  return (
    <Card title="Since the version before">
      <dl className="facts">
        <Fact small term="Amount">
          {formatSigned(data.totals.difference.amount, 2)}
        </Fact>
        <Fact small term="Files and tables">
          {countsText(data)}
        </Fact>
        <Fact small term="Against">
          <Link href={`/runs/${before.id}`}>run {before.seq}</Link>
          {before.publishedAt === null ? null : (
            <>
              {' '}
              of <Time at={before.publishedAt} />
            </>
          )}
        </Fact>
      </dl>
      <Largest comparison={data} />
      <p>
        <Link href={`/compare/${before.id}/${after}`}>By product</Link>
      </p>
    </Card>
  );
}

function countsText({ counts: { added, removed, changed } }: Comparison): string {
  const parts = [`${formatNumber(added)} new`, `${formatNumber(removed)} gone`, `${formatNumber(changed)} changed`];
  return added + removed + changed === 0 ? 'all as they were' : parts.join(', ');
}

function Largest({ comparison: { rows } }: { comparison: Comparison }): ReactNode {
  if (rows.length === 0) return null;
  return (
    <ul>
      {rows.slice(0, FILES_SHOWN).map(({ source, key, before, after, difference }) => (
        <li key={`${source ?? ''} ${key ?? ''}`}>
          <LongText text={key ?? `table of ${source ?? ''}`} />
          {before === null ? ' (new)' : after === null ? ' (gone)' : ''}: {formatSigned(difference.amount, 2)}
        </li>
      ))}
    </ul>
  );
}
