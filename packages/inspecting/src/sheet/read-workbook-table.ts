import { EtlError, shownName, shownText } from '@retail-etl/contracts';
import { openSample, type SampledSheets, type WorkbookSample } from '@retail-etl/reading';
import { chooseColumns } from '../columns/choose-columns.js';
import { lackingRoles } from '../columns/proposed-columns.js';
import { NoProposal } from '../no-proposal.js';
import { columnsOf, isRegular, type Table } from '../table.js';
import { SHEET_FAULTS, type SheetFault, sheetTable } from './sheet-table.js';

/** Of several sheets, the first so many are looked at, each by so many rows. */
const SHEETS_MAX = 50;
const ROWS_OF_EACH = 400;

/**
 * Takes the beginning of a workbook apart: of the only visible sheet, or of the one that looks like sales the most. Where several do, `wanted`
 * comes first, the sheet of the files before. Throws FILE_REFUSED, SHEET_MISSING, SOURCE_EMPTY, and NoProposal if no sheet has a table.
 */
export async function readWorkbookTable(sample: WorkbookSample, wanted: string | null): Promise<Table> {
  const sheets = await openSample(sample);
  const { visible } = sheets;
  const chosen = visible.length < 2 ? null : await chooseSheet(sample.name, sheets, wanted);
  const sheet = chosen ?? { name: visible[0] ?? '', others: [], alike: [] };
  const table = sheetTable(sample.name, sheet, await sheets.begin(chosen?.name));
  if (typeof table !== 'string') return table;
  const name = shownName(sample.name);
  if (table === 'noHeader') throw new NoProposal(`${name}: ${SHEET_FAULTS.noHeader}`);
  throw new EtlError('SOURCE_EMPTY', `${name} ${SHEET_FAULTS[table]}`);
}

interface JudgedSheet {
  readonly name: string;
  /** How surely it holds sales; 0 if it does not. */
  readonly score: number;
  /** Why it does not, for a message. */
  readonly fault: string;
}

async function chooseSheet(file: string, sheets: SampledSheets, wanted: string | null): Promise<Table['sheet']> {
  const judged: JudgedSheet[] = [];
  for (const name of sheets.visible.slice(0, SHEETS_MAX)) {
    const beginning = await sheets.begin(name, ROWS_OF_EACH);
    judged.push({ name, ...judgeTable(sheetTable(file, { name, others: [], alike: [] }, beginning)) });
  }
  const alike = judged.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score);
  const taken = alike.find(({ name }) => name.toLowerCase() === wanted?.toLowerCase()) ?? alike[0];
  if (taken === undefined) {
    const more = sheets.visible.length - judged.length;
    const reasons = judged.map(({ name, fault }) => `${shownText(name, 40)} (${fault})`);
    throw new NoProposal(
      `${shownName(file)}: none of its visible sheets looks like sales: ${reasons.join(', ')}${more > 0 ? `; ${more} more were not looked at` : ''}`,
    );
  }
  const others = sheets.visible.filter((name) => name !== taken.name);
  return { name: taken.name, others, alike: alike.map(({ name }) => name).filter((name) => name !== taken.name) };
}

function judgeTable(table: Table | SheetFault): { score: number; fault: string } {
  if (typeof table === 'string') return { score: 0, fault: SHEET_FAULTS[table] };
  const chosen = chooseColumns(columnsOf([table], isRegular));
  const lacking = lackingRoles(chosen);
  if (lacking.length > 0) return { score: 0, fault: `no column looks like the ${lacking.join(', the ')}` };
  const sum = (['product_id', 'sale_date', 'quantity'] as const).reduce((total, role) => total + (chosen.get(role)?.score ?? 0), 0);
  return { score: sum + Math.max(chosen.get('sale_amount')?.score ?? 0, chosen.get('price')?.score ?? 0), fault: '' };
}
