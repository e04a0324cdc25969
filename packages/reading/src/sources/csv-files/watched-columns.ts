import { amountParts, compileExpression, type SourceDefinition, type Term } from '@retail-etl/sales';
import type { WatchedColumns } from '../../codec/csv/repeated-headers.js';
import type { CarriedColumns } from './carrying-rows.js';

/** The staged columns of a source, in the order of the sink's. */
function stagedNames({ inputs }: Pick<SourceDefinition, 'inputs'>): string[] {
  return inputs.filter(({ isStaged }) => isStaged).map(({ name }) => name);
}

/** What has to be known to tell headers and footers among the records. `names`: of the sink's columns in the file's header. */
export function watchedColumns(definition: SourceDefinition, names: readonly string[], isDeclared: boolean): WatchedColumns {
  const staged = stagedNames(definition);
  const { quantity, saleAmount } = definition.columns;
  const numbers: Term[] = [quantity, ...amountParts(saleAmount).map(([, term]) => term)];
  const numberColumns = numbers.flatMap((term) => (term.kind === 'input' ? [staged.indexOf(term.name)] : []));
  const { currency, isAccounting, decimal } = definition.numbers;
  return {
    names,
    numberColumns: [...new Set(numberColumns)],
    otherStarts: `${currency ?? ''}${isAccounting ? '(' : ''}${decimal}`,
    footer: definition.csv.footer === null ? null : compileExpression(definition.csv.footer),
    areCommon: isDeclared,
  };
}

/** Those of the sink's columns that are parts of an amount. */
export function amountColumns(definition: SourceDefinition): number[] {
  const staged = stagedNames(definition);
  return amountParts(definition.columns.saleAmount).flatMap(([, term]) => (term.kind === 'input' ? [staged.indexOf(term.name)] : []));
}

/** Which of the sink's columns are carried; null if none is. */
export function carriedColumns(definition: SourceDefinition): CarriedColumns | null {
  const { carry } = definition;
  if (carry === null) return null;
  const staged = stagedNames(definition);
  return { within: staged.indexOf(carry.within), columns: carry.columns.map((name) => staged.indexOf(name)) };
}
