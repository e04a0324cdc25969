/** @param {readonly number[]} values The middle one, or the mean of the two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** @param {readonly number[]} values */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Combines the figures of several runs, name by name. @param {readonly Record<string, number>[]} figures @param {(values: number[]) => number} combine */
export function perKey(figures, combine) {
  return Object.fromEntries(Object.keys(figures[0] ?? {}).map((key) => [key, combine(figures.map((each) => each[key] ?? 0))]));
}

/** @param {number} value */
export const count = (value) => Math.round(value).toLocaleString('en-US');

/** @param {number} value */
export const seconds = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`;

/** @param {number} bytes */
export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** @param {number} value */
export const rate = (value) => (value >= 1e6 ? `${(value / 1e6).toFixed(2)} M/s` : `${count(value)}/s`);

/**
 * Columns as wide as they need to be: the first to the left, the others to the right, but for the last.
 * @param {readonly (readonly string[])[]} rows
 */
export function table(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const last = widths.length - 1;
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 || column === last ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
