import { afterAll, beforeAll, expect, test } from 'vitest';
import { History, TIME_SCALE } from '../support/histories.js';
import { type Stack, startStack } from '../support/stack.js';

const HISTORIES = 300;
const SEED = Number(process.env.HISTORY_SEED ?? Date.now() % 1_000_000_000);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ ETL_TIME_SCALE: String(TIME_SCALE) });
});
afterAll(() => stack?.stop());

test('three hundred histories: each run publishes what its files hold', async () => {
  process.stdout.write(`HISTORY_SEED=${SEED}\n`);
  let reused = 0;
  for (let number = 0; number < HISTORIES; number += 1) {
    const history = new History(stack, SEED + number);
    await history.play();
    reused += history.reused;
  }
  expect(reused).toBeGreaterThan(HISTORIES);
}, 1_800_000);
