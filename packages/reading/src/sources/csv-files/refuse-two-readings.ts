import { EtlError } from '@retail-etl/contracts';
import type { SourceDefinition } from '@retail-etl/sales';

/**
 * Throws SOURCES_INVALID for a source that takes workbooks if its pattern has the day before the month: dates of workbooks are ISO 8601 or of
 * the pattern, and both read `2026-02-01`.
 */
export function refuseTwoReadings({ name, dates }: SourceDefinition): void {
  if (/^%Y-%-?d-%-?m/.test(dates.pattern ?? ''))
    throw new EtlError(
      'SOURCES_INVALID',
      `source ${name}: in workbooks, dates of "${dates.pattern}" cannot be told from those of ISO 8601; declare a source of its own for *.xlsx, with dates '%Y-%m-%d' if its cells are dates`,
    );
}
