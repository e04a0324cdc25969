const COUNT = new Intl.NumberFormat();
const PERCENT = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 });
const RATIO_SHOWN_MIN = 0.0001;
/** More than an amount has. */
const DECIMALS_MAX = 20;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatNumber(count: number): string {
  return COUNT.format(count);
}

/** A decimal text with the thousands of the reader's language, to the last digit; `digits` decimals are always shown. */
export function formatDecimal(decimal: string, digits = 0): string {
  const format = new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: DECIMALS_MAX });
  return format.format(decimal as Intl.StringNumericLiteral);
}

/** As formatDecimal, with the sign in front, also of a gain. */
export function formatSigned(decimal: string, digits = 0): string {
  const format = new Intl.NumberFormat(undefined, {
    signDisplay: 'exceptZero',
    minimumFractionDigits: digits,
    maximumFractionDigits: DECIMALS_MAX,
  });
  return format.format(decimal as Intl.StringNumericLiteral);
}

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

/** A part of a whole as a percentage; a few among millions do not look like none. */
export function formatRatio(ratio: number): string {
  return ratio > 0 && ratio < RATIO_SHOWN_MIN ? `under ${PERCENT.format(RATIO_SHOWN_MIN)}` : PERCENT.format(ratio);
}
