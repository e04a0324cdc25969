import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { EtlError } from '@retail-etl/contracts';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { type RandomAccess, readFully } from './random-access.js';
import { damaged, refused } from './refuse.js';

/** More files than this are in no workbook. */
const ENTRIES_MAX = 1 << 16;
const PIECE_BYTES = 1 << 16;

const STORED = 0;
const DEFLATED = 8;

/**
 * The parts of a ZIP file, by yauzl: ZIP64 and data descriptors too, since only the central directory is read. Names are compared without regard to case, as the
 * format of workbooks demands. What is read is held against the size and the CRC-32 of the directory.
 */
export class ZipArchive {
  readonly #source: RandomAccess;
  readonly #name: string;
  readonly #zip: ZipFile;
  readonly #entries = new Map<string, Entry>();

  private constructor(source: RandomAccess, name: string, zip: ZipFile) {
    this.#source = source;
    this.#name = name;
    this.#zip = zip;
  }

  /** Throws FILE_REFUSED if it is no ZIP file, its directory is damaged, or two parts have the same name. */
  static async open(source: RandomAccess, name: string): Promise<ZipArchive> {
    const reader = new SourceReader(source);
    try {
      const zip = await fromRandomAccessReaderPromise(reader, source.bytes, { autoClose: false });
      const archive = new ZipArchive(source, name, zip);
      for await (const entry of zip.eachEntry()) archive.#add(entry);
      return archive;
    } catch (error) {
      if (reader.failure !== undefined) throw reader.failure;
      throw error instanceof EtlError ? error : refused(name, `is no whole workbook (${(error as Error).message})`, error);
    }
  }

  #add(entry: Entry): void {
    const key = entry.fileName.toLowerCase();
    if (this.#entries.has(key)) throw damaged(this.#name, 'it has two parts of the same name');
    if (this.#entries.size >= ENTRIES_MAX) throw damaged(this.#name, `it has more than ${ENTRIES_MAX} parts`);
    this.#entries.set(key, entry);
  }

  has(part: string): boolean {
    return this.#entries.has(part.toLowerCase());
  }

  /**
   * The unzipped bytes of a part, in pieces. Throws FILE_REFUSED if there are more than `bytesMax`, whatever the directory says, or if they are
   * not what it says.
   */
  async *read(part: string, bytesMax: number): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(part.toLowerCase());
    if (entry === undefined) throw damaged(this.#name, `${part} is not in it`);
    if (entry.isEncrypted()) throw refused(this.#name, 'is protected by a password');
    const { compressionMethod: method, uncompressedSize } = entry;
    if (method !== STORED && method !== DEFLATED)
      throw damaged(this.#name, `${part} is packed by method ${method}, which workbooks do not use`);
    const start = await this.#dataStart(entry);
    let bytes = 0;
    let checksum = 0;
    for await (const piece of this.#unpacked(entry, start)) {
      bytes += piece.length;
      if (bytes > bytesMax) throw refused(this.#name, `is too large: ${part} has more than ${bytesMax} bytes, unzipped`);
      if (bytes > uncompressedSize) break;
      checksum = crc32(piece, checksum);
      yield piece;
    }
    if (bytes !== uncompressedSize || checksum !== entry.crc32) throw damaged(this.#name, `${part} is not what its directory says`);
  }

  #dataStart(entry: Entry): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#zip.readLocalFileHeader(entry, { minimal: true }, (error, header) => {
        if (error === null || error === undefined) resolve(header.fileDataStart);
        else reject(error.message === SOURCE_FAILED ? (error.cause as Error) : damaged(this.#name, error.message, error));
      });
    });
  }

  async *#unpacked(entry: Entry, start: number): AsyncGenerator<Buffer> {
    const packed = this.#packed(start, entry.compressedSize);
    if (entry.compressionMethod === STORED) {
      yield* packed;
      return;
    }
    const inflate = createInflateRaw({ chunkSize: PIECE_BYTES });
    try {
      // The error of either stream comes out of the loop below.
      for await (const piece of pipeline(Readable.from(packed), inflate, () => undefined)) yield piece as Buffer;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code?.startsWith('Z_') !== true) throw cause;
      throw damaged(this.#name, `${entry.fileName} cannot be unzipped (${code})`, cause);
    }
  }

  async *#packed(start: number, length: number): AsyncGenerator<Buffer> {
    for (let done = 0; done < length;) {
      const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, length - done));
      const bytesRead = await this.#source.read(buffer, start + done);
      if (bytesRead === 0) throw damaged(this.#name, 'it ends early');
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}

const SOURCE_FAILED = 'the source of the workbook failed';

/** A source as yauzl reads it. Its own errors, such as those of a disk, are kept apart from those of the ZIP file. */
class SourceReader extends RandomAccessReader {
  readonly #source: RandomAccess;
  /** What the source threw. */
  failure: Error | undefined;

  constructor(source: RandomAccess) {
    super();
    this.#source = source;
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    // A damaged directory may point anywhere.
    if (position + length > this.#source.bytes) {
      callback(new Error('it ends early'));
      return;
    }
    readFully(this.#source, buffer.subarray(offset, offset + length), position).then(
      (isWhole) => callback(isWhole ? null : new Error('it ends early')),
      (error: Error) => {
        this.failure = error;
        callback(new Error(SOURCE_FAILED, { cause: error }));
      },
    );
  }
}
