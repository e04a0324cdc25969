import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { proposed } from './tried.js';

/*
 * Files as shops and publishers export them. The expected figures were worked out by a program that knows nothing of this project; each
 * proposal has to give them as it is.
 */
const FILES = join(import.meta.dirname, '..', '..', '..', 'tests', 'corpus', 'retail');

interface Expected {
  readonly rows_read: number;
  readonly rows_accepted: number;
  readonly rejected_because: Readonly<Record<string, number>>;
  readonly products: number;
  readonly total_quantity: string;
  readonly total_amount_exact: string;
  readonly first_day: string;
  readonly last_day: string;
}

test.each(await readdir(FILES))('%s gets a proposal that gives its right figures', async (folder) => {
  const file = (await readdir(join(FILES, folder))).find((each) => /\.csv(\.gz)?$/.test(each));
  const { returns_exclude: expected } = JSON.parse(await readFile(join(FILES, folder, 'expected.json'), 'utf8')) as {
    returns_exclude: Expected;
  };
  const { trial, outcomes, proposal } = await proposed(await readFile(join(FILES, folder, file!)), { name: file! });
  expect(trial.error).toBeNull();
  expect(trial).toMatchObject({ isWhole: true, read: { records: expected.rows_read } });
  expect(outcomes).toEqual({ accepted: expected.rows_accepted, ...expected.rejected_because });
  expect(trial.judged).toMatchObject({
    products: expected.products,
    quantity: expected.total_quantity,
    days: { first: expected.first_day, last: expected.last_day },
  });
  expect(Number(trial.judged?.amount)).toBe(Number(expected.total_amount_exact));
  // Of these files, one is of a single day, which may be the first of December or the twelfth of January.
  expect(proposal.decisions.map(({ about }) => about)).toEqual(folder === 'market-basket-de' ? ['dates'] : []);
});
