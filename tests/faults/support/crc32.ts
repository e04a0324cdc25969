const TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** As MySQL's CRC32 and zlib; Node's own came only with version 22. */
export function crc32(text: string): number {
  let value = -1;
  for (const byte of Buffer.from(text)) value = TABLE[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ -1) >>> 0;
}
