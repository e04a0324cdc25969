import { distance } from 'fastest-levenshtein';
import { isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

/** A key that differs in more characters is another one. */
const CHANGES_MAX = 3;
/** Mostly a pattern of files, such as `*.csv`, without quotes. */
const ALIAS = "a value that begins with * needs quotes, such as '*.csv' (aliases of YAML are not supported)";

/** A fault of the file, with the place of what is wrong in it. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Gathers the faults of one file, so that all are reported at once. */
export class Faults {
  readonly list: Fault[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  add(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.list.push({ line, column: col, message });
  }
}

/** A value of the file with its place. Each reader returns undefined after it has added a fault. */
export class YamlValue {
  readonly #node: Node | null;
  readonly #offset: number;
  readonly #faults: Faults;
  /** Where it stands, for messages: `sources[0].csv.delimiter`. */
  readonly path: string;

  constructor(node: Node | null, offset: number, path: string, faults: Faults) {
    this.#node = node;
    this.#offset = node?.range?.[0] ?? offset;
    this.path = path;
    this.#faults = faults;
  }

  fault(message: string): undefined {
    this.#faults.add(this.#offset, `${this.path === '' ? '' : `${this.path}: `}${message}`);
    return undefined;
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** A text as it is written: `0012` stays `0012`. */
  text(): string | undefined {
    if (isAlias(this.#node)) return this.fault(ALIAS);
    if (isScalar<string>(this.#node) && typeof this.#node.value === 'string') {
      if (this.#node.value === '' && this.#node.type === 'PLAIN') return this.fault('a value is missing');
      if (this.#node.value.includes('\0')) return this.fault('a text holds no character of code 0');
      return this.#node.value;
    }
    return this.fault(this.#node === null ? 'a value is missing' : 'a text is expected here');
  }

  /** A text that says something. */
  filled(): string | undefined {
    const text = this.text();
    return text?.trim() === '' ? this.fault('a value is missing') : text;
  }

  oneOf<T extends string>(values: readonly T[]): T | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const found = values.find((value) => value === text);
    return found ?? this.fault(`"${text}" is not one of ${values.join(', ')}${suggestion(text, values)}`);
  }

  flag(): boolean | undefined {
    const found = this.oneOf(['true', 'false']);
    return found === undefined ? undefined : found === 'true';
  }

  integer(min: number, max: number): number | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    return this.fault(`"${text}" is not a whole number from ${min} to ${max}`);
  }

  ratio(): number | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    if (/^(\d+(\.\d*)?|\.\d+)$/.test(text) && Number(text) <= 1) return Number(text);
    return this.fault(`"${text}" is not a number from 0 to 1`);
  }

  /** The values by key; every other key is a fault. Without `allowed`, any key may be there. */
  map(allowed?: readonly string[]): Map<string, YamlValue> | undefined {
    if (isAlias(this.#node)) return this.fault(ALIAS);
    if (!isMap(this.#node)) return this.fault('keys with values are expected here');
    const values = new Map<string, YamlValue>();
    const seen = new Set<string>();
    for (const pair of this.#node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const offset = pair.key.range?.[0] ?? this.#offset;
      const path = this.path === '' ? key : `${this.path}.${key}`;
      if (seen.has(key)) {
        this.#faults.add(offset, `${path}: the key appears twice`);
        continue;
      }
      seen.add(key);
      if (allowed !== undefined && !allowed.includes(key)) {
        this.#faults.add(offset, `${path}: there is no such key${suggestion(key, allowed)}`);
        continue;
      }
      values.set(key, new YamlValue(pair.value, offset, path, this.#faults));
    }
    return values;
  }

  list(): YamlValue[] | undefined {
    if (isAlias(this.#node)) return this.fault(ALIAS);
    if (!isSeq(this.#node)) return this.fault('a list is expected here');
    if (this.#node.items.length === 0) return this.fault('the list is empty');
    return this.#node.items.map((item, index) => new YamlValue(item as Node, this.#offset, `${this.path}[${index}]`, this.#faults));
  }

  /** A list, or one value that stands for a list of one. */
  oneOrMore(): YamlValue[] | undefined {
    return this.isList ? this.list() : [this];
  }

  /** A list of texts, or one text. */
  texts(): string[] | undefined {
    const values = this.oneOrMore()?.map((value) => value.text());
    return values?.every((value) => value !== undefined) === true ? values : undefined;
  }
}

/** The nearest of `names`, if one is near: ` (did you mean delimiter?)`. */
export function suggestion(text: string, names: readonly string[]): string {
  const near = names
    .map((name) => ({ name, changes: distance(text.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes)[0];
  return near !== undefined && near.changes > 0 && near.changes <= Math.min(CHANGES_MAX, near.name.length - 1)
    ? ` (did you mean ${near.name}?)`
    : '';
}
