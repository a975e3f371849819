import {
  SPARSE_BLOCK,
  SPARSE_CHUNK_HEAD,
  SPARSE_CLASS_DIRECTORY,
  SPARSE_CLASS_FULL,
  SPARSE_CLASS_ONE,
  SPARSE_FLOAT16,
  SPARSE_FLOAT32,
  SPARSE_TABLE_HEAD,
  SPARSE_WIDE,
} from '../layout-sparse';

/** Addresses and sizes within a sparse field, and its codes of values. See layout.ts for the picture. */

/** Postings of a chunk, by its class: 2, 3, 4, 6, 8, 12 … 128. */
@inline
export function chunkCapacity(kind: u32): u32 {
  return (2 + (kind & 1)) << (kind >>> 1);
}

/** Bytes of a piece of memory, by its class. */
export function classBytes(kind: u32): u32 {
  if (kind <= <u32>SPARSE_CLASS_FULL) return SPARSE_CHUNK_HEAD + (chunkCapacity(kind) << 3);
  return kind == SPARSE_CLASS_ONE ? 8 : 64 << (kind - SPARSE_CLASS_DIRECTORY);
}

/** Blocks of a directory, by its class. */
@inline
export function directoryCapacity(kind: u32): u32 {
  return 4 << (kind - SPARSE_CLASS_DIRECTORY);
}

@inline
export function valueBytes(values: u32): u32 {
  return values == SPARSE_FLOAT32 ? 4 : values == SPARSE_FLOAT16 ? 2 : 1;
}

/** Bytes of the rows of a block; its values follow. */
@inline
export function rowBytes(block: u32): u32 {
  return block & SPARSE_WIDE ? SPARSE_BLOCK * 4 : SPARSE_BLOCK * 2;
}

/** Address of the entry of a term, or of the free one where it belongs. Entries appear while threads read: reference first. */
@inline
export function entryOf(table: u32, index: u32): u32 {
  const mask = load<u32>(table, 4);
  let place = (index * 0x9e3779b1) >>> load<u32>(table);
  let entry = table + SPARSE_TABLE_HEAD + (place << 3);
  while (atomic.load<u32>(entry, 4) != 0 && load<u32>(entry) != index) {
    place = (place + 1) & mask;
    entry = table + SPARSE_TABLE_HEAD + (place << 3);
  }
  return entry;
}

/** IEEE half of a float, rounded to nearest even; what is too large becomes the largest half. */
export function halfOf(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  const sign = (bits >>> 16) & 0x8000;
  let size = bits & 0x7fffffff;
  if (size >= 0x477ff000) return sign | 0x7bff;
  // Below 2^-14: adding 0.5 rounds to multiples of 2^-24, which are the subnormal halves.
  if (size < 0x38800000) return sign | (reinterpret<u32>(reinterpret<f32>(size) + 0.5) - 0x3f000000);
  size += 0xfff + ((size >>> 13) & 1);
  return sign | ((size - 0x38000000) >>> 13);
}

/** The float of a half that is no infinity. */
@inline
export function halfValue(half: i32): f32 {
  // Exponents of halves begin 112 higher; the sign stands alone.
  return reinterpret<f32>(((half << 16) >> 3) & 0x8fffe000) * reinterpret<f32>(0x77800000);
}
