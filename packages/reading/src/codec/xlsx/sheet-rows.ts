import { CellText } from './cell-text.js';
import { dateText } from './date-text.js';
import { decimalText } from './decimal-text.js';
import { damaged } from './refuse.js';
import type { SharedStrings } from './shared-strings.js';
import type { Styles } from './styles.js';
import { type Attributes, type ElementHandler, type ElementTree, LEAF } from './xml-parts.js';

export const WORKSHEET: ElementTree = { worksheet: { sheetData: { row: { c: { v: LEAF, is: { t: LEAF, r: { t: LEAF } } } } } } };

const ROWS_MAX = 1 << 20;
const COLUMNS_MAX = 1 << 14;

/** A batch is full by rows, or by cells and long texts. */
const BATCH_ROWS = 512;
const BATCH_WEIGHT = 1 << 15;
/** So many characters weigh as much as a cell. */
const CHARACTERS_OF_WEIGHT = 64;

/** One row of a sheet. */
export class SheetRow {
  /** From 1 on, as the spreadsheet shows it. Rows that the sheet leaves out are left out here. */
  readonly row: number;
  /** The texts from column A on, without empty ones at the end. */
  readonly cells: string[];
  readonly #numbers: ReadonlySet<number>;

  constructor(row: number, cells: string[], numbers: ReadonlySet<number>) {
    this.row = row;
    this.cells = cells;
    this.#numbers = numbers;
  }

  /** Whether a cell, from 0 on, holds a number that is no date: then its text has a point, whatever the texts of the sheet have. */
  isNumber(cell: number): boolean {
    return this.#numbers.has(cell);
  }
}

/** What the cells of a sheet refer to. */
export interface SheetContext {
  /** Of the workbook, for messages. */
  readonly name: string;
  readonly isFrom1904: boolean;
  readonly sharedStrings: SharedStrings | undefined;
  readonly styles: Styles | undefined;
}

/** Makes rows of the elements of a worksheet. */
export class SheetRows implements ElementHandler {
  readonly #context: SheetContext;
  readonly #text: CellText;
  #batch: SheetRow[] = [];
  #weight = 0;
  #row = 0;
  #numbers = new Set<number>();
  #cells: string[] = [];
  #column = 0;
  #type = 'n';
  #style = 0;
  #hasInlineText = false;
  #isWanted = true;

  constructor(context: SheetContext) {
    this.#context = context;
    this.#text = new CellText(context.name);
  }

  /** True if there is enough to hand on. */
  get isDue(): boolean {
    return this.#batch.length >= BATCH_ROWS || this.#weight >= BATCH_WEIGHT;
  }

  /** The rows since the last call. */
  take(): SheetRow[] {
    const batch = this.#batch;
    this.#batch = [];
    this.#weight = 0;
    return batch;
  }

  open(element: string, attributes: Attributes): void {
    if (element === 'c') this.#startCell(attributes);
    else if (element === 'row') this.#startRow(attributes['r']);
    else if (element === 'is') this.#startInlineText();
    else if (element === 'v') this.#isWanted = !this.#hasInlineText;
  }

  text(text: string): void {
    if (this.#isWanted) this.#text.append(text);
  }

  close(element: string): void {
    if (element === 'c') this.#endCell();
    else if (element === 'row') this.#endRow();
  }

  #startRow(number: string | undefined): void {
    const row = number === undefined ? this.#row + 1 : Number(number);
    if (!Number.isInteger(row) || row < 1 || row > ROWS_MAX) throw damaged(this.#context.name, `row ${row} is none of a sheet`);
    if (row <= this.#row) throw damaged(this.#context.name, `row ${row} comes after row ${this.#row}`);
    this.#row = row;
    this.#cells = [];
    this.#numbers = new Set();
    this.#column = 0;
  }

  #endRow(): void {
    this.#weight += this.#cells.length;
    this.#batch.push(new SheetRow(this.#row, this.#cells, this.#numbers));
  }

  #startCell({ r: reference, t: type, s: style }: Attributes): void {
    // Columns count from 1 here, and 0 means that there was none.
    const column = reference === undefined ? this.#column + 1 : columnOf(reference);
    if (column < 1 || column > COLUMNS_MAX) throw damaged(this.#context.name, `row ${this.#row} has a cell in no column of a sheet`);
    if (column <= this.#column) throw damaged(this.#context.name, `row ${this.#row} has cells that are not in their order`);
    this.#column = column;
    this.#type = type ?? 'n';
    this.#style = style === undefined ? 0 : Number(style);
    this.#text.clear();
    this.#hasInlineText = false;
    this.#isWanted = true;
  }

  /** Some programs write a value beside the text of a cell; the text counts. */
  #startInlineText(): void {
    this.#text.clear();
    this.#hasInlineText = true;
    this.#isWanted = true;
  }

  #endCell(): void {
    const text = this.#cellText();
    if (text === '') return;
    const cells = this.#cells;
    while (cells.length < this.#column - 1) cells.push('');
    if (this.#type === 'n' && !this.#isDate()) this.#numbers.add(cells.length);
    cells.push(text);
    this.#weight += text.length / CHARACTERS_OF_WEIGHT;
  }

  /** The first style is the default of cells that name none. */
  #cellText(): string {
    const stored = this.#text.stored;
    if (stored === '') return '';
    switch (this.#type) {
      case 'n':
        return this.#isDate() ? dateText(stored, this.#context.isFrom1904) : decimalText(stored);
      case 's':
        return this.#sharedText(stored);
      case 'b':
        return BOOLEANS.get(stored) ?? stored;
      case 'd':
      case 'e':
        return stored;
      default:
        return this.#text.take();
    }
  }

  /** Without the styles, nothing tells a date from a number. */
  #isDate(): boolean {
    const { styles, name } = this.#context;
    if (styles === undefined && this.#style !== 0) throw damaged(name, 'cells have styles, but there are none');
    return styles?.isDate(this.#style) === true;
  }

  #sharedText(number: string): string {
    const strings = this.#context.sharedStrings;
    if (strings === undefined) throw damaged(this.#context.name, 'cells have shared texts, but there are none');
    return strings.at(WHOLE_NUMBER.test(number) ? Number(number) : -1);
  }
}

const WHOLE_NUMBER = /^\s*\d+\s*$/;

const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ['1', 'TRUE'],
  ['true', 'TRUE'],
  ['0', 'FALSE'],
  ['false', 'FALSE'],
]);

const LETTER_A = 65;

/** The column of a reference such as `AB12`, from 1 on; 0 if it has none. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length && column <= COLUMNS_MAX; at += 1) {
    const letter = reference.charCodeAt(at) - LETTER_A;
    if (letter < 0 || letter > 25) break;
    column = column * 26 + letter + 1;
  }
  return column;
}
