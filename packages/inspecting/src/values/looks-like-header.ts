import type { RawRecord } from '../text/split-records.js';
import { looksLikeDate, looksLikeValue } from './looks-like.js';

const NAME_LENGTH_MAX = 120;

/** Whether nearly all of the fields that are there look like names of columns. */
export function areNames(fields: readonly string[]): boolean {
  const filled = fields.map((field) => field.trim()).filter((field) => field !== '');
  if (filled.length < 2 || filled.length < fields.length * 0.6) return false;
  const names = filled.filter((field) => /\p{L}/u.test(field) && !looksLikeValue(field) && !looksLikeDate(field));
  return names.length >= filled.length * 0.8 && filled.every((field) => field.length <= NAME_LENGTH_MAX);
}

/** Whether one of the records has a number or a date in a field. */
export function isValueIn(records: readonly RawRecord[], field: number): boolean {
  return records.some(({ fields }) => looksLikeValue(fields[field] ?? '') || looksLikeDate(fields[field] ?? ''));
}
