import { isBuiltInDate, isDateFormat } from './date-formats.js';
import { damaged } from './refuse.js';
import { type Attributes, type ElementHandler, type ElementTree, LEAF } from './xml-parts.js';

export const STYLES: ElementTree = { styleSheet: { numFmts: { numFmt: LEAF }, cellXfs: { xf: LEAF } } };

/** Spreadsheets allow 65,490 styles of cells, and fewer formats. */
const STYLES_MAX = 1 << 17;

/** Which styles of cells show numbers as dates. */
export class Styles implements ElementHandler {
  readonly #name: string;
  readonly #formats = new Map<number, boolean>();
  readonly #formatOfStyle: number[] = [];
  #isDate: boolean[] | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  open(element: string, attributes: Attributes): void {
    if (element === 'numFmt') this.#formats.set(Number(attributes['numFmtId']), isDateFormat(attributes['formatCode'] ?? ''));
    if (element === 'xf') this.#formatOfStyle.push(Number(attributes['numFmtId'] ?? 0));
    if (this.#formats.size > STYLES_MAX || this.#formatOfStyle.length > STYLES_MAX)
      throw damaged(this.#name, `it has more than ${STYLES_MAX} styles`);
  }

  /** True if the style of a cell, by its number, is that of a date. Call it when all was read. */
  isDate(style: number): boolean {
    this.#isDate ??= this.#formatOfStyle.map((format) => this.#formats.get(format) ?? isBuiltInDate(format));
    return this.#isDate[style] === true;
  }
}
