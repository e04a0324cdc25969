import { randomBytes } from 'node:crypto';
import { addSource, type NoProposal, proposeSource } from '@retail-etl/inspecting';
import { parseDefinition } from '@retail-etl/sales';
import { describe, expect, test } from 'vitest';
import { proposed } from './tried.js';

const HEADER = 'Filiale;Artikel;Menge;Umsatz;Datum';
const SALES = ['Köln;Hemd;2;19,90;31.01.2026', 'Köln;Hose;1;49,90;01.02.2026', 'Bonn;Hemd;1;9,95;01.02.2026'];
const FILE = [HEADER, ...SALES, ''].join('\n');

describe('forms of files', () => {
  test('title lines before the header, and totals at the end', async () => {
    const text = ['Verkäufe Januar', 'erstellt am 02.02.2026;;', '', HEADER, ...SALES, '', 'Summe;;4;79,75;', 'Gesamt: 3 Zeilen', ''].join(
      '\n',
    );
    const { proposal, trial, outcomes } = await proposed(text);
    expect(proposal.source.csv).toMatchObject({ skipLines: 3, footer: '^(Summe;;|Gesamt:)' });
    expect(outcomes).toEqual({ accepted: 3 });
    expect(trial.read?.footerLines).toBe(2);
  });

  test('windows-1252', async () => {
    const { proposal, trial } = await proposed(Buffer.from(FILE, 'latin1'));
    expect(proposal.source.csv.encoding).toBe('windows-1252');
    expect(trial.judged?.counts).toEqual([{ outcome: { kind: 'accepted' }, rows: 3 }]);
  });

  test.each([
    ['with a mark', '\ufeff', 'utf-16le'],
    ['without a mark', '', 'utf-16le'],
  ])('UTF-16 %s', async (_, mark, encoding) => {
    const { proposal, outcomes } = await proposed(Buffer.from(mark + FILE, 'utf16le'));
    expect(outcomes).toEqual({ accepted: 3 });
    // A mark decides by itself.
    expect(proposal.source.csv.encoding).toBe(mark === '' ? encoding : 'utf-8');
  });

  test('UTF-16 of the other order', async () => {
    const { proposal, outcomes } = await proposed(Buffer.from(FILE, 'utf16le').swap16());
    expect(outcomes).toEqual({ accepted: 3 });
    expect(proposal.source.csv.encoding).toBe('utf-16be');
  });

  test('quotes around everything, with delimiters, quotes and line ends inside', async () => {
    const text = '"store","product","quantity","amount","date"\r\n"A, B","Shirt ""M""\r\nblue","2","1,234.50","2026-01-31"\r\n';
    const { proposal, trial } = await proposed(text);
    expect(proposal.source.numbers).toMatchObject({ decimal: '.', group: ',' });
    expect(trial.rows[0]?.judged?.texts.product_id).toBe('Shirt "M"\r\nblue');
    expect(trial.judged?.amount).toBe('1234.50');
  });

  test('single quotes', async () => {
    const { proposal, outcomes } = await proposed(
      "'sku','qty','total','date'\n'A, B','2','9.50','2026-01-31'\n'C','1','1.50','2026-01-31'\n",
    );
    expect(proposal.yaml).toContain("quote: ''''");
    expect(outcomes).toEqual({ accepted: 2 });
  });

  test.each([';', '\t', '|', '^', '~', ','])('the delimiter %j', async (delimiter) => {
    const { proposal, outcomes } = await proposed(
      `sku,qty,total,date\nA,2,9.50,2026-01-31\nB,1,1.50,2026-01-31\n`.replaceAll(',', delimiter),
    );
    expect(proposal.source.csv.delimiter).toBe(delimiter);
    expect(outcomes).toEqual({ accepted: 2 });
  });

  test('a line sep=, and empty fields at the end of records', async () => {
    const { proposal, outcomes } = await proposed('sep=;\nsku;qty;total;date\nA;2;9,50;2026-01-31;;\nB;1;1,50;2026-01-31;;\n');
    expect(proposal.source.csv).toMatchObject({ skipLines: 0, hasTrailingEmpty: true });
    expect(outcomes).toEqual({ accepted: 2 });
  });

  test('of a file that is not read whole, the last record is not taken for a bad one', async () => {
    const { trial, outcomes } = await proposed(FILE, { bytesMax: Buffer.byteLength(FILE) - 5 });
    expect(trial.isWhole).toBe(false);
    expect(outcomes).toEqual({ accepted: 2 });
  });

  test('malformed records are counted, and have their numbers', async () => {
    const { trial, outcomes } = await proposed(
      [HEADER, SALES[0], 'broken;line', ...SALES.slice(1), 'Bonn;Hemd;x;1,00;01.02.2026', ''].join('\n'),
    );
    expect(outcomes).toEqual({ accepted: 3, malformed_row: 1, invalid_quantity: 1 });
    expect(trial.rows.map(({ record, raw }) => [record, raw])).toEqual([
      [1, null],
      [2, 'broken;line'],
      [3, null],
      [4, null],
      [5, null],
    ]);
  });
});

