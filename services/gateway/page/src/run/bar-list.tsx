import type { ReactNode } from 'react';
import { Bar, BarChart, LabelList, ResponsiveContainer, XAxis, YAxis } from 'recharts';

export interface ListedBar {
  readonly label: string;
  readonly value: number;
  /** What stands beside the bar. */
  readonly text: string;
}

const ROW_PX = 30;
const LETTER_PX = 7.5;
const LABEL_PX_MAX = 150;
/** Room for the longest of these texts, so that the bars get the rest of a narrow screen. */
const roomPx = (texts: readonly string[]): number => 14 + LETTER_PX * Math.max(...texts.map((text) => text.length));

/** Horizontal bars, largest first. `label` says all of it to those who do not see the picture. */
export default function BarList({ label, bars, tone }: { label: string; bars: readonly ListedBar[]; tone: 'accent' | 'warn' }): ReactNode {
  return (
    <div className="bar-list" role="img" aria-label={label}>
      <ResponsiveContainer width="100%" height={bars.length * ROW_PX + 8}>
        <BarChart
          data={[...bars]}
          layout="vertical"
          accessibilityLayer={false}
          margin={{ top: 0, right: roomPx(bars.map(({ text }) => text)), bottom: 0, left: 0 }}
        >
          <XAxis type="number" hide />
          <YAxis
            type="category"
            dataKey="label"
            width={Math.min(LABEL_PX_MAX, roomPx(bars.map((bar) => bar.label)))}
            axisLine={false}
            tickLine={false}
            tick={{ fill: 'var(--text)', fontSize: 13 }}
          />
          <Bar dataKey="value" fill={`var(--${tone})`} radius={3} barSize={16} isAnimationActive={false}>
            <LabelList dataKey="text" position="right" fill="var(--text)" fontSize={13} />
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
