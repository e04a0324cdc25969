import { refused } from './refuse.js';
import { unescapeText } from './unescape.js';

/** Spreadsheets allow 32,767 characters; other programs write somewhat more. */
export const CELL_CHARACTERS_MAX = 1 << 17;

/** Puts the text of one cell together from its pieces. Throws FILE_REFUSED if it grows too long. */
export class CellText {
  readonly #name: string;
  #text = '';

  constructor(name: string) {
    this.#name = name;
  }

  clear(): void {
    this.#text = '';
  }

  append(piece: string): void {
    this.#text = this.#text === '' ? piece : this.#text + piece;
    if (this.#text.length > CELL_CHARACTERS_MAX) throw refused(this.#name, `has a cell with more than ${CELL_CHARACTERS_MAX} characters`);
  }

  /** As it is stored. */
  get stored(): string {
    return this.#text;
  }

  /** Escapes decoded. */
  take(): string {
    return unescapeText(this.#text);
  }
}
