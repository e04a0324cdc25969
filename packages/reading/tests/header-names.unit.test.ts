import { expect, test } from 'vitest';
import { keptNames, keptNamesOf } from '../src/sources/csv-files/header-names.js';

const namesOf = (text: string, delimiter: string, quote?: string | null): Promise<string[]> =>
  keptNamesOf(
    { text, line: 1, delimiter: null, bodyAt: 0 },
    {
      delimiter: delimiter.charCodeAt(0),
      ...(quote === undefined ? {} : { quote: quote?.charCodeAt(0) ?? -1 }),
      fieldCount: 0,
      columnOfField: new Int32Array(),
      skipsBlankLines: true,
    },
  );

test('the names of a header are kept as they are in the file, as its delimiter and quote have it', async () => {
  expect(await namesOf('Sale ID,"Qty, all", Umsatz ,', ',')).toEqual(['Sale ID', 'Qty, all', ' Umsatz ', '']);
  expect(await namesOf("'it''s'|b\rc", '|', "'")).toEqual(["it's", 'b c']);
  expect(await namesOf('5" pipe;x"y', ';', null)).toEqual(['5" pipe', 'x"y']);
});

test('so many names of so many characters are kept, and no half of a character', () => {
  const kept = keptNames(Array.from({ length: 201 }, () => '😀'.repeat(81)));
  expect([kept.length, kept[0]]).toEqual([200, '😀'.repeat(80)]);
  expect(keptNames(['\ud800'])).toEqual(['\ufffd']);
});
