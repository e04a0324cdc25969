import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partsOf } from './made-workbook.js';
import { zipOf } from './zip-writer.js';

const MIB = 1 << 20;
const BOMB_BYTES = 4_096 * MIB;
/** A process that reads nothing has about 60 MB. Garbage comes on top, on a busy machine up to twice as much: far from what a bomb holds. */
const PROCESS_BYTES = 256 * MIB;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retail-etl-xlsx-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads a workbook in a process of its own, since memory is counted for whole processes. Tests run what is built. */
const SCRIPT = `
import { open } from 'node:fs/promises';
const { readSheet } = await import(process.argv[1]);
const file = await open(process.argv[2]);
const { size: bytes } = await file.stat();
const read = async (buffer, position) => (await file.read(buffer, 0, buffer.length, position)).bytesRead;
let error = '';
let rows = 0;
try {
  for await (const batch of readSheet({ bytes, read }, { name: 'bomb.xlsx', bytesMax: Number(process.argv[3]) })) rows += batch.length;
} catch ({ code, message }) {
  error = code + ': ' + message;
}
process.stdout.write(JSON.stringify({ error, rows, peakBytes: 1024 * process.resourceUsage().maxRSS }));
`;

async function readBomb(bytes: Buffer, bytesMax: number): Promise<{ error: string; rows: number; peakBytes: number }> {
  const path = join(folder, 'bomb.xlsx');
  await writeFile(path, bytes);
  const module = new URL('../../dist/codec/xlsx/read-sheet.js', import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT, module, path, String(bytesMax)]);
  return JSON.parse(stdout) as { error: string; rows: number; peakBytes: number };
}

/** A workbook one part of which is a piece of text over and over: gigabytes in a few megabytes. */
function bomb(part: string, head: string, piece: string): Buffer {
  const block = Buffer.from(piece.repeat(Math.ceil(MIB / piece.length)));
  const packed = Buffer.concat([
    deflateRawSync(head, { finishFlush: constants.Z_FULL_FLUSH }),
    ...Array<Buffer>(BOMB_BYTES / MIB).fill(deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH })),
    deflateRawSync(''),
  ]);
  return zipOf(
    [...partsOf({ shared: '' })].map(([name, content]) =>
      name === part ? { name, content: '', packed, saidBytes: BOMB_BYTES - 1 } : { name, content },
    ),
  );
}

test.each([
  ['a sheet of elements that nobody reads', 'xl/worksheets/sheet1.xml', '<worksheet><sheetData>', '<x/>'],
  ['a sheet of empty rows far apart', 'xl/worksheets/sheet1.xml', '<worksheet><sheetData>', '<row><c r="XFD1"/></row>'],
  ['shared texts', 'xl/sharedStrings.xml', '<sst>', '<si><t>something</t></si>'],
  ['empty shared texts', 'xl/sharedStrings.xml', '<sst>', '<si/>'],
  ['styles', 'xl/styles.xml', '<styleSheet><cellStyles>', '<xf/>'],
  ['relationships', 'xl/_rels/workbook.xml.rels', '<Relationships>', '<Relationship Id="a" Type="b" Target="c" TargetMode="External"/>'],
])('of a bomb of 4 GiB, %s, no more than the limit is read', async (_, part, head, piece) => {
  const bytesMax = 24 * MIB;
  const bytes = bomb(part, head, piece);
  expect(bytes.length).toBeLessThan(BOMB_BYTES / 100);
  const { error, peakBytes } = await readBomb(bytes, bytesMax);
  expect(error).toMatch(/^FILE_REFUSED: bomb\.xlsx (?:is too large: |is damaged: row 1048577 )/);
  // Shared texts take as much as the limit at most, and half as much again while their index grows.
  expect(peakBytes).toBeLessThan(PROCESS_BYTES + 1.5 * bytesMax);
});

test('one cell without an end is refused at once', async () => {
  const { error, peakBytes } = await readBomb(bomb('xl/worksheets/sheet1.xml', '<worksheet><sheetData><row><c><v>', '1'), BOMB_BYTES);
  expect(error).toBe('FILE_REFUSED: bomb.xlsx is damaged: xl/worksheets/sheet1.xml has more than 1048576 characters without a tag');
  expect(peakBytes).toBeLessThan(PROCESS_BYTES);
});
