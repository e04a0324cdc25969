import { EtlError, shownName, shownText } from '@retail-etl/contracts';
import { damaged, refused } from './refuse.js';
import { Relationships, RELATIONSHIPS } from './relationships.js';
import { type Attributes, type ElementHandler, type ElementTree, LEAF, parseWholePart } from './xml-parts.js';
import type { ZipArchive } from './zip-archive.js';

const WORKBOOK: ElementTree = { workbook: { workbookPr: LEAF, sheets: { sheet: LEAF } } };

/** Some programs write other words than `visible`. */
const HIDDEN: ReadonlySet<string> = new Set(['hidden', 'veryHidden']);

const SHEETS_MAX = 1 << 14;
/** So many names of sheets a message has. */
const NAMES_SHOWN_MAX = 20;

/** These parts are small, and held as objects. */
export const SMALL_PART_BYTES_MAX = 1 << 26;

interface Sheet {
  readonly name: string;
  readonly isVisible: boolean;
  readonly relationship: string;
}

/** What a workbook says about its parts. */
export interface Workbook {
  readonly isFrom1904: boolean;
  /** Sheets with cells, in the order of the tabs. */
  readonly sheets: readonly (Sheet & { readonly part: string })[];
  readonly sharedStringsPart: string | undefined;
  readonly stylesPart: string | undefined;
}

/** Reads what a workbook says about its parts. Throws FILE_REFUSED if it is damaged, or another kind of document. */
export async function openWorkbook(archive: ZipArchive, name: string, bytesMax: number): Promise<Workbook> {
  const small = Math.min(bytesMax, SMALL_PART_BYTES_MAX);
  const relationshipsOf = async (from: string): Promise<Relationships> => {
    const relationships = new Relationships(name, from);
    const part = Relationships.partOf(from);
    await parseWholePart(name, part, archive.read(part, small), RELATIONSHIPS, relationships);
    return relationships;
  };
  if (!archive.has(Relationships.partOf(''))) throw refused(name, 'is a ZIP file, but no workbook');
  const part = (await relationshipsOf('')).byKind('officeDocument');
  if (part === undefined) throw refused(name, 'is a document, but no workbook');
  if (part.endsWith('.bin')) throw refused(name, 'is a binary workbook (.xlsb), not an .xlsx one');
  const contents = new Contents(name);
  await parseWholePart(name, part, archive.read(part, small), WORKBOOK, contents);
  const relationships = await relationshipsOf(part);
  return {
    isFrom1904: contents.isFrom1904,
    sheets: contents.sheets.flatMap((sheet) => {
      const target = relationships.byId(sheet.relationship);
      if (target === undefined) throw damaged(name, `sheet ${shownText(sheet.name)} has no part`);
      // Charts and macros have sheets of their own.
      return target.kind === 'worksheet' ? [{ ...sheet, part: target.part }] : [];
    }),
    sharedStringsPart: relationships.byKind('sharedStrings'),
    stylesPart: relationships.byKind('styles'),
  };
}

/**
 * The part of the wanted sheet. Without a name it is that of the only visible one. Names are compared as spreadsheets do, without regard to case. Throws SHEET_MISSING if
 * there is none, SHEET_UNCLEAR if there are several.
 */
export function chooseSheet({ sheets }: Workbook, name: string, wanted: string | undefined): string {
  if (wanted === undefined) {
    const [first, ...others] = sheets.filter(({ isVisible }) => isVisible);
    if (first === undefined) throw new EtlError('SHEET_MISSING', `${shownName(name)} has no visible sheet with cells; ${named(sheets)}`);
    if (others.length > 0)
      throw new EtlError('SHEET_UNCLEAR', `${shownName(name)} has several visible sheets: ${listed([first, ...others])}`);
    return first.part;
  }
  const folded = wanted.toLowerCase();
  const found = sheets.find((sheet) => sheet.name === wanted) ?? sheets.find((sheet) => sheet.name.toLowerCase() === folded);
  if (found === undefined) throw new EtlError('SHEET_MISSING', `${shownName(name)} has no sheet ${shownText(wanted)}; ${named(sheets)}`);
  return found.part;
}

const named = (sheets: readonly Sheet[]): string => (sheets.length === 0 ? 'it has none' : `it has ${listed(sheets)}`);

function listed(sheets: readonly Sheet[]): string {
  const shown = sheets.slice(0, NAMES_SHOWN_MAX).map((sheet) => shownText(sheet.name) + (sheet.isVisible ? '' : ' (hidden)'));
  return [...shown, ...(sheets.length > NAMES_SHOWN_MAX ? [`and ${sheets.length - NAMES_SHOWN_MAX} more`] : [])].join(', ');
}

/** The part of the workbook itself. */
class Contents implements ElementHandler {
  readonly #name: string;
  isFrom1904 = false;
  readonly sheets: Sheet[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  open(element: string, attributes: Attributes): void {
    if (element === 'workbookPr') this.isFrom1904 = attributes['date1904'] === '1' || attributes['date1904'] === 'true';
    if (element !== 'sheet') return;
    if (this.sheets.length >= SHEETS_MAX) throw damaged(this.#name, `it has more than ${SHEETS_MAX} sheets`);
    const { name = '', state = 'visible' } = attributes;
    // The attribute is of another namespace, whatever its prefix.
    const relationship = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '';
    this.sheets.push({ name, isVisible: !HIDDEN.has(state), relationship });
  }
}
