import { compileExpression } from '@retail-etl/sales';
import { expect, test } from 'vitest';

test.each([
  ['^(a+)+$', 'a'.repeat(100_000)],
  ['^(?:a|a)*$', 'a'.repeat(100_000)],
  ['^(.*,)*x$', 'a,'.repeat(50_000)],
  ['(\\d+)*_', '1'.repeat(100_000)],
])('%s ends, instead of never, on a text that does not match', (pattern, text) => {
  expect(compileExpression(pattern).test(`${text}!`)).toBe(false);
});

test.each(['^Total', 'store_(\\d+)_', '\\bSumme\\b', '^[A-Z]{3}-\\d{4}', '^.{0,16}x', '(?:a|b)+?c'])('%s is taken', (pattern) => {
  expect(compileExpression(pattern).source).toBe(pattern);
});

test.each(['(?=a)b', '(a)\\1', '(?<!x)y', 'a{1,100}'])('%s is refused, because nothing bounds its time', (pattern) => {
  expect(() => compileExpression(pattern)).toThrow(/may take for ever/);
});
