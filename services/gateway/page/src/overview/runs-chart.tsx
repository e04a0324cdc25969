import type { ReactNode } from 'react';
import { Bar, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Overview } from '../api/queries.js';
import { formatDuration, formatNumber, formatRatio } from '../ui/format.js';

type Run = Overview['runs'][number];

const HEIGHT_PX = 220;

/** Rows as bars; duration and the part that was rejected as lines, each on a scale of its own. Oldest on the left. */
export default function RunsChart({ runs }: { runs: readonly Run[] }): ReactNode {
  const ordered = runs.toSorted((left, right) => left.seq - right.seq);
  return (
    <>
      <ul className="chart-key">
        <li>
          <i className="key-rows" />
          rows read
        </li>
        <li>
          <i className="key-duration" />
          duration
        </li>
        <li>
          <i className="key-rejects" />
          part rejected
        </li>
      </ul>
      <div role="img" aria-label={ordered.map(describe).join('; ')}>
        <ResponsiveContainer width="100%" height={HEIGHT_PX}>
          <ComposedChart data={ordered} accessibilityLayer={false} margin={{ top: 8, right: 0, bottom: 0, left: 0 }}>
            <XAxis dataKey="seq" tick={{ fill: 'var(--soft)', fontSize: 12 }} axisLine={{ stroke: 'var(--line)' }} tickLine={false} />
            <YAxis
              yAxisId="rows"
              width={52}
              tick={{ fill: 'var(--soft)', fontSize: 12 }}
              axisLine={false}
              tickLine={false}
              tickFormatter={compact}
            />
            <YAxis
              yAxisId="duration"
              orientation="right"
              width={56}
              tick={{ fill: 'var(--soft)', fontSize: 12 }}
              axisLine={false}
              tickLine={false}
              tickFormatter={formatDuration}
            />
            <YAxis yAxisId="rejects" orientation="right" hide domain={[0, 1]} />
            <Tooltip content={Tip} cursor={{ fill: 'var(--line)', fillOpacity: 0.5 }} isAnimationActive={false} />
            <Bar
              yAxisId="rows"
              dataKey="rowsRead"
              fill="var(--accent)"
              fillOpacity={0.75}
              radius={2}
              maxBarSize={28}
              isAnimationActive={false}
            />
            <Line yAxisId="duration" dataKey="durationMs" stroke="var(--warn)" strokeWidth={2} dot={{ r: 2 }} isAnimationActive={false} />
            <Line yAxisId="rejects" dataKey="rejectRatio" stroke="var(--bad)" strokeWidth={2} dot={{ r: 2 }} isAnimationActive={false} />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </>
  );
}

const COMPACT = new Intl.NumberFormat(undefined, { notation: 'compact' });
const compact = (rows: number): string => COMPACT.format(rows);

function describe(run: Run): string {
  const figures = [
    run.rowsRead === null ? undefined : `${formatNumber(run.rowsRead)} rows`,
    run.durationMs === null ? undefined : formatDuration(run.durationMs),
    run.rejectRatio === null ? undefined : `${formatRatio(run.rejectRatio)} rejected`,
  ];
  return [`run ${run.seq} ${run.state}`, ...figures.filter((figure) => figure !== undefined)].join(', ');
}

function Tip({ active, payload }: { active?: boolean; payload?: readonly { payload?: Run }[] }): ReactNode {
  const run = payload?.[0]?.payload;
  return active === true && run !== undefined ? <div className="chart-tip">{describe(run)}</div> : null;
}
