import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { EtlError, shownName } from '@retail-etl/contracts';
import type { CsvEncoding } from '@retail-etl/sales';
import { endLinesByNewlines } from '../../codec/csv/lone-returns.js';
import { toUtf8 } from '../../codec/csv/to-utf8.js';
import type { ReadableText } from './open-records.js';

/** So much of a file is looked at, decompressed. */
const SAMPLE_BYTES = 4 << 20;

/** A piece of it is split into records at once. */
const SLICE_BYTES = 1 << 17;

/** The beginning of a file. */
export interface FileSample {
  /** The file's path or name, for messages and for values that a source takes of the path. */
  readonly name: string;
  /** As they lie in the file, decompressed. */
  readonly bytes: Buffer;
  /** Whether that is all of the file. */
  readonly isWhole: boolean;
}

/** Takes the first `bytesMax` bytes of a file, decompressed if its name ends in `.gz`. Throws FILE_REFUSED for a damaged gzip. */
export async function takeSample(name: string, pieces: AsyncIterable<Buffer>, bytesMax = SAMPLE_BYTES): Promise<FileSample> {
  const source = /\.gz$/i.test(name) ? pipeline(Readable.from(pieces), createGunzip(), () => undefined) : pieces;
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of source as AsyncIterable<Buffer>) {
      parts.push(Buffer.from(piece));
      bytes += piece.length;
      if (bytes > bytesMax) break;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') !== true) throw cause;
    throw new EtlError('FILE_REFUSED', `${shownName(name)} is not a whole gzip file (${code})`, { cause });
  }
  return { name, bytes: Buffer.concat(parts).subarray(0, bytesMax), isWhole: bytes <= bytesMax };
}

/** A sample as a file is read: its text as UTF-8. */
export function textOfSample({ name, bytes }: FileSample, options: SampleOptions): ReadableText {
  return {
    name,
    async *read(offset, onBytes) {
      let toSkip = offset;
      const text = toUtf8(slices(bytes, onBytes), options.encoding);
      for await (const piece of options.takesLoneReturns ? endLinesByNewlines(text) : text) {
        if (piece.length > toSkip) yield piece.subarray(toSkip);
        toSkip = Math.max(0, toSkip - piece.length);
      }
    },
  };
}

export interface SampleOptions {
  /** Of files without a byte order mark. */
  readonly encoding: CsvEncoding;
  /** Whether returns that no newline follows may end lines. */
  readonly takesLoneReturns: boolean;
}

/** All of a sample's text, with lines that end in newlines. */
export async function sampleText(sample: FileSample, encoding: CsvEncoding): Promise<string> {
  const parts: Buffer[] = [];
  for await (const piece of textOfSample(sample, { encoding, takesLoneReturns: true }).read(0)) parts.push(Buffer.from(piece));
  return Buffer.concat(parts).toString('utf8');
}

/** Copies, because what reads them may change them. */
async function* slices(bytes: Buffer, onBytes: ((piece: Buffer) => void) | undefined): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    const slice = Buffer.from(bytes.subarray(at, at + SLICE_BYTES));
    onBytes?.(slice);
    yield slice;
  }
}
