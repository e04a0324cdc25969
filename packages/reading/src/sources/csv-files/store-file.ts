import { pipeline, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { EtlError, shownName } from '@retail-etl/contracts';
import type { CsvEncoding } from '@retail-etl/sales';
import type { PlannedFile } from '@retail-etl/staging';
import { isSameContent, OpenInputFile } from '@retail-etl/store';
import { endLinesByNewlines } from '../../codec/csv/lone-returns.js';
import type { RandomAccess } from '../../codec/xlsx/random-access.js';
import { toUtf8 } from '../../codec/csv/to-utf8.js';

/** True for the path of a workbook. */
export function isWorkbook(path: string): boolean {
  return /\.xlsx$/i.test(path);
}

const PIECE_BYTES = 1 << 19;
/**
 * So much is decoded and split into records at once. It may be 65,536 records, after which the process has to look at its timers and sockets:
 * a job whose worker is silent for seconds is given to another one.
 */
const SLICE_BYTES = 1 << 17;

/** A compressed byte holds at most so many: the longest match, 258 bytes, takes two bits at least. */
const DEFLATE_RATIO_MAX = 1_032;

export interface ReadOptions {
  readonly folder: string;
  readonly encoding: CsvEncoding;
  /** Decompressed. */
  readonly bytesMax: number;
  /** Whether returns that no newline follows may end lines. */
  readonly takesLoneReturns: boolean;
}

/** An open store file that is still what plan saw. */
export class StoreFile {
  readonly name: string;
  readonly #planned: PlannedFile;
  readonly #options: ReadOptions;
  readonly #file: OpenInputFile;

  private constructor(planned: PlannedFile, options: ReadOptions, file: OpenInputFile) {
    this.name = planned.name;
    this.#planned = planned;
    this.#options = options;
    this.#file = file;
  }

  /** Its text has at most so many bytes, decompressed. */
  static bytesMost({ name, bytes }: PlannedFile, { bytesMax }: ReadOptions): number {
    return Math.min(isCompressed(name) || isWorkbook(name) ? bytes * DEFLATE_RATIO_MAX : bytes, bytesMax);
  }

  /** Throws FILE_CHANGED if the file is no longer what plan saw, FILE_REFUSED if it may not be read. */
  static async open(planned: PlannedFile, options: ReadOptions): Promise<StoreFile> {
    const file = new StoreFile(planned, options, await OpenInputFile.open(options.folder, planned.name));
    try {
      await file.verifyUnchanged();
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Throws FILE_CHANGED if the file is no longer what plan saw. */
  async verifyUnchanged(): Promise<void> {
    const { name, bytes } = this.#planned;
    const now = await this.#file.identity();
    if (isSameContent(now, this.#planned)) return;
    throw new EtlError('FILE_CHANGED', `${shownName(name)} was changed while it was being read (${bytes} bytes before, ${now.bytes} now)`);
  }

  /** `{ wasTouched: true }` if its change time is no longer what plan saw, although nothing else of it has changed. */
  async touched(): Promise<{ wasTouched?: boolean }> {
    return (await this.#file.identity()).changedNs === this.#planned.changedNs ? {} : { wasTouched: true };
  }

  /** Its bytes as they lie in it. */
  get access(): RandomAccess {
    return { bytes: this.#planned.bytes, read: (buffer, position) => this.#file.read(buffer, position) };
  }

  /** Decompressed. */
  get bytesMax(): number {
    return this.#options.bytesMax;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /**
   * Its text as UTF-8 from `offset` on, in pieces that are good until the next is asked for, each in a turn of the event loop of its own.
   * `onBytes` sees the decompressed bytes of the whole file. Throws FILE_REFUSED if it is no gzip although named so, or larger than `bytesMax`, FILE_CHANGED if it has grown.
   */
  async *read(offset: number, onBytes?: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
    let toSkip = offset;
    try {
      const text = toUtf8(this.#decompressed(onBytes), this.#options.encoding);
      for await (const piece of this.#options.takesLoneReturns ? endLinesByNewlines(text) : text) {
        if (piece.length <= toSkip) {
          toSkip -= piece.length;
          continue;
        }
        yield piece.subarray(toSkip);
        toSkip = 0;
      }
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code?.startsWith('Z_') !== true) throw cause;
      // A delivery that is still under way looks like a damaged one.
      await this.verifyUnchanged();
      throw new EtlError('FILE_REFUSED', `${shownName(this.name)} is not a whole gzip file (${code})`, { cause });
    }
  }

  async *#decompressed(onBytes: ((bytes: Buffer) => void) | undefined): AsyncGenerator<Buffer> {
    const { bytesMax } = this.#options;
    const isPacked = isCompressed(this.name);
    // The decompressing stream reads ahead, so there each piece needs memory of its own.
    const pieces = this.#pieces(isPacked);
    // The error of either stream comes out of the loop below.
    const source = isPacked ? pipeline(Readable.from(pieces), createGunzip({ chunkSize: PIECE_BYTES }), () => undefined) : pieces;
    let bytes = 0;
    for await (const piece of source as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > bytesMax)
        throw new EtlError('FILE_REFUSED', `${shownName(this.name)} is larger than FILE_BYTES_MAX (${bytesMax} bytes, decompressed)`);
      onBytes?.(piece);
      for (let at = 0; at < piece.length; at += SLICE_BYTES) {
        if (at > 0) await nextTurn();
        yield piece.subarray(at, at + SLICE_BYTES);
      }
    }
  }

  async *#pieces(areKept: boolean): AsyncGenerator<Buffer> {
    // One byte more than planned shows a file that has grown.
    const size = Math.min(PIECE_BYTES, this.#planned.bytes + 1);
    let buffer = Buffer.allocUnsafe(size);
    for (let position = 0; ;) {
      if (areKept) buffer = Buffer.allocUnsafe(size);
      const bytesRead = await this.#file.read(buffer, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      // A file may grow as fast as it is read.
      if (position > this.#planned.bytes) await this.verifyUnchanged();
      yield buffer.subarray(0, bytesRead);
    }
  }
}

function isCompressed(name: string): boolean {
  return /\.gz$/i.test(name);
}
