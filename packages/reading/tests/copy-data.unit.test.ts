import { CopyData } from '../src/codec/pg-copy/copy-data.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';

interface Message {
  readonly code: string;
  readonly content: Buffer;
}

const wire = ({ code, content }: Message): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(code), length, content]);
};

/** What may come before a copy ends: the answer to it, rows, and what a server says now and then. */
const message: fc.Arbitrary<Message> = fc.record({
  code: fc.constantFrom('d', 'd', 'd', 'd', 'H', 'S', 'N', 'A'),
  content: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
});

/** Pushes the bytes in pieces of the given sizes; what comes behind the end is put together again. */
function copy(bytes: Buffer, sizes: readonly number[]): { text: Buffer; rest: Buffer | null } {
  const data = new CopyData();
  const texts: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    const { text, rest } = data.push(Buffer.from(bytes.subarray(at, at + size)));
    texts.push(Buffer.from(text));
    at += size;
    if (rest !== null) return { text: Buffer.concat(texts), rest: Buffer.concat([rest, bytes.subarray(at)]) };
  }
  return { text: Buffer.concat(texts), rest: null };
}

test('takes the rows out of the stream and leaves what comes behind them, wherever the pieces end', () => {
  const ends = fc.constantFrom(
    // CopyDone is ours; CommandComplete and ReadyForQuery are the client's, and so is an error, whole.
    { end: [wire({ code: 'c', content: Buffer.alloc(0) })], rest: [{ code: 'C', content: Buffer.from('COPY 3\0') }] },
    { end: [], rest: [{ code: 'E', content: Buffer.from('SERROR\0\0') }] },
    { end: [], rest: [] },
  );
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 30 }),
      ends,
      fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 }),
      (messages, { end, rest }, sizes) => {
        const behind = Buffer.concat([...rest, ...(rest.length > 0 ? [{ code: 'Z', content: Buffer.from('T') }] : [])].map(wire));
        const bytes = Buffer.concat([...messages.map(wire), ...end, behind]);
        const rows = Buffer.concat(messages.filter(({ code }) => code === 'd').map(({ content }) => content));
        expect(copy(bytes, sizes)).toEqual({ text: rows, rest: behind.length > 0 ? behind : null });
      },
    ),
    propertySettings('copy data', 400),
  );
});
