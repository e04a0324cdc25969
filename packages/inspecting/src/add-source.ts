import { EtlError } from '@retail-etl/contracts';
import { parseDefinition } from '@retail-etl/sales';
import { isMap, isSeq, parseDocument } from 'yaml';
import { NoProposal } from './no-proposal.js';
import type { Proposal } from './proposed-source.js';

/**
 * The text of an existing declaration with the proposed source at its end; all comments stay. Throws SOURCES_INVALID if the file itself has
 * faults, and NoProposal with the reason if the source does not go with what is there.
 */
export function addSource(existing: string, { source, yaml }: Proposal, file: string): string {
  const before = parseDefinition(existing, file);
  if (before.sources.some(({ name }) => name === source.name))
    throw new NoProposal(`${file} has a source ${source.name} already: give another name (--name)`);
  if (before.model.ids.product === 'integer' && source.product === 'text')
    throw new NoProposal(`${file} says that products are integers, and those of ${source.name} are texts: write product: text there first`);
  if (before.model.quantityDecimals < source.quantityDecimals)
    throw new NoProposal(
      `quantities of ${source.name} have decimals: write quantity_decimals: ${source.quantityDecimals} into ${file} first`,
    );
  const document = parseDocument(existing, { schema: 'failsafe' });
  const added = parseDocument(yaml, { schema: 'failsafe' }).getIn(['sources', 0], true);
  const sources = document.get('sources', true);
  if (!isSeq(sources) || !isMap(added)) throw new NoProposal(`${file}: sources is no list`);
  sources.add(added);
  const text = document.toString({ lineWidth: 0 });
  try {
    parseDefinition(text, file);
  } catch (error) {
    if (error instanceof EtlError) throw new NoProposal(`with ${source.name}, ${error.message}`, { cause: error });
    throw error;
  }
  return text;
}
