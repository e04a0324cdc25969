import type { Rules } from '@retail-etl/judging';
import { BUILT_IN } from '@retail-etl/sales';

/** What rows are judged by where no sources are declared. Date formats and the window are those of `more`: none unless told otherwise. */
export function builtInRules(more: Partial<Pick<Rules, 'from' | 'to' | 'dateFormats'>> = {}): Rules {
  return { model: BUILT_IN.model, source: BUILT_IN.sources[1]!, dateFormats: [], ...more };
}
