import { shownName, shownText } from '@retail-etl/contracts';
import { expect, test } from 'vitest';

test.each<[text: string, shown: string]>([
  ['sale_id;"Größe" €😀', 'sale_id;"Größe" €😀'],
  ['a\tb\nc\rd\0e', String.raw`a\tb\nc\rd\u0000e`],
  ['\ufeffa\u200bb\u00a0c\u2028d\u202ee', String.raw`\ufeffa\u200bb\u00a0c\u2028d\u202ee`],
  ['\u{e0001}a\u{f0000}', String.raw`\u{e0001}a\u{f0000}`],
  ['half \ud83d', String.raw`half \ud83d`],
  [String.raw`C:\new`, String.raw`C:\new`],
])('%j is shown as %s', (text, shown) => {
  expect(shownText(text)).toBe(shown);
  expect(shownName(text)).toBe(shown);
});

test('a long text is cut between characters, a name of a file never', () => {
  expect(shownText('a'.repeat(120))).toBe('a'.repeat(120));
  expect(shownText('a'.repeat(121))).toBe(`${'a'.repeat(120)}…`);
  expect(shownText('abc', 2)).toBe('ab…');
  expect(shownText('😀'.repeat(5_000_000), 3)).toBe('😀😀😀…');
  expect(shownText('\n\n\n', 2)).toBe(String.raw`\n\n…`);
  expect(shownName('n'.repeat(255))).toBe('n'.repeat(255));
});
