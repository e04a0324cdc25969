import { toUtf8 } from '../src/codec/csv/to-utf8.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';

type Encoding = Parameters<typeof toUtf8>[1];

async function decode(bytes: Uint8Array, encoding: Encoding, pieceSize = 1): Promise<Buffer> {
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += pieceSize) yield Buffer.from(bytes.subarray(at, at + pieceSize));
  })();
  const decoded: Buffer[] = [];
  for await (const piece of toUtf8(pieces, encoding)) decoded.push(Buffer.from(piece));
  return Buffer.concat(decoded);
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', '\n', 'é', '€', '😀', '\u0800', '\ufffd', '\0'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 30,
});
const pieceSize = fc.integer({ min: 1, max: 9 });

describe('text in any encoding and pieces of any size', () => {
  test('comes out as the same text', async () => {
    const property = fc.asyncProperty(text, pieceSize, async (original, size) => {
      const utf8 = Buffer.from(original);
      const marked = Buffer.from(`\ufeff${original}`);
      expect(await decode(marked, 'windows-1252', size)).toEqual(utf8);
      expect(await decode(Buffer.from(`\ufeff${original}`, 'utf16le'), 'utf-8', size)).toEqual(utf8);
      expect(await decode(utf16be(`\ufeff${original}`), 'utf-8', size)).toEqual(utf8);
      // Without a mark of its own: the first character may not look like one.
      expect(await decode(Buffer.from(`x${original}`), 'utf-8', size)).toEqual(Buffer.from(`x${original}`));
      expect(await decode(Buffer.from(`x${original}`, 'utf16le'), 'utf-16le', size)).toEqual(Buffer.from(`x${original}`));
      expect(await decode(utf16be(`x${original}`), 'utf-16be', size)).toEqual(Buffer.from(`x${original}`));
    });
    await fc.assert(property, propertySettings('encodings', 200));
  });
});

test('windows-1252 and Latin-1, byte by byte', async () => {
  const bytes = Buffer.from([0x41, 0x80, 0x81, 0x8d, 0x92, 0x99, 0x9f, 0xa0, 0xe9, 0xff]);
  expect((await decode(bytes, 'windows-1252')).toString()).toBe('A€\u0081\u008d’™Ÿ\u00a0éÿ');
  expect((await decode(bytes, 'iso-8859-1')).toString()).toBe('A\u0080\u0081\u008d\u0092\u0099\u009f\u00a0éÿ');
});

test.each<[what: string, units: number[], expected: string]>([
  ['a low half alone', [0x41, 0xdc00, 0x42], '41ff42'],
  ['a high half alone', [0x41, 0xd800, 0x42], '41ff42'],
  ['two high halves', [0xd800, 0xd83d, 0xde00], 'fff09f9880'],
  ['a high half at the end', [0x41, 0xd800], '41ff'],
])('%s is invalid, and what stands around it is kept', async (_what, units, expected) => {
  const bytes = Buffer.from(Uint16Array.from(units).buffer);
  for (const size of [1, 2, 3, 100])
    expect((await decode(Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]), 'utf-8', size)).toString('hex')).toBe(expected);
});

test('half a unit at the end is invalid', async () => {
  expect((await decode(Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42]), 'utf-8')).toString('hex')).toBe('41ff');
});

test.each([
  ['nothing', []],
  ['one byte', [0x41]],
  ['two bytes', [0x41, 0x42]],
  ['half a mark', [0xef, 0xbb]],
  ['a mark', [0xef, 0xbb, 0xbf]],
])('%s', async (what, bytes) => {
  expect(await decode(Buffer.from(bytes), 'utf-8')).toEqual(Buffer.from(what === 'a mark' ? [] : bytes));
});
