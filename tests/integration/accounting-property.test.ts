import { SALES_COLUMNS } from '@retail-etl/sales';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectedOutcome, type OracleFile } from '../support/oracle-run.js';
import { propertySettings } from '../support/oracle-seed.js';
import { clearInput, expectOutcome, expectRejects, publishedRows } from '../support/oracle-stack.js';
import { saleTexts } from '../support/oracle-texts.js';
import type { Texts, Window } from '../support/oracle-values.js';
import { createSales, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ MAX_REJECT_RATIO: '1', ALLOW_DUPLICATE_FILES: 'true' });
});
afterAll(() => stack.stop());

/** A store file as it is put into the folder, and what the oracle is told of it. */
interface GeneratedFile extends Omit<OracleFile, 'name'> {
  readonly content: Buffer;
  readonly isCompressed: boolean;
}

const NAMES = ['a', 'b b', "c'c", 'd,"d"', 'é', '=f', '10', '9', 'Z', 'z.csv', 'Ω', '$1'];

/** Lines that are no records of the file, or not whole ones. */
const strayLine = fc.constantFrom('', '', '   ', 'broken', '"', '"unclosed;,|', '"a"b,c', '\0', '1,2,3', ',,,,,,,,,,,', 'ÿ');

/** The header as another file may have it, put together with the first. */
function headerLine(names: readonly string[], delimiter: string, form: string): string {
  if (form === 'quoted') return names.map((name) => `"${name.trim()}"`).join(delimiter);
  if (form === 'padded') return names.map((name) => `  ${name.toUpperCase()} `).join(delimiter);
  return `${form === 'marked' ? '\ufeff' : ''}${names.join(delimiter)}`;
}

const file: fc.Arbitrary<GeneratedFile> = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    newline: fc.constantFrom('\n', '\r\n'),
    columns: fc.shuffledSubarray([0, 1, 2, 3, 4, -1, -1], { minLength: 7, maxLength: 7 }).chain((all) =>
      fc.constantFrom(
        all,
        all.filter((column) => column !== -1),
      ),
    ),
    rows: fc.array(saleTexts, { minLength: 1, maxLength: 14, size: 'max' }),
    strays: fc.array(fc.tuple(fc.nat(13), strayLine), { maxLength: 3 }),
    headers: fc.array(fc.tuple(fc.nat(13), fc.constantFrom('as it is', 'quoted', 'marked', 'padded')), { maxLength: 2 }),
    quoteAll: fc.boolean(),
    upper: fc.boolean(),
    mark: fc.boolean(),
    isCompressed: fc.boolean(),
    endsWithNewline: fc.boolean(),
  })
  .map(({ delimiter, newline, columns, rows, strays, headers, quoteAll, upper, mark, isCompressed, endsWithNewline }) => {
    const cell = (text: string): string => (quoteAll || /[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const line = (texts: readonly string[]): string =>
      columns.map((column) => cell(column === -1 ? 'ignored' : texts[column]!)).join(delimiter);
    const lines = rows.map(line);
    for (const [at, stray] of strays) lines.splice(at, 0, stray);
    const names = SALES_COLUMNS.map((name) => (upper ? ` ${name.toUpperCase()} ` : name));
    const header = columns.map((column, index) => (column === -1 ? `extra_${index}` : names[column]!));
    for (const [at, form] of headers) lines.splice(at, 0, headerLine(header, delimiter, form));
    // A text in latin1 stands for bytes as well, so that 'ÿ' is no UTF-8.
    const body = Buffer.concat(
      lines.map((text, index) =>
        Buffer.from(text + (index < lines.length - 1 || endsWithNewline ? newline : ''), text === 'ÿ' ? 'latin1' : 'utf8'),
      ),
    );
    const whole = Buffer.concat([Buffer.from(mark ? '\ufeff' : ''), Buffer.from(header.join(delimiter) + newline), body]);
    return {
      body,
      delimiter,
      columnOfField: columns,
      header: header.map((name) => name.trim().toLowerCase()),
      isCompressed,
      content: isCompressed ? gzipSync(whole) : whole,
    };
  });

const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string | null> =>
  fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.constant(null) });

