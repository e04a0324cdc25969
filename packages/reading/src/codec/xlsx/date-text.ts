import { decimalText, numberIn } from './decimal-text.js';

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/** Day 0 of the system of 1900, for days after the false 29 February, and day 0 of that of 1904. */
const EPOCH_1900_MS = Date.UTC(1899, 11, 30);
const EPOCH_1904_MS = Date.UTC(1904, 0, 1);
/** Lotus 1-2-3 took 1900 for a leap year, and spreadsheets still do. */
const FALSE_LEAP_DAY = 60;
/** 31 December 9999. */
const LAST_DAY_1900 = 2_958_465;
const LAST_DAY_1904 = 2_957_003;

/**
 * The text of a number in a cell with the format of a date: `YYYY-MM-DD`, with a time of day `YYYY-MM-DD HH:MM:SS`, below one day `HH:MM:SS`.
 * It is rounded to milliseconds and then to seconds. Day 60 of the system of 1900 is `1900-02-29`, as a spreadsheet shows it. Numbers that are no date, negative or
 * after 9999, are returned as `decimalText` does.
 */
export function dateText(text: string, isFrom1904: boolean): string {
  const serial = numberIn(text);
  if (serial === undefined || serial < 0) return decimalText(text);
  const seconds = Math.round(Math.round(serial * DAY_MS) / 1_000);
  if (seconds < DAY_SECONDS) return timeOfDay(seconds);
  const day = Math.floor(seconds / DAY_SECONDS);
  if (day > (isFrom1904 ? LAST_DAY_1904 : LAST_DAY_1900)) return decimalText(text);
  const date = isFrom1904 ? isoDay(EPOCH_1904_MS, day) : dayOf1900(day);
  const secondsOfDay = seconds - day * DAY_SECONDS;
  return secondsOfDay === 0 ? date : `${date} ${timeOfDay(secondsOfDay)}`;
}

function dayOf1900(day: number): string {
  if (day === FALSE_LEAP_DAY) return '1900-02-29';
  return isoDay(EPOCH_1900_MS, day < FALSE_LEAP_DAY ? day + 1 : day);
}

function isoDay(epochMs: number, day: number): string {
  return new Date(epochMs + day * DAY_MS).toISOString().slice(0, 10);
}

function timeOfDay(seconds: number): string {
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
