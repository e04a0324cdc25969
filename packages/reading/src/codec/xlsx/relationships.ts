import { damaged } from './refuse.js';
import { type Attributes, type ElementHandler, type ElementTree, LEAF } from './xml-parts.js';

export const RELATIONSHIPS: ElementTree = { Relationships: { Relationship: LEAF } };

const RELATIONSHIPS_MAX = 1 << 16;

interface Target {
  /** The last part of its address, which is the same in the strict and the transitional form: `worksheet`, `styles`. */
  readonly kind: string;
  /** Name of the part in the ZIP file. */
  readonly part: string;
}

/** Where a part leads to: the contents of `_rels/<part>.rels`. */
export class Relationships implements ElementHandler {
  readonly #name: string;
  readonly #from: string;
  readonly #targets = new Map<string, Target>();

  /** `from`: the part whose relationships these are; empty for the workbook as a whole. */
  constructor(name: string, from: string) {
    this.#name = name;
    this.#from = from;
  }

  /** The part that holds the relationships of a part. */
  static partOf(from: string): string {
    const slash = from.lastIndexOf('/') + 1;
    return `${from.slice(0, slash)}_rels/${from.slice(slash)}.rels`;
  }

  open(element: string, { Id: id, Type: type, Target: target, TargetMode: mode }: Attributes): void {
    if (element !== 'Relationship' || mode === 'External' || id === undefined || type === undefined || target === undefined) return;
    if (this.#targets.size > RELATIONSHIPS_MAX) throw damaged(this.#name, `it has more than ${RELATIONSHIPS_MAX} relationships`);
    this.#targets.set(id, { kind: type.slice(type.lastIndexOf('/') + 1), part: this.#resolve(target) });
  }

  byId(id: string): Target | undefined {
    return this.#targets.get(id);
  }

  /** The part of the first relationship of the kind. */
  byKind(kind: string): string | undefined {
    return [...this.#targets.values()].find((target) => target.kind === kind)?.part;
  }

  /** A target is absolute (`/xl/styles.xml`) or relative to the folder of the part. It cannot leave the ZIP file: names of parts have no `..`. */
  #resolve(target: string): string {
    try {
      const { pathname } = new URL(target.replaceAll('\\', '/'), `part:///${this.#from}`);
      return decodeURIComponent(pathname.replace(/^\/+/, ''));
    } catch {
      return target;
    }
  }
}
