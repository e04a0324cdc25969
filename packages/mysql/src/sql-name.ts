import { escapeId } from 'mysql2';

/** Names of tables and columns that are there without a declaration; none is a reserved word. */
const KNOWN = /^(?:sales_summary|product_id|sale_date|(?:total|returned)_(?:quantity|sale_amount|amount))$/;

/** The name of a summary or of one of its columns, as a statement writes it: one that is declared may be a reserved word. */
export function sqlName(name: string): string {
  return KNOWN.test(name) ? name : escapeId(name, true);
}
