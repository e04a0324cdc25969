import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const table = new URL('../fault-kinds.md', import.meta.url);

test('every test that the table of faults names is there', () => {
  const targets = [...readFileSync(table, 'utf8').matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target as string);
  expect(targets.length).toBeGreaterThan(40);
  expect(targets.filter((target) => !existsSync(new URL(target, table)))).toEqual([]);
});
