const COUNT = new Intl.NumberFormat();
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatNumber(count: number): string {
  return COUNT.format(count);
}

/** A decimal string with its whole part grouped; no digit is changed, as a float would. */
export function formatDecimal(decimal: string): string {
  const [whole = '0', fraction] = decimal.split('.');
  const grouped = COUNT.format(BigInt(whole));
  return fraction === undefined ? grouped : `${grouped}${DECIMAL_POINT}${fraction}`;
}

const DECIMAL_POINT = COUNT.formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.';

export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
}

export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1_024 && unit < BYTE_UNITS.length - 1) [value, unit] = [value / 1_024, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** A part of a whole as a percentage; small ones do not look like none. */
export function formatRatio(ratio: number): string {
  return ratio > 0 && ratio < 0.001 ? '< 0.1 %' : `${(ratio * 100).toFixed(1)} %`;
}
