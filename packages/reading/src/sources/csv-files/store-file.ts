import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { CsvEncoding } from '@retail-etl/sales';
import { EtlError } from '@retail-etl/contracts';
import type { PlannedFile } from '@retail-etl/staging';
import { toUtf8 } from '../../codec/csv/to-utf8.js';

const PIECE_BYTES = 1 << 19;

/** An open store file that is still what plan saw. */
export interface StoreFile {
  readonly name: string;
  /**
   * Its text as UTF-8 from `offset` on, in pieces that are good until the next is asked for. `onBytes` sees the decompressed bytes of the whole file. Throws FILE_REFUSED if it is no
   * gzip although named so, or larger than `bytesMax`, FILE_CHANGED if it has grown.
   */
  read(offset: number, onBytes?: (bytes: Buffer) => void): AsyncGenerator<Buffer>;
  /** Throws FILE_CHANGED if the file is no longer what plan saw. */
  verifyUnchanged(): Promise<void>;
  close(): Promise<void>;
}

export interface ReadOptions {
  readonly folder: string;
  readonly encoding: CsvEncoding;
  /** Decompressed. */
  readonly bytesMax: number;
}

export async function openStoreFile(planned: PlannedFile, options: ReadOptions): Promise<StoreFile> {
  const { name } = planned;
  let handle: FileHandle;
  try {
    // Neither follows a link nor waits for the writer of a pipe that took the file's place.
    handle = await open(join(options.folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new EtlError('FILE_CHANGED', `${name} was removed after the run had listed it`, { cause });
    if (code === 'ELOOP') throw new EtlError('FILE_CHANGED', `${name} became a link after the run had listed it`, { cause });
    if (code === 'EACCES') throw new EtlError('FILE_REFUSED', `${name} may not be read by the user of this service`, { cause });
    throw cause;
  }
  const verifyUnchanged = async (): Promise<void> => {
    const now = await handle.stat({ bigint: true });
    if (Number(now.size) === planned.bytes && String(now.mtimeNs) === planned.modifiedNs && `${now.dev}:${now.ino}` === planned.inode)
      return;
    throw new EtlError('FILE_CHANGED', `${name} was changed while it was being read (${planned.bytes} bytes before, ${now.size} now)`);
  };
  try {
    await verifyUnchanged();
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    name,
    verifyUnchanged,
    close: () => handle.close(),
    async *read(offset, onBytes) {
      let bytes = 0;
      const counted = (piece: Buffer): void => {
        bytes += piece.length;
        if (bytes > options.bytesMax) {
          throw new EtlError('FILE_REFUSED', `${name} is larger than FILE_BYTES_MAX (${options.bytesMax} bytes, decompressed)`);
        }
        onBytes?.(piece);
      };
      let toSkip = offset;
      const isCompressed = /\.gz$/i.test(name);
      // The decompressing stream reads ahead, so there each piece needs memory of its own.
      const source = readPieces(handle, planned.bytes, verifyUnchanged, isCompressed);
      try {
        for await (const piece of toUtf8(decompress(source, isCompressed, counted), options.encoding)) {
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
        await verifyUnchanged();
        throw new EtlError('FILE_REFUSED', `${name} is not a whole gzip file (${code})`, { cause });
      }
    },
  };
}

async function* decompress(
  pieces: AsyncGenerator<Buffer>,
  isCompressed: boolean,
  onBytes: (bytes: Buffer) => void,
): AsyncGenerator<Buffer> {
  // The error of either stream comes out of the loop below.
  const source = isCompressed ? pipeline(Readable.from(pieces), createGunzip({ chunkSize: PIECE_BYTES }), () => undefined) : pieces;
  for await (const piece of source as AsyncIterable<Buffer>) {
    onBytes(piece);
    yield piece;
  }
}

async function* readPieces(
  handle: FileHandle,
  bytesPlanned: number,
  verifyUnchanged: () => Promise<void>,
  areKept: boolean,
): AsyncGenerator<Buffer> {
  // One byte more than planned shows a file that has grown.
  const size = Math.min(PIECE_BYTES, bytesPlanned + 1);
  let buffer = Buffer.allocUnsafe(size);
  for (let position = 0; ;) {
    if (areKept) buffer = Buffer.allocUnsafe(size);
    const { bytesRead } = await handle.read(buffer, 0, size, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    // A file may grow as fast as it is read.
    if (position > bytesPlanned) await verifyUnchanged();
    yield buffer.subarray(0, bytesRead);
  }
}
