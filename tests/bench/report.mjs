import { count, megabytes, rate, seconds, table } from './format.mjs';

/** A comparison as text for a terminal. @param {import('./compare.mjs').Comparison} comparison */
export function comparisonText({ rows, tableRows, files, sums, measured }) {
  const lines = [
    `${count(rows)} rows (${count(tableRows)} in the table, ${count(rows - tableRows)} in ${count(files)} files), ` +
      `${count(sums?.products ?? 0)} products, median of ${measured[0]?.all.length}`,
    '',
    table([
      ['', 'seconds', 'to ours', 'rows', 'processor time', 'peak memory'],
      ...measured.map(({ name, seconds: taken, ratio, rowsPerSecond, processorSeconds, peakBytes }) => [
        name,
        seconds(taken),
        Number.isNaN(ratio) ? '' : `${ratio.toFixed(2)} ×`,
        rate(rowsPerSecond),
        seconds(Object.values(processorSeconds).reduce((sum, value) => sum + value, 0)),
        named(peakBytes, megabytes),
      ]),
    ]),
  ];
  const ours = measured.find(({ name }) => name === 'services');
  if (ours !== undefined) {
    const stages = Object.entries(ours.stageSeconds).map(
      ([stage, taken]) => `${stage} ${seconds(taken)} (${rate((ours.stageRows[stage] ?? 0) / taken)})`,
    );
    lines.push('', `stages of ours, which overlap:   ${stages.join(' · ')}`);
    lines.push(`processor time of ours:   ${named(ours.processorSeconds, seconds)}`);
  }
  lines.push('', `All gave the same sums: quantity ${count(Number(sums?.quantity ?? 0))}, amount ${sums?.amount}.`);
  return lines.join('\n');
}

/** Each figure with its name, but for a single one. @param {Record<string, number>} figures @param {(value: number) => string} format */
export function named(figures, format) {
  const entries = Object.entries(figures);
  return entries.map(([name, value]) => (entries.length === 1 ? format(value) : `${name} ${format(value)}`)).join(' · ');
}
