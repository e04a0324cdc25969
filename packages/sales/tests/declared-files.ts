import { EtlError } from '@retail-etl/contracts';
import { parseDefinition, type SalesDefinition } from '@retail-etl/sales';
import { expect } from 'vitest';

export const parse = (yaml: string): SalesDefinition => parseDefinition(yaml, 'sources.yaml');

export const COLUMNS = '{ product_id: SKU, quantity: Qty, sale_amount: Total, sale_date: Day }';

/** A file of one source: `top` are lines before, `inner` further lines of the source. */
export const file = (inner: string, columns = COLUMNS, top = ''): string => `${top}sources:
  - name: shop
    files: '*.csv'
${inner === '' ? '' : `    ${inner}\n`}    columns: ${columns}
`;

/** The faults of a file, each as `line:column message`. */
export function faultsOf(yaml: string): string[] {
  try {
    parse(yaml);
  } catch (error) {
    if (!(error instanceof EtlError) || error.code !== 'SOURCES_INVALID') throw error;
    expect(error.message).toMatch(/^sources\.yaml: /);
    return error.message
      .slice('sources.yaml: '.length)
      .split(/; (?=line \d)/)
      .map((fault) => fault.replace(/^line (\d+), column (\d+): /, '$1:$2 '));
  }
  return [];
}

export const source = (yaml: string): SalesDefinition['sources'][number] => parse(yaml).sources[0]!;
