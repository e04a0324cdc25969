import { type ReactNode, useState } from 'react';
import { ApiProblem } from '../api/client.js';
import { useMe } from '../api/queries.js';
import { type Answers, FileGone, isTooLarge, type TriedFile, useTrial, WORKBOOK_BYTES_MAX } from '../api/try-queries.js';
import { Card } from '../ui/card.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatBytes, formatNumber } from '../ui/format.js';
import { Decisions } from './decisions.js';
import { PickFile } from './pick-file.js';
import { ProblemNote } from './problem-note.js';
import { Proposal } from './proposal.js';
import { TrialResult } from './trial-result.js';
import { useDrop } from './use-drop.js';
import './try-file.css';

/** Proposes a source for a file, shows what a run would make of its rows, and tries the declaration again as somebody has changed it. */
export default function TryPage(): ReactNode {
  const me = useMe();
  return (
    <>
      <div className="page-head">
        <h1>Try a file</h1>
      </div>
      {me.data === undefined ? null : me.data.role === 'operator' ? (
        <Trying />
      ) : (
        <EmptyState title="For operators alone">Sign in as the operator to try a file.</EmptyState>
      )}
    </>
  );
}

function Trying(): ReactNode {
  const trial = useTrial();
  const [file, setFile] = useState<File>();
  const [answers, setAnswers] = useState<Answers>({});
  const [yaml, setYaml] = useState('');
  const [decisions, setDecisions] = useState<NonNullable<TriedFile['proposal']>['decisions']>([]);

  const propose = (chosen: File, decided: Answers): void => {
    setAnswers(decided);
    trial.mutate(
      { file: chosen, answers: decided },
      {
        onSuccess: ({ proposal }) => {
          if (proposal === null) return;
          setYaml(proposal.yaml);
          setDecisions(proposal.decisions);
        },
      },
    );
  };
  const choose = (chosen: File): void => {
    setFile(chosen);
    setYaml('');
    setDecisions([]);
    trial.reset();
    if (!isTooLarge(chosen)) propose(chosen, {});
  };
  useDrop(trial.isPending ? null : choose);
  const isLarge = file !== undefined && isTooLarge(file);
  const { data } = trial;

  return (
    <>
      <PickFile isBusy={trial.isPending} onPick={choose} />
      <p className="try-news" role="status">
        {trial.isPending ? `Trying ${file?.name ?? ''} …` : data === undefined ? '' : inWords(data)}
      </p>
      {isLarge ? <TooLarge file={file} /> : null}
      {trial.error === null ? null : <TrialError error={trial.error} />}
      {data?.problem ? <ProblemNote problem={data.problem} /> : null}
      {file !== undefined && !isLarge && (data !== undefined || yaml !== '') ? (
        <>
          {decisions.length === 0 ? null : (
            <Decisions
              key={JSON.stringify(decisions)}
              decisions={decisions}
              isBusy={trial.isPending}
              onDecide={(decided) => propose(file, { ...answers, ...decided })}
            />
          )}
          {data === undefined ? null : <TrialResult tried={data} />}
          <Card title="Declaration">
            <Proposal yaml={yaml} isBusy={trial.isPending} onChange={setYaml} onTry={() => trial.mutate({ file, yaml })} />
          </Card>
        </>
      ) : null}
    </>
  );
}

function TooLarge({ file }: { file: File }): ReactNode {
  return (
    <div className="error-note" role="alert">
      {file.name} has {formatBytes(file.size)}. A workbook is sent whole, and at most {formatBytes(WORKBOOK_BYTES_MAX)} are taken. Save one
      sheet as CSV, or use <code>npx retail-etl inspect</code>.
    </div>
  );
}

function TrialError({ error }: { error: Error }): ReactNode {
  if (error instanceof ApiProblem) return <ErrorNote error={error} />;
  return (
    <div className="error-note" role="alert">
      {error instanceof FileGone
        ? 'The file cannot be read any more. It was changed, moved or removed: choose it again.'
        : 'The gateway did not answer. Try again.'}
    </div>
  );
}

/** The result for those who do not see the page. */
function inWords({ file, problem, trial, proposal }: TriedFile): string {
  const error = problem ?? trial?.problem ?? null;
  if (error !== null) return `${file}: ${error.code}`;
  const open = proposal?.decisions.filter(({ isAnswered }) => !isAnswered).length ?? 0;
  const counts = trial?.counts;
  return [
    `${file}:`,
    counts ? `${formatNumber(counts.accepted)} of ${formatNumber(counts.records)} records are accepted.` : '',
    open === 0 ? '' : open === 1 ? 'One question is open.' : `${open} questions are open.`,
  ]
    .join(' ')
    .trim();
}
