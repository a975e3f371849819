import { dataDamaged } from '../core/errors.ts';
import type { ChecksummedFile } from '../storage/checksummed-file.ts';
import type { FlushedVectors } from './originals.ts';
import { align8 } from './rows-file.ts';
import type { EncodedVectors } from './vector-encoding.ts';

/**
 * A vectors file holds the vectors of consecutive places of one field for good (docs/format-segment.md). Little-endian:
 *
 *   | first place u32 | count u32 | width u32 | 0 u32 | rows: u32 a vector, padded to 8
 *   | starts: count + 1 x u32, padded to 8, where width is 0 | vectors |
 *
 * rows are the segment's rows that the vectors belong to; width the bytes of each vector, or 0: then `starts`
 * say where they begin.
 */
export const VECTORS_KIND = 'vectors';
const HEADER_BYTES = 16;

export interface VectorsHead {
  readonly first: number;
  readonly width: number;
  readonly rows: Uint32Array;
  /** Given where width is 0. */
  readonly starts: Uint32Array | undefined;
}

/** The bytes of a vectors file, in order. */
export function* encodeVectorsFile(head: VectorsHead, vectors: Iterable<Uint8Array>): Iterable<Uint8Array> {
  const { first, width, rows, starts } = head;
  const words = new Uint32Array(dataOffset(rows.length, width) / 4);
  words.set([first, rows.length, width, 0]);
  words.set(rows, HEADER_BYTES / 4);
  if (starts !== undefined) words.set(starts, (HEADER_BYTES + align8(rows.length * 4)) / 4);
  yield new Uint8Array(words.buffer);
  yield* vectors;
}

/** A vectors file in memory, and the file itself for later reads. */
export interface LoadedVectors {
  readonly rows: Uint32Array;
  readonly vectors: EncodedVectors;
  readonly flushed: FlushedVectors;
}

/**
 * Reads a whole vectors file into `buffer` and verifies it; rows and vectors are views of it.
 * Throws data_damaged, naming the file.
 */
export async function readVectorsFile(file: ChecksummedFile, buffer: ArrayBuffer): Promise<LoadedVectors> {
  if (file.bytes < HEADER_BYTES) throw dataDamaged(file.path, 'shorter than its header');
  await file.readInto(new Uint8Array(buffer, 0, file.bytes), 0);
  const [first = 0, count = 0, width = 0] = new Uint32Array(buffer, 0, 3);
  const dataAt = dataOffset(count, width);
  if (dataAt > file.bytes) throw dataDamaged(file.path, 'its length does not fit its number of vectors');
  const startsAt = HEADER_BYTES + align8(count * 4);
  // A copy: they stay, and the buffer is used again.
  const starts = width > 0 ? undefined : new Uint32Array(buffer, startsAt, count + 1).slice();
  const bytes = width > 0 ? count * width : (starts?.[count] ?? 0);
  if (dataAt + bytes !== file.bytes) throw dataDamaged(file.path, 'its length does not fit its vectors');
  return {
    rows: new Uint32Array(buffer, HEADER_BYTES, count),
    vectors: { count, bytes: new Uint8Array(buffer, dataAt, bytes), starts },
    flushed: { first, count, file, dataAt, starts },
  };
}

/** Where the first vector of a file begins. */
export function dataOffset(count: number, width: number): number {
  return HEADER_BYTES + align8(count * 4) + (width > 0 ? 0 : align8((count + 1) * 4));
}
