import { dataDamaged } from '../core/errors.ts';
import type { ChecksummedFile } from '../storage/checksummed-file.ts';

/**
 * A rows file holds consecutive rows of a segment for good: their ids, flags, versions and original vectors
 * (docs/format-segment.md). Little-endian:
 *
 *   | firstRow u32 | rowCount u32 | dimension u32 | 0 u32 |
 *   | flags: rowCount bytes, padded to 8 | ids: 16 bytes a row | versions: f64 a row | vectors: dimension x f32 a row |
 *
 * A row without a vector has zeros there, so that a row's place follows from its number.
 */
export interface RowBlock {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly dimension: number;
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly versions: Float64Array;
}

export const ROWS_KIND = 'rows';
const HEADER_BYTES = 16;

/** Byte offset of the first vector in a file of `rowCount` rows. */
export function vectorsOffset(rowCount: number): number {
  return HEADER_BYTES + align8(rowCount) + rowCount * 24;
}

/** The bytes of a rows file, in order; `vectors` are chunks of whole rows that together hold every row. */
export function* encodeRows(block: RowBlock, vectors: Iterable<Uint8Array>): Iterable<Uint8Array> {
  const { firstRow, rowCount, dimension, flags, words, versions } = block;
  const head = new Uint8Array(HEADER_BYTES + align8(rowCount));
  new Uint32Array(head.buffer, 0, 4).set([firstRow, rowCount, dimension, 0]);
  head.set(flags.subarray(0, rowCount), HEADER_BYTES);
  yield head;
  yield new Uint8Array(words.buffer, words.byteOffset, rowCount * 16);
  yield new Uint8Array(versions.buffer, versions.byteOffset, rowCount * 8);
  yield* vectors;
}

/** A rows file in memory. `vectors`: one for every row. */
export interface LoadedRows extends RowBlock {
  readonly vectors: Float32Array;
}

/**
 * Reads a whole rows file into `buffer` and verifies it; the result's arrays are views of it.
 * Throws data_damaged, naming the file.
 */
export async function readRows(file: ChecksummedFile, buffer: ArrayBuffer): Promise<LoadedRows> {
  if (file.bytes < HEADER_BYTES) throw dataDamaged(file.path, 'shorter than its header');
  await file.readInto(new Uint8Array(buffer, 0, file.bytes), 0);
  const [firstRow = 0, rowCount = 0, dimension = 0] = new Uint32Array(buffer, 0, 4);
  const vectorsAt = vectorsOffset(rowCount);
  if (vectorsAt + rowCount * dimension * 4 !== file.bytes) {
    throw dataDamaged(file.path, 'its length does not fit its row count');
  }
  const wordsAt = HEADER_BYTES + align8(rowCount);
  return {
    firstRow,
    rowCount,
    dimension,
    flags: new Uint8Array(buffer, HEADER_BYTES, rowCount),
    words: new Uint32Array(buffer, wordsAt, rowCount * 4),
    versions: new Float64Array(buffer, wordsAt + rowCount * 16, rowCount),
    vectors: new Float32Array(buffer, vectorsAt, rowCount * dimension),
  };
}

function align8(length: number): number {
  return (length + 7) & ~7;
}
