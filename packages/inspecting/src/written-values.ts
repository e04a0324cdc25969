import { type IsCounted, type Table, valuesIn } from './table.js';
import { decimalsBy } from './values/guess-numbers.js';
import { isIsoDate } from './values/guess-dates.js';

/*
 * A cell that holds a number or a date needs no declaration, whatever else the column holds. What is written as text does.
 */

/** The values of a column that are texts, so that the form of numbers counts. */
export function writtenNumbers(tables: readonly Table[], column: string, isCounted: IsCounted): string[] {
  return valuesIn(tables, column, isCounted, ({ isNumber }, field) => isNumber?.(field) !== true);
}

/** The most decimals of a column's numbers in cells. */
export function decimalsInCells(tables: readonly Table[], column: string, isCounted: IsCounted): number {
  const numbers = valuesIn(tables, column, isCounted, ({ isNumber }, field) => isNumber?.(field) === true);
  return decimalsBy(numbers, { decimal: '.', group: null });
}

/** The values of a column for which a pattern of dates counts. In workbooks a run reads ISO 8601 beside it. */
export function writtenDates(tables: readonly Table[], column: string, isCounted: IsCounted): string[] {
  return valuesIn(tables, column, isCounted, ({ fields }, field, { sheet }) => sheet === null || !isIsoDate(fields[field] ?? ''));
}

/** The dates of cells. */
export function cellDates(tables: readonly Table[], column: string, isCounted: IsCounted): string[] {
  return valuesIn(tables, column, isCounted, ({ fields }, field, { sheet }) => sheet !== null && isIsoDate(fields[field] ?? ''));
}
