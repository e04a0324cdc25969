interface ExactType {
  /** Digits before the point. */
  readonly whole: number;
  /** Digits after it. */
  readonly decimals: number;
  readonly isUnsigned: boolean;
}

const BIGINT = { whole: 19, decimals: 0 };

/** Undefined for a type that does not hold exact numbers of up to 19 digits. */
function parseType(text: string): ExactType | undefined {
  const match = /^(bigint|decimal\((\d+),(\d+)\))/i.exec(text);
  if (match === null) return undefined;
  const [, , digits, decimals] = match;
  const isUnsigned = /\bunsigned\b/i.test(text);
  if (digits === undefined || decimals === undefined) return { ...BIGINT, isUnsigned };
  return { whole: Number(digits) - Number(decimals), decimals: Number(decimals), isUnsigned };
}

/** True if a column of the found type holds every value of the needed one exactly; if not `isSigned`, every value above zero. */
export function holdsAll(found: string, needed: string, isSigned: boolean): boolean {
  const [has, needs] = [parseType(found), parseType(needed)];
  if (has === undefined || needs === undefined) return false;
  return has.whole >= needs.whole && has.decimals >= needs.decimals && (!isSigned || !has.isUnsigned);
}
