import type { SourceDefinition, SourceKind, SourcePlace } from '@retail-etl/sales';
import type { SourceSettings } from '@retail-etl/config';

/** A definition whose place is of one kind. */
export interface DeclaredSource<Kind extends SourceKind> {
  readonly definition: SourceDefinition & { readonly place: Extract<SourcePlace, { kind: Kind }> };
  /** False for the sources that are there without a declaration. */
  readonly isDeclared: boolean;
  readonly settings: SourceSettings;
}