/** Rows of text columns: anything that a file may hold, and NULL. */
const textTable = fc.array(
  saleTexts.chain((texts) => fc.tuple(...texts.map((text) => maybe(fc.constant(text.replaceAll('\0', '')))))),
  { minLength: 1, maxLength: 30, size: 'max' },
);

/** Values of the real table's types, as SQL. */
const typedTable = fc
  .array(
    fc.tuple(
      fc.constantFrom('NULL', '1', '2', '3', '2147483647', '-5'),
      fc.constantFrom('NULL', '1', '2', '9', '0', '-1', '2147483647'),
      fc.constantFrom('NULL', '0.10', '12.34', '99999999.99', '0', '-0.01', "'NaN'"),
      fc.constantFrom(
        'NULL',
        "'2026-01-01'",
        "'2026-01-31'",
        "'0001-01-01'",
        "'9999-12-31'",
        "'10000-01-01'",
        "'infinity'",
        "'0044-03-15 BC'",
      ),
    ),
    { minLength: 1, maxLength: 30, size: 'max' },
  )
  .map((rows) => rows.map((row, index) => `(${[index + 1, ...row].join(', ')})`).join(', '));

const day = fc.constantFrom(undefined, undefined, '2026-01-07', '2026-01-20');
const window: fc.Arbitrary<Window> = fc
  .tuple(day, day)
  .map(([a, b]) => (a !== undefined && b !== undefined && a > b ? [b, a] : [a, b]))
  .map(([from, to]) => ({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }));

async function fillTable(table: readonly Texts[] | string): Promise<Texts[]> {
  await createSales(stack, typeof table === 'string' ? table : '', typeof table !== 'string');
  if (typeof table !== 'string') {
    const columns = SALES_COLUMNS.map((_, column) => table.map((texts) => texts[column]));
    await stack.postgres.query(
      'INSERT INTO online_sales SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])',
      columns,
    );
  }
  const { rows } = await stack.postgres.query({
    text: `SELECT ${SALES_COLUMNS.map((name) => `${name}::text`).join(', ')} FROM online_sales`,
    rowMode: 'array',
  });
  return rows as Texts[];
}

test("published table, CSV, books and rejects are the oracle's, whatever the sources hold", { timeout: 180_000 }, async () => {
  let sourcesRead = 0;
  let published = 0;
  const property = fc.asyncProperty(
    fc.oneof({ weight: 3, arbitrary: textTable }, { weight: 1, arbitrary: typedTable }),
    fc.array(file, { minLength: 1, maxLength: NAMES.length, size: 'max' }),
    window,
    async (table, generated, days) => {
      const texts = await fillTable(table);
      await clearInput(stack);
      const files = generated.map((each, index) => ({ ...each, name: `${NAMES[index]}.${each.isCompressed ? 'CSV.gz' : 'csv'}` }));
      for (const { name, content } of files) await putFile(stack, name, content);
      files.sort((a, b) => (a.name < b.name ? -1 : 1));
      const expected = expectedOutcome({ table: texts, files, window: days });
      const before = await publishedRows(stack);
      const report = await stack.run(days);
      sourcesRead += 1 + files.length;
      if (expected.error === null) {
        published += 1;
        return expectOutcome(stack, report, expected);
      }
      expect(report.error).toMatchObject({ code: expected.error });
      expect(await publishedRows(stack)).toEqual(before);
      await expectRejects(stack, report.id, expected.rejects);
    },
  );
  // No shrinking: every step of it would be a run. The seed brings the case back.
  await fc.assert(property, { ...propertySettings('accounting', 30), endOnFailure: true });
  process.stdout.write(`${sourcesRead} tables and files, ${published} runs published\n`);
  expect(published).toBeGreaterThan(0);
});
