import { type ReactNode, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { useMe, useStartRun } from '../api/queries.js';
import { useRunReport } from '../api/run-queries.js';
import { type Comparison, DIFFERENCES_PER_PAGE, useComparison, useVersions } from '../api/version-queries.js';
import { Fact } from '../ui/fact.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { ConfirmDialog } from '../ui/confirm-dialog.js';
import { DifferenceTable } from '../ui/difference-table.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatDecimal, formatNumber, formatSigned } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { type SearchField, useSearchState } from '../ui/search-state.js';
import { HoldNote } from '../versions/hold-card.js';

const PRODUCT = 'product_id';
const key: SearchField<string> = { initial: PRODUCT, read: (text) => (/^[a-z][a-z0-9_]{0,63}$/.test(text) ? text : undefined) };
const place: SearchField<number> = { initial: 0, read: (text) => (/^\d{1,8}$/.test(text) ? Number(text) : undefined) };
const SHOWN = { by: key, from: place };

/** How one run's sums differ from another's, and for operators the way to publish them again. */
export default function ComparePage(): ReactNode {
  const { before, after } = useParams<{ before: string; after: string }>();
  const [{ by, from }, show] = useSearchState(SHOWN);
  const comparison = useComparison(before, after, by, from);
  const { data } = comparison;
  return (
    <>
      <div className="page-head">
        <h1>{data === undefined ? 'Compare' : `Run ${data.after.seq} against run ${data.before.seq}`}</h1>
        <label>
          By{' '}
          <select value={by} onChange={({ target }) => show({ by: target.value, from: 0 })}>
            {[...new Set([PRODUCT, 'file', ...(data?.possible ?? []), by])].map((name) => (
              <option key={name} value={name}>
                {nameOf(name)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <HoldNote />
      {data === undefined ? null : <PublishAgain before={before} after={after} />}
      {comparison.error ? <ErrorNote error={comparison.error} /> : null}
      {comparison.isPending ? <Loading label="Comparing" /> : null}
      {data === undefined ? null : <Differences comparison={data} from={from} onPlace={(at) => show({ from: at })} />}
    </>
  );
}

const nameOf = (by: string): string => (by === PRODUCT ? 'product' : by.replaceAll('_', ' '));

interface DifferencesProps {
  readonly comparison: Comparison;
  readonly from: number;
  readonly onPlace: (from: number) => void;
}

function Differences({ comparison: { before, after, by, counts, totals, rows, next }, from, onPlace }: DifferencesProps): ReactNode {
  return (
    <Card title={`Differences by ${nameOf(by)}`}>
      <dl className="facts">
        <Fact small term={`Amount of run ${before.seq}`}>
          {formatDecimal(totals.before.amount, 2)}
        </Fact>
        <Fact small term={`Amount of run ${after.seq}`}>
          {formatDecimal(totals.after.amount, 2)}
        </Fact>
        <Fact small term="Difference">
          {formatSigned(totals.difference.amount, 2)}
        </Fact>
        {(['added', 'removed', 'changed', 'unchanged'] as const).map((kind) => (
          <Fact small key={kind} term={kind[0]?.toUpperCase() + kind.slice(1)}>
            {formatNumber(counts[kind])}
          </Fact>
        ))}
      </dl>
      {rows.length === 0 ? (
        <p>Everything is the same.</p>
      ) : (
        <DifferenceTable
          label="Table of differences"
          what={by === 'file' ? 'File or table' : nameOf(by)}
          rows={rows.map(({ source, key: value, difference, ...sums }) => ({
            ...sums,
            key: `${source ?? ''} ${value ?? ''}`,
            name: value ?? `table of ${source ?? ''}`,
            difference: difference.amount,
          }))}
        />
      )}
      <div className="pager">
        <Button kind="plain" disabled={from === 0} onClick={() => onPlace(Math.max(0, from - DIFFERENCES_PER_PAGE))}>
          Larger
        </Button>
        <Button kind="plain" disabled={next === null} onClick={() => next !== null && onPlace(next)}>
          Smaller
        </Button>
        <span className="soft">{DIFFERENCES_PER_PAGE} a page, the largest differences in amount first</span>
      </div>
    </Card>
  );
}

/** Only where the first run is what is published: then the differences shown are what publishing would change. */
function PublishAgain({ before, after }: { before: string; after: string }): ReactNode {
  const me = useMe();
  const [, goTo] = useLocation();
  const [asking, setAsking] = useState(false);
  const run = useRunReport(after).data;
  // The page that begins with this very run has it first.
  const versions = useVersions(run === undefined ? undefined : run.seq + 1).data?.versions ?? [];
  const shown = useVersions(undefined).data?.published ?? undefined;
  const version = versions.find(({ id }) => id === after);
  const start = useStartRun();
  if (me.data?.role !== 'operator' || version === undefined || version.isPublished || shown?.id !== before) return null;
  if (version.refusal !== null) return <p className="soft">It cannot be published again: {version.refusal}.</p>;
  const isOlder = (version.madeBy?.seq ?? version.seq) < (shown.madeBy?.seq ?? shown.seq);
  return (
    <Card title="Publish again">
      <p>
        The tables and files would show what <Link href={`/runs/${after}`}>run {version.seq}</Link> made.
        {isOlder
          ? ' As it is older than what is published, publications are held from then on: runs end as previewed until you release them.'
          : ''}
      </p>
      {start.error === null ? null : <ErrorNote error={start.error} />}
      <Button kind="danger" disabled={start.isPending} onClick={() => setAsking(true)}>
        Publish run {version.seq} again
      </Button>
      <ConfirmDialog
        open={asking}
        title={`Publish run ${version.seq} again?`}
        confirmLabel="Publish it"
        onConfirm={() => {
          setAsking(false);
          start.mutate({ publish: after }, { onSuccess: (accepted) => goTo(`/runs/${accepted.id}`) });
        }}
        onClose={() => setAsking(false)}
      >
        {version.from === null && version.to === null
          ? ''
          : `It holds only the sales of ${version.from ?? 'the beginning'} to ${version.to ?? 'the end'}. `}
        It replaces run {shown.seq}, {formatDecimal(shown.amount, 2)}, by {formatDecimal(version.amount, 2)} in all tables and files.
        {isOlder ? ' Publications are held from now on.' : ''}
      </ConfirmDialog>
    </Card>
  );
}
