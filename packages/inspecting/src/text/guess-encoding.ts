import { isUtf8 } from 'node:buffer';
import type { CsvEncoding } from '@retail-etl/sales';

/** The encoding of a file, and whether a byte order mark says so. */
export interface GuessedEncoding {
  readonly encoding: CsvEncoding;
  readonly hasMark: boolean;
}

/** So many bytes are looked at for NULs. */
const LOOKED_AT = 1 << 14;
/** In UTF-16, text of Latin letters has a NUL in every other byte. */
const NULS_MIN = 0.3;
/** A character has at most so many bytes, and the last may be cut. */
const CHARACTER_BYTES = 4;

/** Byte order mark, else UTF-16 by its NULs, else UTF-8 if it is valid, else windows-1252. */
export function guessEncoding(bytes: Buffer): GuessedEncoding {
  if (bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf))) return { encoding: 'utf-8', hasMark: true };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', hasMark: true };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', hasMark: true };
  const nuls = [0, 0];
  const length = Math.min(bytes.length, LOOKED_AT);
  for (let at = 0; at < length; at += 1) if (bytes[at] === 0) nuls[at % 2]! += 1;
  const [even = 0, odd = 0] = nuls.map((count) => count / Math.max(1, length / 2));
  if (odd > NULS_MIN && even < odd) return { encoding: 'utf-16le', hasMark: false };
  if (even > NULS_MIN && odd < even) return { encoding: 'utf-16be', hasMark: false };
  for (let cut = 0; cut < CHARACTER_BYTES; cut += 1)
    if (isUtf8(bytes.subarray(0, bytes.length - cut))) return { encoding: 'utf-8', hasMark: false };
  return { encoding: 'windows-1252', hasMark: false };
}
