import { damaged, refused } from './refuse.js';
import { CELL_CHARACTERS_MAX, CellText } from './cell-text.js';
import { type ElementHandler, type ElementTree, LEAF } from './xml-parts.js';

export const SHARED_STRINGS: ElementTree = { sst: { si: { t: LEAF, r: { t: LEAF } } } };

const PAGE_BITS = 22;
const PAGE_BYTES = 1 << PAGE_BITS;
/** Positions are 32-bit numbers. */
const BYTES_MAX = 2 ** 32;
/** For each text its position and length. */
const INDEX_BYTES = 8;

/** Texts that were read last are kept as strings, if they are short. */
const CACHE_SLOTS = 1 << 13;
const CACHED_CHARACTERS_MAX = 64;

/**
 * The texts that cells of a workbook refer to by number. They are held as UTF-8 in pages of 4 MiB, with eight bytes of index each, since a million strings
 * would take several times as much. Together they take at most `bytesMax`, and half of a page more. Throws FILE_REFUSED beyond.
 */
export class SharedStrings implements ElementHandler {
  readonly #name: string;
  readonly #bytesMax: number;
  readonly #pages: Buffer[] = [];
  #end = 0;
  #count = 0;
  #starts = new Uint32Array(1 << 10);
  #lengths = new Uint32Array(1 << 10);
  readonly #text: CellText;
  readonly #cachedIndex = new Int32Array(CACHE_SLOTS).fill(-1);
  readonly #cached: string[] = Array.from({ length: CACHE_SLOTS }, () => '');

  constructor(name: string, bytesMax: number) {
    this.#name = name;
    this.#bytesMax = Math.min(bytesMax, BYTES_MAX - PAGE_BYTES);
    this.#text = new CellText(name);
  }

  open(element: string): void {
    if (element === 'si') this.#text.clear();
  }

  text(text: string): void {
    this.#text.append(text);
  }

  close(element: string): void {
    if (element === 'si') this.#add(this.#text.take());
  }

  /** The text of a number. Throws FILE_REFUSED if there is none. */
  at(index: number): string {
    if (!(index >= 0 && index < this.#count)) throw damaged(this.#name, 'a cell has a shared text that is not there');
    const slot = index & (CACHE_SLOTS - 1);
    if (this.#cachedIndex[slot] === index) return this.#cached[slot]!;
    const start = this.#starts[index]!;
    const page = this.#pages[start >>> PAGE_BITS]!;
    const offset = start & (PAGE_BYTES - 1);
    const text = page.toString('utf8', offset, offset + this.#lengths[index]!);
    if (text.length <= CACHED_CHARACTERS_MAX) {
      this.#cachedIndex[slot] = index;
      this.#cached[slot] = text;
    }
    return text;
  }

  #add(text: string): void {
    // A text lies in one page. In UTF-8, it has at most three times as many bytes as characters.
    if ((this.#end & (PAGE_BYTES - 1)) + 3 * text.length > PAGE_BYTES) this.#end = this.#pages.length * PAGE_BYTES;
    const page = this.#end >>> PAGE_BITS;
    if (page === this.#pages.length) this.#pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
    if (this.#count === this.#starts.length) this.#grow();
    const length = this.#pages[page]!.write(text, this.#end & (PAGE_BYTES - 1));
    this.#starts[this.#count] = this.#end;
    this.#lengths[this.#count] = length;
    this.#count += 1;
    this.#end += length;
    if (this.#end + this.#count * INDEX_BYTES > this.#bytesMax)
      throw refused(this.#name, `is too large: its shared texts take more than ${this.#bytesMax} bytes`);
  }

  #grow(): void {
    const starts = new Uint32Array(2 * this.#starts.length);
    const lengths = new Uint32Array(2 * this.#lengths.length);
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    this.#starts = starts;
    this.#lengths = lengths;
  }
}

// A text always fits a page.
if (3 * CELL_CHARACTERS_MAX > PAGE_BYTES) throw new Error('pages of shared strings are too small');
