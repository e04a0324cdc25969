import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EtlError } from '@retail-etl/contracts';
import { propertySettings } from '../../../../tests/support/oracle-seed.js';
import { readSheet } from '../../src/codec/xlsx/read-sheet.js';
import { type Made, partsOf, rowsFrom, relationships, rowsOf, sheetOf, sourceOf, workbookOf } from './made-workbook.js';
import { type ZipPart, zipOf } from './zip-writer.js';

const SHEET = 'xl/worksheets/sheet1.xml';
const ROW = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45000.25</v></c></row>';
const GOOD: Made = { rows: ROW, shared: '<si><t>Käse</t></si>', formats: [22] };

/** The parts of a good workbook, some changed. */
function zipped(change: (part: ZipPart) => ZipPart, more: readonly ZipPart[] = []): Buffer {
  return zipOf([...[...partsOf(GOOD)].map(([name, content]) => change({ name, content })), ...more]);
}

const sheetWith = (change: Partial<ZipPart>): Buffer => zipped((part) => (part.name === SHEET ? { ...part, ...change } : part));
const xml = (content: string | Buffer): Buffer => sheetWith({ content });
const rows = (content: string): Buffer => xml(sheetOf(content));

test.each<[what: string, bytes: Buffer, message: string]>([
  ['nothing', Buffer.alloc(0), 'is no whole workbook'],
  ['no ZIP file', Buffer.alloc(100_000, 'a'), 'is no whole workbook'],
  ['another ZIP file', zipOf([{ name: 'a.txt', content: 'a' }]), 'is a ZIP file, but no workbook'],
  ['another document', document('word/document.xml'), 'is damaged: word/document.xml is not what it should be: its root is document'],
  ['a binary workbook', document('xl/workbook.bin'), 'is a binary workbook (.xlsb)'],
  [
    'two parts of a name',
    zipped((part) => part, [{ name: SHEET.toUpperCase(), content: '' }]),
    'is damaged: it has two parts of the same name',
  ],
  ['a part outside', zipped((part) => part, [{ name: '../a.xml', content: '' }]), 'is no whole workbook (invalid relative path: ../a.xml)'],
  ['an absolute part', zipped((part) => part, [{ name: '/a.xml', content: '' }]), 'is no whole workbook (absolute path: /a.xml)'],
  ['a part with a password', sheetWith({ isEncrypted: true }), 'is protected by a password'],
  ['another method', sheetWith({ method: 12 }), `is damaged: ${SHEET} is packed by method 12`],
  ['deflate that is none', sheetWith({ packed: Buffer.alloc(50, 0xff) }), `is damaged: ${SHEET} cannot be unzipped (Z_DATA_ERROR)`],
  ['deflate without an end', sheetWith({ packed: Buffer.alloc(0) }), `is damaged: ${SHEET} cannot be unzipped (Z_BUF_ERROR)`],
  ['more bytes than it says', sheetWith({ saidBytes: 10 }), `is damaged: ${SHEET} is not what its directory says`],
  ['fewer bytes than it says', sheetWith({ saidBytes: 10_000 }), `is damaged: ${SHEET} is not what its directory says`],
  ['another checksum', sheetWith({ saidChecksum: 1 }), `is damaged: ${SHEET} is not what its directory says`],
  ['no sheet', workbookOf({ ...GOOD, parts: { [SHEET]: null } }), `is damaged: ${SHEET} is not in it`],
  ['a sheet without a relationship', workbookOf({ sheets: '<sheet name="Sales" r:id="rId5"/>' }), 'is damaged: sheet Sales has no part'],
  ['a sheet elsewhere', elsewhere('file:///etc/passwd'), 'is damaged: etc/passwd is not in it'],
  ['a sheet above', elsewhere('../../../etc/passwd'), 'is damaged: etc/passwd is not in it'],
  ['a sheet of an odd name', elsewhere('%ff%'), 'is damaged: %ff% is not in it'],
  [
    'an entity from outside',
    xml(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${sheetOf(inline('&x;')).slice(56)}`),
    `is damaged: ${SHEET} has a document type`,
  ],
  [
    'entities of entities',
    xml(`<!DOCTYPE a [<!ENTITY x "aa"><!ENTITY y "&x;&x;">]>${sheetOf(inline('&y;')).slice(56)}`),
    `is damaged: ${SHEET} has a document type`,
  ],
  ['an entity of nobody', rows(inline('&x;')), `is damaged: ${SHEET} is not well-formed XML`],
  ['a tag that stays open', rows('<row>'), `is damaged: ${SHEET} is not well-formed XML`],
  ['an end too early', xml(sheetOf(ROW).slice(0, -20)), `is damaged: ${SHEET} is not well-formed XML`],
  ['nothing in a part', xml(''), `is damaged: ${SHEET} is not well-formed XML`],
  ['deep nesting', rows('<a>'.repeat(10_000)), `is damaged: ${SHEET} is nested too deeply`],
  ['another root', xml('<constructor/>'), `is damaged: ${SHEET} is not what it should be: its root is constructor`],
  ['Latin-1', xml(Buffer.from(sheetOf(inline('ä')), 'latin1')), `is damaged: ${SHEET} is not in UTF-8`],
  ['another encoding by name', xml(sheetOf(ROW).replace('UTF-8', 'windows-1252')), `is damaged: ${SHEET} is not in UTF-8`],
  [
    'half a character at the end',
    xml(Buffer.concat([Buffer.from(sheetOf(ROW)), Buffer.from([0xc3])])),
    `is damaged: ${SHEET} is not in UTF-8`,
  ],
  ['much without a tag', rows(`<!--${'a'.repeat(2 ** 21)}-->`), `is damaged: ${SHEET} has more than 1048576 characters without a tag`],
  ['a long text', rows(inline('a'.repeat(2 ** 17 + 1))), 'has a cell with more than 131072 characters'],
  [
    'a long text in pieces',
    rows(`<row><c><is>${`<r><t>${'a'.repeat(1000)}</t></r>`.repeat(200)}</is></c></row>`),
    'has a cell with more than 131072 characters',
  ],
  ['a row twice', rows('<row r="2"/><row r="2"/>'), 'is damaged: row 2 comes after row 2'],
  ['row 0', rows('<row r="0"/>'), 'is damaged: row 0 is none of a sheet'],
  ['a row too far', rows('<row r="1048576"/><row/>'), 'is damaged: row 1048577 is none of a sheet'],
  ['a row of no number', rows('<row r="x"/>'), 'is damaged: row NaN is none of a sheet'],
  ['a cell twice', rows('<row><c r="B1"/><c r="B1"/></row>'), 'is damaged: row 1 has cells that are not in their order'],
  ['a column too far', rows('<row><c r="XFE1"/></row>'), 'is damaged: row 1 has a cell in no column'],
  ['a column of many letters', rows(`<row><c r="${'A'.repeat(1000)}1"/></row>`), 'is damaged: row 1 has a cell in no column'],
  ['a cell of no column', rows('<row><c r="1"/></row>'), 'is damaged: row 1 has a cell in no column'],
  ...['1', '-1', '0.5', ' ', '4294967296', 'x'].map((number): [string, Buffer, string] => [
    `shared text "${number}"`,
    rows(`<row><c t="s"><v>${number}</v></c></row>`),
    'is damaged: a cell has a shared text that is not there',
  ]),
  [
    'no part of shared texts',
    workbookOf({ ...GOOD, parts: { 'xl/sharedStrings.xml': null } }),
    'is damaged: cells have shared texts, but there are none',
  ],
  ['no part of styles', workbookOf({ ...GOOD, parts: { 'xl/styles.xml': null } }), 'is damaged: cells have styles, but there are none'],
  ['no shared texts', workbookOf({ rows: ROW }), 'is damaged: cells have shared texts, but there are none'],
])('%s', async (_, bytes, message) => {
  await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'FILE_REFUSED', message: expect.stringContaining(`sales.xlsx ${message}`) });
});

test.each<[what: string, bytes: Buffer, message: string]>([
  ['a password', ole('EncryptedPackage', 1000), 'sales.xlsx is protected by a password'],
  ['a password, named across two pieces', ole('EncryptedPackage', 65_536 - 9), 'sales.xlsx is protected by a password'],
  ['the older kind', ole('Workbook', 1000), 'sales.xlsx is not an .xlsx workbook but one of the older kind (.xls), or another OLE file'],
])('an OLE file: %s', async (_, bytes, message) => {
  for (const mostBytes of [Infinity, 1000])
    await expect(rowsOf(bytes, {}, mostBytes)).rejects.toMatchObject({ code: 'FILE_REFUSED', message });
});

test('parts are read up to the limit, not beyond', async () => {
  const bytes = workbookOf(GOOD);
  const largest = Math.max(...[...partsOf(GOOD).values()].map((content) => Buffer.byteLength(content)));
  expect(await rowsOf(bytes, { bytesMax: largest })).toHaveLength(1);
  await expect(rowsOf(bytes, { bytesMax: largest - 1 })).rejects.toMatchObject({
    code: 'FILE_REFUSED',
    message: expect.stringMatching(/^sales\.xlsx is too large: xl\/\S+ has more than \d+ bytes, unzipped$/),
  });
});

test('many empty shared texts count, too', async () => {
  const bytes = workbookOf({ rows: ROW, shared: '<si/>'.repeat(10_000) });
  await expect(rowsOf(bytes, { bytesMax: 60_000 })).rejects.toMatchObject({
    message: expect.stringContaining('its shared texts take more than 60000'),
  });
});

test('a damaged byte, or an end too early, is found, or of no meaning', async () => {
  const bytes = workbookOf(GOOD);
  const good = await rowsOf(bytes);
  expect(good).toEqual([{ row: 1, cells: ['Käse', '2023-03-15 06:00:00'] }]);
  const outcome = (damaged: Buffer): Promise<unknown> =>
    rowsOf(damaged).catch((error: unknown) => (error instanceof EtlError ? error.code : error));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= change;
      expect([good, 'FILE_REFUSED']).toContainEqual(await outcome(damaged));
      expect(await outcome(bytes.subarray(0, at))).toBe('FILE_REFUSED');
    }),
    propertySettings('a damaged workbook', 500),
  );
});

test('what the source throws comes out as it is, wherever it is read', async () => {
  const bytes = workbookOf(GOOD);
  const failure = new EtlError('FILE_CHANGED', 'it was changed');
  for (let reads = 0; ; reads += 1) {
    const source = sourceOf(bytes);
    let left = reads;
    const read = (buffer: Buffer, position: number): Promise<number> =>
      left-- > 0 ? source.read(buffer, position) : Promise.reject(failure);
    const all = rowsFrom({ bytes: bytes.length, read });
    const error = await all.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) break;
    expect(error).toBe(failure);
  }
});

test('reading on demand: a reader that stops early reads no more of the source', async () => {
  const source = sourceOf(
    workbookOf({ rows: Array.from({ length: 200_000 }, () => `<row><c><v>${Math.random()}</v></c></row>`).join('') }),
  );
  let bytesRead = 0;
  const read = async (buffer: Buffer, position: number): Promise<number> => {
    const count = await source.read(buffer, position);
    bytesRead += count;
    return count;
  };
  for await (const batch of readSheet({ bytes: source.bytes, read }, { name: 'sales.xlsx', bytesMax: 1 << 26 })) {
    expect(batch.length).toBeGreaterThan(0);
    break;
  }
  const before = bytesRead;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(bytesRead).toBe(before);
  expect(bytesRead).toBeLessThan(source.bytes / 2);
});

test('the event loop gets its turns although nothing waits', async () => {
  const bytes = workbookOf({ rows: '<row><c><v>1</v></c></row>'.repeat(300_000), zip: { isStored: true } });
  let turns = 0;
  let isReading = true;
  const turn = (): void => {
    turns += 1;
    if (isReading) setImmediate(turn);
  };
  setImmediate(turn);
  const start = performance.now();
  expect(await rowsOf(bytes)).toHaveLength(300_000);
  isReading = false;
  expect(turns).toBeGreaterThan((performance.now() - start) / 200);
});

function inline(text: string): string {
  return `<row><c t="inlineStr"><is><t>${text}</t></is></c></row>`;
}

function elsewhere(target: string): Buffer {
  return workbookOf({ parts: { 'xl/_rels/workbook.xml.rels': relationships([['rId1', 'worksheet', target]]) } });
}

function document(part: string): Buffer {
  return zipOf([
    { name: '_rels/.rels', content: relationships([['rId1', 'officeDocument', part]]) },
    { name: part, content: '<w:document xmlns:w="a"/>' },
  ]);
}

/** A file that begins as OLE files do, with the name of a stream somewhere. */
function ole(stream: string, at: number): Buffer {
  const bytes = Buffer.alloc(100_000);
  bytes.write('d0cf11e0a1b11ae1', 'hex');
  bytes.write(stream, at, 'utf16le');
  return bytes;
}
