/** As many decimals as the pipeline keeps: those of an amount, 15, and those of a quantity, 3, when one is multiplied by the other. */
const DECIMALS = 18;
const UNIT = 10n ** BigInt(DECIMALS);

/** Decimal texts are compared as whole numbers of the smallest unit, so that no digit is lost to a float. */
function toUnits(text: string): bigint {
  const [whole = '0', decimals = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * UNIT + BigInt(decimals.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
  return text.startsWith('-') ? -value : value;
}

function toText(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(DECIMALS + 1, '0');
  const text = `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`.replace(/\.?0+$/, '');
  return units < 0n ? `-${text}` : text;
}

/** `after - before`, exact; an absent value counts as nothing. */
export function difference(before: string | undefined, after: string | undefined): string {
  return toText(toUnits(after ?? '0') - toUnits(before ?? '0'));
}

/** The exact sum. */
export function sum(values: readonly string[]): string {
  return toText(values.reduce((total, value) => total + toUnits(value), 0n));
}

export function isSame(left: string, right: string): boolean {
  return toUnits(left) === toUnits(right);
}
