import { shownText } from '@retail-etl/contracts';

/** A line has at most so many columns. */
export const LINE_MAX = 100;
const GAP = 2;

export interface TableColumn {
  readonly title: string;
  /** Longer cells are shortened. */
  readonly max: number;
  /** Numbers stand at the right. */
  readonly isRight?: boolean;
}

/** Lines of aligned columns, each at most LINE_MAX long. What cannot be seen is escaped. `paint`: colours a cell of the last column. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  paint: (cell: string, row: number) => string = (cell) => cell,
): string[] {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map((cell, at) => shortened(cell, columns[at]!.max)));
  const widths = columns.map((_, at) => cells.reduce((widest, row) => Math.max(widest, widthOf(row[at]!)), 0));
  const last = columns.length - 1;
  const room = LINE_MAX - GAP - widths.slice(0, last).reduce((sum, width) => sum + width + GAP, 0);
  return cells.map((row, index) => {
    const texts = row.map((cell, at) => {
      if (at === last) return index === 0 ? cell : paint(shortened(cell, Math.max(8, room)), index - 1);
      const padding = ' '.repeat(widths[at]! - widthOf(cell));
      return columns[at]!.isRight === true ? padding + cell : cell + padding;
    });
    return `${' '.repeat(GAP)}${texts.join(' '.repeat(GAP))}`.trimEnd();
  });
}

/** A text of at most `max` characters, what cannot be seen escaped. */
function shortened(text: string, max: number): string {
  const shown = Array.from(shownText(text, max));
  return shown.length <= max ? shown.join('') : `${shown.slice(0, max - 1).join('')}…`;
}

const widthOf = (text: string): number => Array.from(text).length;

/** Lines of at most LINE_MAX columns, broken between words; all but the first begin with `indent`. */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > LINE_MAX) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `9,648 records`; `1 record`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : several}`;
}

export const grouped = (count: number): string => count.toLocaleString('en-US');
