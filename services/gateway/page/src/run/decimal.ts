/** Decimal texts are compared as whole numbers of millionths, so that no digit is lost to a float. */
function toMillionths(text: string): bigint {
  const [whole = '0', decimals = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * 1_000_000n + BigInt(decimals.slice(0, 6).padEnd(6, '0'));
  return text.startsWith('-') ? -value : value;
}

function toText(millionths: bigint): string {
  const digits = (millionths < 0n ? -millionths : millionths).toString().padStart(7, '0');
  const text = `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '');
  return millionths < 0n ? `-${text}` : text;
}

/** `after - before`, exact; an absent value counts as nothing. */
export function difference(before: string | undefined, after: string | undefined): string {
  return toText(toMillionths(after ?? '0') - toMillionths(before ?? '0'));
}

/** The exact sum. */
export function sum(values: readonly string[]): string {
  return toText(values.reduce((total, value) => total + toMillionths(value), 0n));
}

export function isSame(left: string, right: string): boolean {
  return toMillionths(left) === toMillionths(right);
}
