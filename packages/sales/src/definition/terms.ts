import type { AmountTerm, SourceColumns, Term } from './definition.js';

/** All terms of a source, those inside of others included. */
export function termsOf(columns: SourceColumns): Term[] {
  const { saleId, productId, quantity, saleAmount, saleDate, dimensions } = columns;
  const own = [saleId, productId, quantity, ...amountParts(saleAmount).map(([, term]) => term), saleDate, ...Object.values(dimensions)];
  return own.flatMap((term) => (term === null ? [] : term.kind === 'all' ? [term, ...term.parts] : [term]));
}

/** The terms of an amount by the names of its parts. */
export function amountParts(amount: AmountTerm): [name: 'sale_amount' | 'price' | 'gross' | 'less', term: Term][] {
  switch (amount.kind) {
    case 'amount':
      return [['sale_amount', amount.amount]];
    case 'price':
      return [['price', amount.price], ...(amount.less === null ? [] : [['less', amount.less] as ['less', Term]])];
    case 'gross':
      return [
        ['gross', amount.gross],
        ['less', amount.less],
      ];
  }
}
