import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EtlError } from '@retail-etl/contracts';
import { type Engine, openEngine } from '@retail-etl/duckdb';
import { parseDefinition } from '@retail-etl/sales';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { propertySettings } from '../support/oracle-seed.js';
import { Dice } from '../support/variants/dice.js';
import { bytesOf, csvOptionsOf, tableOf, throwForm, type VariantForm } from '../support/variants/forms.js';
import { type Neighbour, throwNeighbour } from '../support/variants/neighbours.js';
import { throwRules, type VariantRules, yamlOf } from '../support/variants/rules.js';
import { type Sale, throwSales, totalsOf } from '../support/variants/sales.js';
import { type ReadVariant, StagedVariants } from '../support/variants/staged-variants.js';

/*
 * Files of every form that a declaration can describe, with the right totals by construction; and beside each one that differs in one thing,
 * because of which it, or one of its records, is refused.
 */
const ALIKE = 50;

let dir: string;
let engine: Engine;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'retail-etl-variants-'));
  engine = await openEngine(dir);
});
afterAll(async () => {
  engine.close();
  await rm(dir, { recursive: true });
});

interface Case {
  readonly form: VariantForm;
  readonly sales: readonly Sale[];
  readonly own: { readonly bytes: Buffer; readonly index: number };
  readonly neighbour: Neighbour;
  /** Of the neighbour; null if it was refused. */
  readonly index: number | null;
  readonly code: string | null;
}

const shown = (rules: VariantRules, { form, neighbour, own }: Pick<Case, 'form' | 'neighbour' | 'own'>): string =>
  `${JSON.stringify(rules)} ${JSON.stringify(form)} beside it ${neighbour.change}\n${own.bytes.toString(form.encoding.startsWith('utf-16') ? 'utf16le' : 'latin1')}`;

/** A variant and its neighbour in bytes. Thrown again until the encoding has all of its characters. */
function throwCase(
  rules: VariantRules,
  dice: Dice,
): { form: VariantForm; sales: Sale[]; bytes: Buffer; neighbour: Neighbour; other: Buffer } {
  for (;;) {
    const form = throwForm(rules, dice);
    const sales = throwSales(rules, dice);
    const { table, columns } = tableOf(sales, rules, form, dice);
    const neighbour = throwNeighbour({ rules, form, table, columns, sales }, dice);
    const [bytes, other] = [bytesOf(table, form), bytesOf(neighbour.table, neighbour.form)];
    if (bytes !== null && other !== null) return { form, sales, bytes, neighbour, other };
  }
}

async function readCase(rules: VariantRules, staged: StagedVariants, dice: Dice): Promise<Case> {
  const { form, sales, bytes, neighbour, other } = throwCase(rules, dice);
  const definition = parseDefinition(yamlOf(rules, csvOptionsOf(form)), 'sources.yaml');
  const about = { form, neighbour, own: { bytes, index: -1 } };
  let index: number;
  try {
    index = await staged.read(bytes, definition);
  } catch (error) {
    throw new Error(shown(rules, about), { cause: error });
  }
  const read = await staged.read(other, definition).catch((error: unknown) => {
    if (error instanceof EtlError) return error.code;
    throw error;
  });
  return {
    form,
    sales,
    own: { bytes, index },
    neighbour,
    index: typeof read === 'number' ? read : null,
    code: typeof read === 'string' ? read : null,
  };
}

function count(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) if (reason !== 'accepted' && reason !== 'malformed_row') counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function expectedOf(sales: readonly Sale[], rules: VariantRules): ReadVariant {
  const outcomes = sales.map(({ outcome }) => outcome);
  return {
    malformed: outcomes.filter((outcome) => outcome === 'malformed_row').length,
    rejects: count(outcomes),
    totals: totalsOf(sales, rules),
  };
}

async function holdVariants(seed: number, howMany: number, folder: string): Promise<number> {
  const connection = await engine.connect();
  const dice = new Dice(seed);
  const rules = throwRules(dice);
  const staged = new StagedVariants(folder, parseDefinition(yamlOf(rules, {}), 'sources.yaml'));
  const cases: Case[] = [];
  for (let variant = 0; variant < howMany; variant += 1) cases.push(await readCase(rules, staged, dice));
  const judged = await staged.judge(connection);
  connection.closeSync();
  for (const each of cases) {
    const { sales, neighbour, own, index, code } = each;
    expect(judged[own.index], shown(rules, each)).toEqual(expectedOf(sales, rules));
    const { expected } = neighbour;
    if ('code' in expected) expect(code, shown(rules, each)).toBe(expected.code);
    else {
      expect(code, shown(rules, each)).toBeNull();
      const changed = sales.with(expected.sale, { ...sales[expected.sale]!, outcome: expected.reason });
      expect(judged[index!], shown(rules, each)).toEqual(expectedOf(changed, rules));
    }
  }
  return cases.length;
}

test('every variant gives its totals, and its neighbour is refused or rejected', { timeout: 120_000 }, async () => {
  const { seed, numRuns } = propertySettings('declared variants', 5_000);
  // Two at a time: one waits for the disk or DuckDB while the other computes.
  let begun = 0;
  let held = 0;
  const lane = async (name: string): Promise<void> => {
    while (begun < numRuns) {
      const first = begun;
      begun += ALIKE;
      const cases = await holdVariants(seed + first, Math.min(ALIKE, numRuns - first), join(dir, name));
      held += cases;
    }
  };
  await Promise.all(['a', 'b'].map(lane));
  expect(held).toBe(numRuns);
});
