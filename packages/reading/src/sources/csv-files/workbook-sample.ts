import { shownName } from '@retail-etl/contracts';
import type { RandomAccess } from '../../codec/xlsx/random-access.js';
import { openSheets } from '../../codec/xlsx/read-sheet.js';
import type { SheetRow } from '../../codec/xlsx/sheet-rows.js';

/** So many rows of a sheet are looked at, as far as they have no more text than that. */
const ROWS_MAX = 20_000;
const TEXT_MAX = 4 << 20;
/** Texts that the sheets share have to be read whole. */
const PART_BYTES_MAX = 1 << 30;

/** A workbook of which the beginning is looked at. */
export interface WorkbookSample {
  /** The file's path or name, for messages and for values that a source takes of the path. */
  readonly name: string;
  /** The bytes of the file. */
  readonly access: RandomAccess;
}

/** What a sheet begins with. */
export interface SheetBeginning {
  readonly rows: readonly SheetRow[];
  /** Whether that is all of the sheet. */
  readonly isWhole: boolean;
}

/** The sheets of a workbook, of which the beginnings can be read. */
export interface SampledSheets {
  /** Names of those that are seen and have cells, in the order of the tabs. */
  readonly visible: readonly string[];
  /** At most `rowsMax` rows. Throws what `readSheet` throws. */
  begin(sheet?: string, rowsMax?: number): Promise<SheetBeginning>;
}

/** Throws FILE_REFUSED for what is no workbook, or one that cannot be read. */
export async function openSample({ name, access }: WorkbookSample): Promise<SampledSheets> {
  const sheets = await openSheets(access, { name: shownName(name), bytesMax: PART_BYTES_MAX });
  return {
    visible: sheets.visible,
    async begin(sheet, rowsMax = ROWS_MAX) {
      const extent = { isWhole: true };
      const rows: SheetRow[] = [];
      for await (const batch of firstRows(sheets.read(sheet), extent, rowsMax)) rows.push(...batch);
      return { rows, isWhole: extent.isWhole };
    },
  };
}

/** The rows that a sheet begins with, in batches. `extent` is told whether these are all. */
async function* firstRows(
  batches: AsyncIterable<readonly SheetRow[]>,
  extent: { isWhole: boolean },
  rowsMax = ROWS_MAX,
): AsyncGenerator<readonly SheetRow[]> {
  let rows = 0;
  let text = 0;
  for await (const batch of batches) {
    const end = batch.findIndex(({ cells }) => {
      rows += 1;
      text += cells.reduce((sum, cell) => sum + cell.length + 1, 0);
      return rows > rowsMax || text > TEXT_MAX;
    });
    yield end === -1 ? batch : batch.slice(0, end);
    if (end === -1) continue;
    extent.isWhole = false;
    return;
  }
}

/** The rows of the sheet that a source names, as a run reads them. */
export async function* sampleRows(
  { name, access }: WorkbookSample,
  sheet: string | null,
  extent: { isWhole: boolean },
): AsyncGenerator<readonly SheetRow[]> {
  const sheets = await openSheets(access, { name: shownName(name), bytesMax: PART_BYTES_MAX });
  yield* firstRows(sheets.read(sheet ?? undefined), extent);
}
