import type { RandomAccess } from './random-access.js';
import { refuseOle } from './refuse-ole.js';
import { SHARED_STRINGS, SharedStrings } from './shared-strings.js';
import { type SheetContext, type SheetRow, SheetRows, WORKSHEET } from './sheet-rows.js';
import { Styles, STYLES } from './styles.js';
import { chooseSheet, openWorkbook, SMALL_PART_BYTES_MAX, type Workbook } from './workbook.js';
import { parsePart, parseWholePart } from './xml-parts.js';
import { ZipArchive } from './zip-archive.js';

/** Which sheet of which workbook is read, and how much of it at most. */
export interface SheetOptions {
  /** Of the workbook, for messages. */
  readonly name: string;
  /** Name of the sheet, hidden or not. Without it, the workbook may have only one visible sheet. */
  readonly sheet?: string | undefined;
  /** The longest part of the workbook that is read, in bytes, unzipped. Also the memory that shared texts may take. */
  readonly bytesMax: number;
}

/**
 * Reads one sheet of an .xlsx workbook: its rows in order, in batches. Only shared texts are held whole.
 *
 * A cell's text is
 * - a text as it is stored: runs of rich text joined, phonetic ones left out, spaces kept,
 * - a number as plain decimals of at most 15 significant digits (`decimalText`),
 * - a number with the format of a date as `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS` or `HH:MM:SS` (`dateText`),
 * - TRUE or FALSE, an error such as `#N/A`, an ISO date of a cell that is of this type,
 * - of a formula what the workbook stores as its value; nothing if it stores none, as programs that do not calculate write it.
 *
 * Of merged cells the first has the text. Hidden rows are rows. Rows that the sheet leaves out are left out: their numbers are missing.
 *
 * Throws FILE_REFUSED if the workbook is damaged, too large, encrypted or of another kind, SHEET_MISSING and SHEET_UNCLEAR. Damage may be
 * found as late as at the end of the sheet, so rows count only when the generator has ended. What `source` throws comes out as it is.
 */
export async function* readSheet(source: RandomAccess, options: SheetOptions): AsyncGenerator<SheetRow[]> {
  const sheets = await openSheets(source, options);
  yield* sheets.read(options.sheet);
}

type PartOptions = Omit<SheetOptions, 'sheet'>;

/** The sheets of a workbook. */
export interface Sheets {
  /** Names of those that are seen and have cells, in the order of the tabs. */
  readonly visible: readonly string[];
  /** As `readSheet`. What the sheets share is read once. */
  read(sheet?: string): AsyncGenerator<SheetRow[]>;
}

/** Opens a workbook, to read one sheet or several. Throws FILE_REFUSED as `readSheet` does. */
export async function openSheets(source: RandomAccess, options: PartOptions): Promise<Sheets> {
  const { name, bytesMax } = options;
  await refuseOle(source, name);
  const archive = await ZipArchive.open(source, name);
  const workbook = await openWorkbook(archive, name, bytesMax);
  let context: SheetContext | undefined;
  return {
    visible: workbook.sheets.filter(({ isVisible }) => isVisible).map((sheet) => sheet.name),
    async *read(sheet) {
      const part = chooseSheet(workbook, name, sheet);
      context ??= await readContext(archive, workbook, options);
      const rows = new SheetRows(context);
      const slices = parsePart(name, part, archive.read(part, bytesMax), WORKSHEET, rows);
      for await (const _ of slices) if (rows.isDue) yield rows.take();
      const last = rows.take();
      if (last.length > 0) yield last;
    },
  };
}

async function readContext(archive: ZipArchive, workbook: Workbook, options: PartOptions): Promise<SheetContext> {
  return {
    name: options.name,
    isFrom1904: workbook.isFrom1904,
    styles: await readStyles(archive, workbook, options),
    sharedStrings: await readSharedStrings(archive, workbook, options),
  };
}

/** Some programs name parts that they do not write. What refers to texts that are not there is refused later. */
async function readStyles(archive: ZipArchive, { stylesPart: part }: Workbook, options: PartOptions): Promise<Styles | undefined> {
  if (part === undefined || !archive.has(part)) return undefined;
  const styles = new Styles(options.name);
  const bytesMax = Math.min(options.bytesMax, SMALL_PART_BYTES_MAX);
  await parseWholePart(options.name, part, archive.read(part, bytesMax), STYLES, styles);
  return styles;
}

async function readSharedStrings(archive: ZipArchive, workbook: Workbook, options: PartOptions): Promise<SharedStrings | undefined> {
  const { sharedStringsPart: part } = workbook;
  if (part === undefined || !archive.has(part)) return undefined;
  const strings = new SharedStrings(options.name, options.bytesMax);
  await parseWholePart(options.name, part, archive.read(part, options.bytesMax), SHARED_STRINGS, strings);
  return strings;
}
