import { crc32, deflateRawSync } from 'node:zlib';

/** One file of a ZIP file, with what may be wrong about it. */
export interface ZipPart {
  readonly name: string;
  readonly content: Buffer | string;
  /** Not compressed. */
  readonly isStored?: boolean;
  /** Sizes and checksum follow the data, as programs write that do not know them before. */
  readonly hasDescriptor?: boolean;
  /** Sizes and offset stand in the extra field of ZIP64. */
  readonly isZip64?: boolean;
  readonly isEncrypted?: boolean;
  /** Another number than that of deflate. */
  readonly method?: number;
  /** What the directory says instead of the truth. */
  readonly saidBytes?: number;
  readonly saidChecksum?: number;
  /** Compressed bytes in place of those that the content makes. */
  readonly packed?: Buffer;
}

const VERSION = 45;
const IN_ZIP64 = 0xffffffff;

/** Writes a ZIP file by the layout of APPNOTE.TXT, sections 4.3.7 to 4.3.16. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const content = Buffer.from(part.content as string);
    const packed = part.packed ?? (part.isStored === true ? content : deflateRawSync(content));
    const method = part.method ?? (part.isStored === true ? 0 : 8);
    const sums = { checksum: part.saidChecksum ?? crc32(content), packed: packed.length, bytes: part.saidBytes ?? content.length };
    const late = part.hasDescriptor === true;
    const flags = 0x800 | (late ? 8 : 0) | (part.isEncrypted === true ? 1 : 0);
    const name = Buffer.from(part.name);
    const own = [
      header(flags, method, late ? { checksum: 0, packed: 0, bytes: 0 } : sums, name.length, 0),
      name,
      packed,
      late ? descriptor(sums) : '',
    ];
    const file = Buffer.concat([u32(0x04034b50), ...own.map((bytes) => Buffer.from(bytes as string))]);
    const zip64 =
      part.isZip64 === true ? Buffer.concat([u16(1), u16(24), u64(sums.bytes), u64(sums.packed), u64(offset)]) : Buffer.alloc(0);
    const listed = part.isZip64 === true ? { ...sums, packed: IN_ZIP64, bytes: IN_ZIP64 } : sums;
    const place = part.isZip64 === true ? IN_ZIP64 : offset;
    directory.push(u32(0x02014b50), u16(VERSION), header(flags, method, listed, name.length, zip64.length));
    directory.push(u16(0), u16(0), u16(0), u32(0), u32(place), name, zip64);
    files.push(file);
    offset += file.length;
  }
  const listing = Buffer.concat(directory);
  return Buffer.concat([...files, listing, ending(parts, listing.length, offset)]);
}

/** The end of the central directory. That of ZIP64 comes before it if any part has ZIP64. */
function ending(parts: readonly ZipPart[], listingBytes: number, offset: number): Buffer {
  const isZip64 = parts.some((part) => part.isZip64 === true);
  const count = parts.length;
  const end64 = [
    u32(0x06064b50),
    u64(44),
    u16(VERSION),
    u16(VERSION),
    u32(0),
    u32(0),
    u64(count),
    u64(count),
    u64(listingBytes),
    u64(offset),
  ];
  const locator = [u32(0x07064b50), u32(0), u64(offset + listingBytes), u32(1)];
  const end = [u32(0x06054b50), u16(0), u16(0), u16(count), u16(count), u32(listingBytes), u32(isZip64 ? IN_ZIP64 : offset), u16(0)];
  return Buffer.concat([...(isZip64 ? [...end64, ...locator] : []), ...end]);
}

interface Sums {
  readonly checksum: number;
  readonly packed: number;
  readonly bytes: number;
}

/** From the version on to the length of the extra field: the same in front of a file and in the directory. */
function header(flags: number, method: number, sums: Sums, nameBytes: number, extraBytes: number): Buffer {
  const time = [u16(0), u16(0x21)];
  return Buffer.concat([u16(VERSION), u16(flags), u16(method), ...time, ...sumFields(sums), u16(nameBytes), u16(extraBytes)]);
}

const sumFields = ({ checksum, packed, bytes }: Sums): Buffer[] => [u32(checksum), u32(packed), u32(bytes)];

const descriptor = (sums: Sums): Buffer => Buffer.concat([u32(0x08074b50), ...sumFields(sums)]);

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}
