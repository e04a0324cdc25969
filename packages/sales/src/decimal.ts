/** Exact decimals as whole numbers of millionths, so that sums in JavaScript lose nothing. */
const DECIMALS = 6;
const UNIT = 10n ** BigInt(DECIMALS);

/** `12.5` as 12500000n. The text is a decimal number with at most six decimals, as DuckDB and MySQL write them. */
export function toMillionths(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) throw new Error(`not a decimal number: ${text.slice(0, 60)}`);
  const [, sign, whole = '0', decimals = ''] = match;
  const value = BigInt(whole) * UNIT + BigInt(decimals.padEnd(DECIMALS, '0'));
  return sign === '-' ? -value : value;
}

/** 12500000n as `12.500000`. */
export function fromMillionths(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(DECIMALS + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}

/**
 * `4.5000` as `4.50` for two decimals: a column with more decimals, or one that pads numbers, writes zeros that say nothing. Other decimals
 * stay, and so does a text that is no decimal number.
 */
export function plainDecimal(text: string, decimals: number): string {
  const match = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', found = ''] = match;
  const shown = found.padEnd(decimals, '0');
  return `${sign}${whole}${shown === '' ? '' : `.${shown}`}`;
}
