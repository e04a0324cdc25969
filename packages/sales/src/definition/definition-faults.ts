import { EtlError } from '@retail-etl/contracts';
import type { Fault } from './yaml-value.js';

/** So many faults a message tells. */
const FAULTS_SHOWN_MAX = 50;

/** SOURCES_INVALID, with all faults of a declaration in the order of their places. */
export class DefinitionFaults extends EtlError {
  readonly faults: readonly Fault[];

  /** `file`: its name, for the message. */
  constructor(file: string, faults: readonly Fault[]) {
    const shown = faults.slice(0, FAULTS_SHOWN_MAX).map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
    const more = faults.length - shown.length;
    super('SOURCES_INVALID', `${file}: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`);
    this.faults = faults;
  }
}
