/** Exact decimals as whole numbers of the smallest unit that occurs, so that sums in JavaScript lose nothing. */
const DECIMALS = 18;
const UNIT = 10n ** BigInt(DECIMALS);

/** Decimals that are always written. */
const SHOWN_MIN = 6;

/** `12.5` as a whole number of units. The text is a decimal number with at most 18 decimals, as DuckDB and MySQL write them. */
export function decimalUnits(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(text);
  if (match === null) throw new Error(`not a decimal number: ${text.slice(0, 60)}`);
  const [, sign, whole = '0', decimals = ''] = match;
  const value = BigInt(whole) * UNIT + BigInt(decimals.padEnd(DECIMALS, '0'));
  return sign === '-' ? -value : value;
}

/** Units as `12.500000`: with `shown` decimals, or more if there are. */
export function decimalText(units: bigint, shown = SHOWN_MIN): string {
  const digits = (units < 0n ? -units : units).toString().padStart(DECIMALS + 1, '0');
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, '').padEnd(shown, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** The sum of decimal numbers, with at least `shown` decimals. */
export function addDecimals(texts: readonly string[], shown = SHOWN_MIN): string {
  return decimalText(
    texts.reduce((sum, text) => sum + decimalUnits(text), 0n),
    shown,
  );
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
