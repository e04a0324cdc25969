import type { RandomAccess } from './random-access.js';
import { refused } from './refuse.js';

/** How an OLE file begins: workbooks with a password, and those of Excel before 2007. */
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
/** The name of the stream that holds an encrypted workbook. */
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le');
const PIECE_BYTES = 1 << 16;

/** Throws FILE_REFUSED for an OLE file. It says whether a password or the older format is in the way. */
export async function refuseOle(source: RandomAccess, name: string): Promise<void> {
  const buffer = Buffer.alloc(PIECE_BYTES);
  let kept = 0;
  for (let position = 0; ;) {
    const bytesRead = await source.read(buffer.subarray(kept), position);
    const filled = buffer.subarray(0, kept + bytesRead);
    if (position === 0 && !filled.subarray(0, OLE.length).equals(OLE)) return;
    if (filled.includes(ENCRYPTED)) throw refused(name, 'is protected by a password');
    if (bytesRead === 0) throw refused(name, 'is not an .xlsx workbook but one of the older kind (.xls), or another OLE file');
    position += bytesRead;
    // The name may lie across two pieces.
    kept = Math.min(filled.length, ENCRYPTED.length - 1);
    filled.copy(buffer, 0, filled.length - kept);
  }
}
