import { EtlError, shownText, type Trial, type TrialProblem, type TrialRow } from '@retail-etl/contracts';
import { countOutcomes, type FileTrial, NoProposal, type TriedRow } from '@retail-etl/inspecting';
import { DefinitionFaults } from '@retail-etl/sales';

/** So many characters of a cell are shown. */
const CELL_MAX = 80;
/** A column's name may be long, and be in many faults. */
const FAULT_MAX = 500;
const FAULTS_MAX = 200;

/** What a person is told of an error that the file or the declaration causes. Throws all others. */
export function problemOf(error: unknown): TrialProblem {
  if (error instanceof NoProposal) {
    const remedy = 'Write the source by hand (docs/sources.md explains each key) and try it here, or correct what the message names.';
    return { code: 'NO_PROPOSAL', message: error.message, remedy, faults: [] };
  }
  if (error instanceof DefinitionFaults) {
    const faults = error.faults.slice(0, FAULTS_MAX).map((fault) => ({ ...fault, message: shownText(fault.message, FAULT_MAX) }));
    const remedy = 'Correct the lines, then try again. docs/sources.md explains each key.';
    return { code: error.code, message: 'The declaration has faults.', remedy, faults };
  }
  if (!(error instanceof EtlError) || error.transient || error.code === 'INTERNAL') throw error;
  const { code, message, remedy } = error;
  return { code, message, remedy, faults: [] };
}

/** A trial as the API tells it. */
export function trialAnswer(source: string, trial: FileTrial): Trial {
  const { isWhole, error, judged, rows } = trial;
  return {
    source,
    isWhole,
    problem: error === null ? null : { ...error, faults: [] },
    counts: error === null ? countsOf(trial) : null,
    totals:
      judged === null
        ? null
        : {
            products: judged.products,
            quantity: judged.quantity,
            amount: judged.amount,
            firstDay: judged.days?.first ?? null,
            lastDay: judged.days?.last ?? null,
          },
    rows: rows.map(rowOf),
  };
}

function countsOf(trial: FileTrial): NonNullable<Trial['counts']> {
  const { reasons, ...counts } = countOutcomes(trial);
  return { ...counts, reasons: Object.entries(reasons).map(([reason, rows]) => ({ reason, rows })) };
}

function rowOf({ record, judged, raw }: TriedRow): TrialRow {
  const texts = judged?.texts;
  const outcome = judged?.outcome ?? { kind: 'rejected' as const, reason: 'malformed_row' as const };
  return {
    record,
    product: cell(texts?.product_id ?? raw ?? ''),
    quantity: cell(texts?.quantity ?? ''),
    amount: cell(texts?.sale_amount ?? ''),
    date: cell(texts?.sale_date ?? ''),
    outcome: outcome.kind,
    says: outcome.kind === 'rejected' ? outcome.reason : outcome.kind === 'skipped' ? shownText(outcome.says) : '',
    counted:
      judged?.outcome.kind === 'accepted' ? { quantity: judged.quantity ?? '', amount: judged.amount ?? '', day: judged.day ?? '' } : null,
  };
}

const cell = (text: string): string => shownText(text.trim(), CELL_MAX);
