import type { ReactNode } from 'react';
import { hasEnded, type RunJob, type RunReport } from '../api/run-queries.js';
import { Card } from '../ui/card.js';
import { formatBytes, formatDuration, formatNumber } from '../ui/format.js';
import { jobsState, jobState, runJobsOf, type NodeState, type Partition, partitionsOf, type RunJobs } from './parts.js';

interface Stage {
  readonly name: 'extract' | 'transform' | 'load';
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

const STAGES = ['extract', 'transform', 'load'] as const;
/** A folder of thousands of files has many partitions; those that work or have failed are shown first. */
const PARTITIONS_SHOWN = 12;
const ORDER: Record<NodeState, number> = { failed: 0, working: 1, cancelled: 1, waiting: 2, skipped: 2, done: 3 };

/** Extract, transform, load: how far each is, and each partition's way through them. */
export function Journey({ run, stages, runJobs }: { run: RunReport; stages: readonly Stage[] | undefined; runJobs: RunJobs }): ReactNode {
  const { jobs } = runJobs;
  const partitions = partitionsOf(jobs);
  const shown =
    partitions.length <= PARTITIONS_SHOWN
      ? partitions
      : partitions.toSorted((left, right) => rank(left, runJobs) - rank(right, runJobs)).slice(0, PARTITIONS_SHOWN);
  const nodeOf = (step: string): ReactNode => {
    const job = jobs.find((each) => each.step === step);
    return <Node label={step} job={job} state={jobState(job, runJobs)} />;
  };
  return (
    <Card title="Journey">
      <ol className="journey-stages">
        {STAGES.map((name) => (
          <StageBar key={name} name={name} run={run} stage={stages?.find((stage) => stage.name === name)} />
        ))}
      </ol>
      {jobs.length === 0 ? (
        <p className="run-note">{whyNoJobs(run)}</p>
      ) : (
        <div className="journey-graph">
          <div className="journey-parts">
            {nodeOf('plan')}
            <ul>
              {shown.map((partition) => (
                <PartitionRow key={partition.name} partition={partition} runJobs={runJobs} />
              ))}
            </ul>
            {partitions.length > shown.length ? (
              <p className="run-note">and {formatNumber(partitions.length - shown.length)} more partitions; the timeline has all jobs</p>
            ) : null}
          </div>
          <div className="journey-ends">
            {nodeOf('merge')}
            {nodeOf('load')}
          </div>
        </div>
      )}
    </Card>
  );
}

function whyNoJobs({ state, startedAt }: RunReport): string {
  if (state === 'cancelled' && startedAt === null) return 'The run was cancelled before it began.';
  return hasEnded(state) ? 'The jobs of this run are no longer kept.' : 'The run waits for its turn.';
}

const rank = ({ extract, transforms }: Partition, runJobs: RunJobs): number =>
  ORDER[jobsState([...(extract ? [extract] : []), ...transforms], runJobs)];

function StageBar({ name, run, stage }: { name: Stage['name']; run: RunReport; stage: Stage | undefined }): ReactNode {
  const { done = 0, total = 0, rows = 0 } = stage ?? {};
  const tookMs = run.stages.find((each) => each.name === name)?.durationMs ?? undefined;
  const unit = name === 'load' ? 'products' : 'rows';
  return (
    <li className="journey-stage">
      <span className="journey-name">{name}</span>
      <progress aria-label={`${name}: ${done} of ${total} jobs`} max={Math.max(1, total)} value={total === 0 ? 0 : done} />
      <span className="journey-figures">
        {total === 0 ? runJobsOf(run.state, []).unfinished : `${formatNumber(done)} of ${formatNumber(total)} jobs`}
        {rows > 0 ? ` · ${formatNumber(rows)} ${unit}` : ''}
        {tookMs === undefined ? '' : ` · ${formatDuration(tookMs)}`}
      </span>
    </li>
  );
}

function PartitionRow({ partition, runJobs }: { partition: Partition; runJobs: RunJobs }): ReactNode {
  const { label, extract, transforms } = partition;
  const done = transforms.filter((job) => job.state === 'completed').length;
  const rows = transforms.reduce((sum, job) => sum + job.rows, 0);
  const state = jobsState(transforms, runJobs);
  return (
    <li className="journey-row">
      <Node label={label} job={extract} state={jobState(extract, runJobs)} />
      <div className={`journey-node node-${state}`}>
        <span className="node-label">{transforms.length === 1 ? '1 chunk' : `${formatNumber(transforms.length)} chunks`}</span>
        <span className="node-state">{state}</span>
        {transforms.length === 0 ? null : (
          <progress aria-label={`${label}: ${done} of ${transforms.length} chunks transformed`} max={transforms.length} value={done} />
        )}
        {rows === 0 ? null : <span className="node-figures">{formatNumber(rows)} rows</span>}
      </div>
    </li>
  );
}

function Node({ label, job, state }: { label: string; job: RunJob | undefined; state: NodeState }): ReactNode {
  const figures = [
    ...(job !== undefined && job.rows > 0 ? [`${formatNumber(job.rows)} rows`] : []),
    ...(job !== undefined && job.bytes > 0 ? [formatBytes(job.bytes)] : []),
    ...(job !== undefined && job.attempts > 1 ? [`try ${job.attempts}`] : []),
  ];
  return (
    <div className={`journey-node node-${state}`}>
      <span className="node-label">{label}</span>
      <span className="node-state">{state}</span>
      {figures.length === 0 ? null : <span className="node-figures">{figures.join(' · ')}</span>}
    </div>
  );
}
