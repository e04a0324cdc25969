/** Writes Thrift's compact protocol, as far as Parquet's headers need it. Source: thrift-compact-protocol.md of Apache Thrift. */
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

export type Field = readonly [id: number, value: Value];
export type Value =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly struct: readonly Field[] }
  | { readonly i32s: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly structs: readonly (readonly Field[])[] };

/** One struct as bytes; its fields in ascending order of id. */
export function encodeStruct(fields: readonly Field[]): Buffer {
  const out: number[] = [];
  writeStruct(out, fields);
  return Buffer.from(out);
}

function writeStruct(out: number[], fields: readonly Field[]): void {
  let previous = 0;
  for (const [id, value] of fields) {
    // All ids used are within 15 of each other, so the short form with the difference always fits.
    out.push(((id - previous) << 4) | typeOf(value));
    previous = id;
    writeValue(out, value);
  }
  out.push(0);
}

function typeOf(value: Value): number {
  if ('i32' in value) return I32;
  if ('i64' in value) return I64;
  if ('text' in value) return BINARY;
  return 'struct' in value ? STRUCT : LIST;
}

function writeValue(out: number[], value: Value): void {
  if ('i32' in value) writeVarint(out, value.i32 * 2);
  else if ('i64' in value) writeVarint(out, value.i64 * 2);
  else if ('text' in value) writeText(out, value.text);
  else if ('struct' in value) writeStruct(out, value.struct);
  else if ('i32s' in value) writeList(out, I32, value.i32s, (item) => writeVarint(out, item * 2));
  else if ('texts' in value) writeList(out, BINARY, value.texts, (item) => writeText(out, item));
  else writeList(out, STRUCT, value.structs, (item) => writeStruct(out, item));
}

function writeList<T>(out: number[], type: number, items: readonly T[], write: (item: T) => void): void {
  if (items.length < 15) out.push((items.length << 4) | type);
  else {
    out.push(0xf0 | type);
    writeVarint(out, items.length);
  }
  for (const item of items) write(item);
}

function writeText(out: number[], text: string): void {
  const bytes = Buffer.from(text);
  writeVarint(out, bytes.length);
  out.push(...bytes);
}

/** Zigzag of a number that is never negative is its double, so callers pass the double. */
function writeVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}
