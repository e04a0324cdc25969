import { columnKey } from '../column-name.js';
import type { InputColumn } from './definition.js';

/** Gathers the columns that a source takes from its records; one that is named twice is taken once. */
export class Inputs {
  /** By key; there may be many. */
  readonly #byKey = new Map<string, { name: string; names: readonly string[]; keys: readonly string[]; isStaged: boolean }>();
  readonly #columns: { name: string; names: readonly string[]; keys: readonly string[]; isStaged: boolean }[] = [];

  /**
   * The staged name of the column that has one of `names`. Throws a text that says what is wrong: a name that is empty, or that is also one of
   * the names of another column.
   */
  add(names: readonly string[], isStaged: boolean): string {
    const keys = names.map(columnKey);
    if (keys.includes('')) throw new Error('a column has no name');
    if (new Set(keys).size < keys.length) throw new Error(`names that are the same: ${names.join(', ')}`);
    const same = keys.map((key) => this.#byKey.get(key)).find((column) => column !== undefined);
    if (same === undefined) {
      const name = `c${this.#columns.length + 1}`;
      const column = { name, names, keys, isStaged };
      this.#columns.push(column);
      for (const key of keys) this.#byKey.set(key, column);
      return name;
    }
    if (same.keys.length !== keys.length || !keys.every((key) => this.#byKey.get(key) === same))
      throw new Error(`${names.join(', ')} and ${same.names.join(', ')} share a name; give both the same names`);
    same.isStaged ||= isStaged;
    return same.name;
  }

  get list(): InputColumn[] {
    return this.#columns.map(({ name, names, isStaged }) => ({ name, names, isStaged }));
  }
}
