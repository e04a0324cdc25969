import type { Chosen } from './columns/choose-columns.js';
import type { Role } from './columns/words.js';
import type { IsCounted, Table } from './table.js';
import { guessFooter } from './text/guess-footer.js';
import type { RawRecord } from './text/split-records.js';

/** Totals and the like at the end of files that are seen whole. */
export function footerOf(tables: readonly Table[], chosen: Chosen, isCounted: IsCounted): { pattern: string | null; lines: RawRecord[] } {
  const whole = tables.filter(({ isWhole }) => isWhole);
  const found = whole.map((table) => {
    const field = (role: Role): number => table.header.names.indexOf(chosen.get(role)?.column.name ?? '');
    const [product, date] = [field('product_id'), field('sale_date')];
    return guessFooter(
      table.records,
      (record) => isCounted(record, table) && (record.fields[product] ?? '').trim() !== '' && /\d/.test(record.fields[date] ?? ''),
    );
  });
  const patterns = [...new Set(found.flatMap(({ pattern }) => (pattern === null ? [] : [pattern])))];
  return {
    pattern: patterns.length === 0 ? null : patterns.length === 1 ? patterns[0]! : `^(${patterns.map((each) => each.slice(1)).join('|')})`,
    lines: found.flatMap(({ lines }) => lines),
  };
}
