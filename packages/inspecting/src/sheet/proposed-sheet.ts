import { shownText } from '@retail-etl/contracts';
import type { IsCounted, Table } from '../table.js';
import { isMissingMarker } from '../values/looks-like.js';
import { cellDates, writtenDates } from '../written-values.js';

/** So many names of sheets a message has. */
const SHOWN_MAX = 10;
function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_MAX).map((name) => `"${shownText(name, 40)}"`);
  return `${shown.join(', ')}${names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : ''}`;
}

/** The name of the sheet, if a workbook has several that are seen; null otherwise. */
export function sheetOf(tables: readonly Table[]): string | null {
  return tables.find(({ sheet }) => sheet !== null && sheet.others.length > 0)?.sheet?.name ?? null;
}

/** What is not sure of the sheets that were taken, and of their dates. */
export function sheetNotes(tables: readonly Table[], dateColumn: string, isSale: IsCounted): string[] {
  const sheets = tables.flatMap(({ name, sheet }) => (sheet === null ? [] : [{ file: name, ...sheet }]));
  const names = new Set(sheets.map(({ name }) => name.toLowerCase()));
  const starts = new Set(tables.map(({ header }) => header.skipLines));
  return [
    ...sheets
      .filter(({ others }) => others.length > 0)
      .map(
        ({ file, name, others, alike }) =>
          `${shownText(file)} has several visible sheets; "${shownText(name, 40)}" was taken, not ${listed(others)}` +
          (alike.length === 0 ? '' : `. A source reads one sheet, and ${listed(alike)} may be sales, too`),
      ),
    ...(names.size > 1 && sheetOf(tables) !== null ? ['sheets have other names in other files: make a source of each'] : []),
    ...(sheets.length > 0 && starts.size > 1 ? ['headers stand in other lines in other files: make a source of each'] : []),
    ...mixedDates(tables, dateColumn, isSale),
  ];
}

/** Where a spreadsheet could not read a date, it left the text, and may have exchanged day and month of the others. */
function mixedDates(tables: readonly Table[], column: string, isSale: IsCounted): string[] {
  const sheets = tables.filter(({ sheet }) => sheet !== null);
  const texts = writtenDates(sheets, column, isSale).filter((text) => text.trim() !== '' && !isMissingMarker(text));
  if (texts.length === 0 || cellDates(sheets, column, isSale).length === 0) return [];
  return [
    `column "${shownText(column)}" holds dates in some cells and texts in others, such as "${shownText(texts[0]!, 30)}": check that day and month of the dates are right`,
  ];
}