describe('files that hold no sales', () => {
  const refusal = (content: string | Buffer): Promise<unknown> =>
    proposed(content).then(
      () => null,
      (error: unknown) => error,
    );

  test.each([
    ['a header alone', `${HEADER}\n`, 'SOURCE_EMPTY'],
    ['nothing', '', 'SOURCE_EMPTY'],
    ['line ends', '\n\n\n', 'SOURCE_EMPTY'],
    ['a PDF', '%PDF-1.7\n1 0 obj\n', 'FILE_NOT_TEXT'],
    ['a workbook', 'PK\x03\x04 xl/workbook.xml', 'FILE_NOT_TEXT'],
  ])('%s', async (_, content, code) => {
    expect(await refusal(content)).toMatchObject({ code });
  });

  test.each([
    ['text', 'Dear customer,\nthank you very much.\nYours\n', /no line names columns/],
    ['no header', 'A;2;9,50;2026-01-31\nB;1;1,50;2026-01-31\n', /no line names columns/],
    ['other things', 'name;city;age\nAnna;Bonn;31\nPaul;Köln;44\n', /product.*date.*amount/],
  ])('%s', async (_, content, message) => {
    const error = (await refusal(content)) as NoProposal;
    expect(error.name).toBe('NoProposal');
    expect(error.message).toMatch(message);
  });

  test('a line of 100 MB is given up, in seconds', async () => {
    const started = Date.now();
    expect(await refusal(Buffer.alloc(100 << 20, 'a;'))).toMatchObject({ name: 'NoProposal' });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test.each([
    ['hundreds of thousands of columns', `${'a;'.repeat(300_000)}b\n${'1;'.repeat(300_000)}2\n`],
    ['parentheses that never end', `${'('.repeat(400_000)};b\n1;2\n`],
    [
      'cells that are nearly numbers',
      `sku;qty;total;date\n${`A;${'1,'.repeat(100_000)}x;${'('.repeat(100_000)};${'1 '.repeat(100_000)}\n`.repeat(4)}`,
    ],
    ['quotes that never end', `sku;qty;total;date\n${'"A;1;2;3\n'.repeat(100_000)}"`],
  ])('%s take no long time', async (_, content) => {
    const started = Date.now();
    expect(['NoProposal', 'EtlError', null]).toContain(((await refusal(content)) as Error | null)?.name ?? null);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('random bytes never break it', async () => {
    for (let round = 0; round < 20; round += 1) {
      const error = await refusal(randomBytes(5_000));
      expect(['NoProposal', 'EtlError', null]).toContain((error as Error | null)?.name ?? null);
    }
  });
});

test('names of control characters are written so that they are read again', async () => {
  const { proposal, outcomes } = await proposed(
    "sku \u001b[31m;qty: 'n' #1;total\u0007 {x};date\u200b\nA;2;9,50;2026-01-31\nB;1;1,50;2026-01-31\n",
  );
  expect(outcomes).toEqual({ accepted: 2 });
  expect(proposal.yaml).not.toMatch(/[^\P{C}\n]/u);
});

describe('a source is added to those that are there', () => {
  const EXISTING = `# Ours.\nproduct: text\nsources:\n  # The old shop.\n  - name: old\n    files: 'old/*.csv'   # all of them\n    columns: { product_id: a, quantity: b, sale_amount: c, sale_date: d }\n`;

  test('with all comments', async () => {
    const { proposal } = await proposed(FILE);
    const text = addSource(EXISTING, proposal, 'sources.yaml');
    expect(parseDefinition(text, 'sources.yaml').sources.map(({ name }) => name)).toEqual(['old', 'sales']);
    for (const comment of ['# Ours.', '# The old shop.', '# all of them']) expect(text).toContain(comment);
  });

  test.each([
    ['the name is taken', EXISTING.replace('name: old', 'name: sales'), /has a source sales already/],
    ['products are integers there', EXISTING.replace('product: text', 'product: integer'), /write product: text there first/],
    [
      'a summary needs a column that it lacks',
      EXISTING.replace('sources:', 'summaries: { by_region: [region] }\nsources:').replace('sale_date: d', 'sale_date: d, region: e'),
      /region is missing, by which a summary is grouped/,
    ],
  ])('not if %s', async (_, existing, message) => {
    const { proposal } = await proposed(FILE);
    expect(() => addSource(existing, proposal, 'sources.yaml')).toThrow(message);
  });

  test('not to a file that has faults', async () => {
    const { proposal } = await proposed(FILE);
    expect(() => addSource('sources: 1\n', proposal, 'sources.yaml')).toThrow(expect.objectContaining({ code: 'SOURCES_INVALID' }));
  });
});

test('several files make one source, with patterns for their names', async () => {
  const sample = (name: string): Parameters<typeof proposeSource>[0][number] => ({ name, bytes: Buffer.from(FILE), isWhole: true });
  const { source } = await proposeSource([sample('de/umsatz_2026-01.csv'), sample('de/umsatz_2026-02.csv'), sample('[at]/x.csv')]);
  expect(source).toMatchObject({ name: 'umsatz', files: ['de/umsatz_*.csv', '?at?/x.csv'] });
});
