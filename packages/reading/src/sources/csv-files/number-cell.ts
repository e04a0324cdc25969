import type { NumberOptions } from '@retail-etl/sales';

/** What a staged column of a workbook is read as. */
interface CellColumn {
  /** A quantity, or a part of an amount. */
  readonly isNumber: boolean;
  readonly isAmount: boolean;
}

/**
 * The text of a cell that holds a number, as the source writes numbers: with its decimal sign, and an amount with as many decimals as it may
 * have, because a spreadsheet shows fewer digits than it keeps. In any other column it is as the spreadsheet would show it, with a point.
 */
export function numberCell(text: string, { decimal, decimals }: NumberOptions, { isNumber, isAmount }: CellColumn): string {
  if (!isNumber) return text;
  const rounded = isAmount ? roundDecimal(text, decimals) : text;
  return decimal === '.' ? rounded : rounded.replace('.', decimal);
}

/** A plain decimal number with at most so many decimals; halves are rounded away from zero. */
function roundDecimal(text: string, decimals: number): string {
  const match = /^(-?)(\d+)\.(\d+)$/.exec(text);
  if (match === null || match[3]!.length <= decimals) return text;
  const [, sign, whole = '', fraction = ''] = match;
  const up = fraction.charCodeAt(decimals) >= '5'.charCodeAt(0) ? 1n : 0n;
  const units = (BigInt(whole + fraction.slice(0, decimals)) + up).toString().padStart(decimals + 1, '0');
  if (units.replaceAll('0', '') === '') return '0';
  return `${sign}${units.slice(0, units.length - decimals)}${decimals === 0 ? '' : `.${units.slice(-decimals)}`}`;
}
