import { shownText } from '@retail-etl/contracts';
import { NoProposal } from '../no-proposal.js';
import type { ProposedColumns } from '../proposed-source.js';
import type { Chosen } from './choose-columns.js';
import type { Role } from './words.js';

/** In words, what a sale has to have and no column looks like. */
export function lackingRoles(chosen: Chosen): string[] {
  return [
    ...(chosen.has('product_id') ? [] : ['product']),
    ...(chosen.has('sale_date') ? [] : ['date']),
    ...(chosen.has('sale_amount') || chosen.has('price') ? [] : ['amount or price']),
  ];
}

/** `names`: those of the header. Throws NoProposal. */
export function proposedColumns(chosen: Chosen, names: readonly string[]): ProposedColumns {
  const name = (role: Role): string | null => chosen.get(role)?.column.name ?? null;
  const [product, date, amount, price] = (['product_id', 'sale_date', 'sale_amount', 'price'] as const).map(name);
  const lacking = lackingRoles(chosen);
  if (typeof product !== 'string' || typeof date !== 'string' || lacking.length > 0)
    throw new NoProposal(
      `no column looks like the ${lacking.join(', the ')} of a sale; the header names ${names.map((each) => shownText(each, 40)).join(', ')}`,
    );
  return {
    sale_id: name('sale_id'),
    product_id: product,
    quantity: name('quantity'),
    sale_amount: amount ?? { price: price!, less: name('less') },
    sale_date: date,
    store: name('store'),
  };
}
