import type { RunReport } from '@retail-etl/sales';
import { expect } from 'vitest';
import { publishedRows } from './oracle-stack.js';
import type { Stack } from './stack.js';

/** A run that has to fail and to leave what was published. */
export async function refusedRun(stack: Stack): Promise<RunReport> {
  const before = await publishedRows(stack);
  const report = await stack.run();
  expect(report.state).toBe('failed');
  expect(await publishedRows(stack)).toEqual(before);
  return report;
}

/** The error of a report, with its message as text or as a pattern. */
export const refusal = (code: string, message: string | RegExp): object => ({
  code,
  message: message instanceof RegExp ? expect.stringMatching(message) : message,
});
