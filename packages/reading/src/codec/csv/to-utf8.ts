import type { CsvEncoding } from '@retail-etl/sales';

/** Stands for what is no character in the file's encoding; it is no valid UTF-8 either, so the scanner finds the record malformed. */
const INVALID = Buffer.from([0xff]);

interface Decoder {
  /** Bytes as UTF-8. With `last`, what is left over at the end is invalid. */
  decode(bytes: Buffer, last: boolean): Buffer;
}

/** Turns a file's bytes into UTF-8 without a byte order mark. The mark, where there is one, decides over `encoding`. */
export async function* toUtf8(pieces: AsyncIterable<Buffer>, encoding: CsvEncoding): AsyncGenerator<Buffer> {
  let decoder: Decoder | null = null;
  let first: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (decoder === null) {
      // A copy: the next piece may come in the memory of this one.
      first = Buffer.concat([first, piece]);
      if (first.length < 3) continue;
      const start = chooseDecoder(first, encoding);
      decoder = start.decoder;
      yield decoder.decode(first.subarray(start.markLength), false);
    } else yield decoder.decode(piece, false);
  }
  if (decoder === null) {
    const start = chooseDecoder(first, encoding);
    yield start.decoder.decode(first.subarray(start.markLength), true);
  } else yield decoder.decode(Buffer.alloc(0), true);
}

function chooseDecoder(first: Buffer, encoding: CsvEncoding): { decoder: Decoder; markLength: number } {
  if (first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf) return { decoder: utf8, markLength: 3 };
  if (first[0] === 0xff && first[1] === 0xfe) return { decoder: utf16('le'), markLength: 2 };
  if (first[0] === 0xfe && first[1] === 0xff) return { decoder: utf16('be'), markLength: 2 };
  switch (encoding) {
    case 'utf-8':
      return { decoder: utf8, markLength: 0 };
    case 'utf-16le':
      return { decoder: utf16('le'), markLength: 0 };
    case 'utf-16be':
      return { decoder: utf16('be'), markLength: 0 };
    case 'iso-8859-1':
      return { decoder: { decode: (bytes) => Buffer.from(bytes.toString('latin1')) }, markLength: 0 };
    case 'windows-1252':
      return {
        decoder: { decode: (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(/[\x80-\x9f]/g, windowsCharacter)) },
        markLength: 0,
      };
  }
}

/** Characters of windows-1252 where it differs from Latin-1, from 0x80 on. Not by TextDecoder: in several versions of Node it takes Latin-1 instead. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const windowsCharacter = (character: string): string => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? character;

const utf8: Decoder = { decode: (bytes) => bytes };

function utf16(order: 'le' | 'be'): Decoder {
  let left: Buffer = Buffer.alloc(0);
  return {
    decode(bytes, last) {
      const all = Buffer.concat([left, bytes]);
      let whole = all.length - (all.length % 2);
      // Half of a surrogate pair waits for its other half.
      if (!last && whole >= 2 && (all[order === 'le' ? whole - 1 : whole - 2]! & 0xfc) === 0xd8) whole -= 2;
      left = all.subarray(whole);
      const units = Buffer.from(all.subarray(0, whole));
      if (order === 'be') units.swap16();
      const text = units.toString('utf16le');
      const decoded = text.isWellFormed() ? Buffer.from(text) : encodeMarking(text);
      return last && left.length > 0 ? Buffer.concat([decoded, INVALID]) : decoded;
    },
  };
}

/** UTF-8 with each lone surrogate replaced by an invalid byte. */
function encodeMarking(text: string): Buffer {
  const parts: Buffer[] = [];
  for (const part of text.split(/\p{Surrogate}/u)) parts.push(Buffer.from(part), INVALID);
  return Buffer.concat(parts.slice(0, -1));
}
