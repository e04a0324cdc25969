import { afterAll, beforeAll, expect, test } from 'vitest';
import { History, TIME_SCALE } from '../support/histories.js';
import { type Stack, startStack } from '../support/stack.js';

const HISTORIES = 15;
const SEED = Number(process.env.HISTORY_SEED ?? Date.now() % 1_000_000_000);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ ETL_TIME_SCALE: String(TIME_SCALE) });
});
afterAll(() => stack.stop());

test('whatever is delivered, changed, damaged, swept or published again, each run publishes what its files hold', async () => {
  process.stdout.write(`HISTORY_SEED=${SEED}\n`);
  let [reused, read] = [0, 0];
  for (let number = 0; number < HISTORIES; number += 1) {
    const history = new History(stack, SEED + number);
    await history.play();
    reused += history.reused;
    read += history.read;
  }
  // Else the histories would say little of what is reused.
  expect(reused).toBeGreaterThan(HISTORIES);
  expect(read).toBeGreaterThan(HISTORIES);
}, 240_000);
