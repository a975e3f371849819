import { invariant } from '../base/invariant.ts';
import { dataDamaged } from '../core/errors.ts';
import type { IdColumn } from '../core/ids.ts';

/**
 * Points and ids as a record of the log holds them: little-endian, every array aligned to four bytes.
 *
 *   points  | 1 | count | dimension | vectorCount | flags (count, padded to 4) | ids (16 a point)
 *           | payloadStarts (count + 1) | vectors (vectorCount x dimension x f32) | payload bytes |
 *   ids     | 2 | count | 0 | 0 | flags | ids |
 *
 * The first four fields are u32. A flag byte is the id's kind (bit 0) and whether the point has a vector (bit 1);
 * vectors stand in the order of the points that have one. Vectors are stored as they are scored and returned
 * (normalised for Cosine), so that applying needs nothing but the record and the state.
 */
export interface RecordedPoints {
  readonly count: number;
  readonly dimension: number;
  /** Bit 0: kind of the id; bit 1: the point has a vector. */
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly payloadStarts: Uint32Array;
  readonly vectors: Float32Array;
  readonly payloads: Uint8Array;
}

export type RecordedColumns =
  { readonly kind: 'points'; readonly points: RecordedPoints } | { readonly kind: 'ids'; readonly ids: IdColumn };

/** The first word of each form. */
export const KIND_POINTS = 1;
export const KIND_IDS = 2;
const HEADER_BYTES = 16;

/** The parts, to be written end to end. They are views of the columns' arrays, not copies. */
export function encodeIds({ count, kinds, words }: IdColumn): Uint8Array[] {
  const header = new Uint32Array([KIND_IDS, count, 0, 0]);
  return [bytesOf(header), padded(kinds.subarray(0, count)), bytesOf(words.subarray(0, count * 4))];
}

/** As `encodeIds`. */
export function encodePoints(points: RecordedPoints): Uint8Array[] {
  const { count, dimension, flags, words, payloadStarts, vectors, payloads } = points;
  const vectorCount = dimension === 0 ? 0 : vectors.length / dimension;
  invariant(Number.isInteger(vectorCount), 'record: vectors are whole rows');
  return [
    bytesOf(new Uint32Array([KIND_POINTS, count, dimension, vectorCount])),
    padded(flags.subarray(0, count)),
    bytesOf(words.subarray(0, count * 4)),
    bytesOf(payloadStarts),
    bytesOf(vectors),
    payloads,
  ];
}

/** Reads columns back; `source` begins at a multiple of four. Throws data_damaged where its lengths do not add up. */
export function decodeColumns(source: Uint8Array, place: string): RecordedColumns {
  const { buffer, byteOffset, byteLength } = source;
  if (byteLength < HEADER_BYTES) throw dataDamaged(place, `a record of ${byteLength} bytes is shorter than its header`);
  const header = new Uint32Array(buffer, byteOffset, 4);
  const [kind = 0, count = 0, dimension = 0, vectorCount = 0] = header;
  const flagsAt = HEADER_BYTES;
  const wordsAt = flagsAt + align4(count);
  const startsAt = wordsAt + count * 16;
  if (kind === KIND_IDS) {
    if (startsAt !== byteLength) throw dataDamaged(place, 'a list of ids has a wrong length');
    return {
      kind: 'ids',
      ids: {
        count,
        kinds: source.subarray(flagsAt, flagsAt + count),
        words: new Uint32Array(buffer, byteOffset + wordsAt, count * 4),
      },
    };
  }
  if (kind !== KIND_POINTS) throw dataDamaged(place, `unknown kind of record ${kind}`);
  const vectorsAt = startsAt + (count + 1) * 4;
  const payloadsAt = vectorsAt + vectorCount * dimension * 4;
  if (payloadsAt > byteLength) throw dataDamaged(place, 'a list of points is shorter than its arrays');
  const payloadStarts = new Uint32Array(buffer, byteOffset + startsAt, count + 1);
  if (payloadsAt + (payloadStarts[count] ?? 0) !== byteLength)
    throw dataDamaged(place, 'a list of points has a wrong length');
  const points = {
    count,
    dimension,
    flags: source.subarray(flagsAt, flagsAt + count),
    words: new Uint32Array(buffer, byteOffset + wordsAt, count * 4),
    payloadStarts,
    vectors: new Float32Array(buffer, byteOffset + vectorsAt, vectorCount * dimension),
    payloads: source.subarray(payloadsAt),
  };
  return { kind: 'points', points };
}

export function bytesOf(array: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const result = new Uint8Array(align4(bytes.length));
  result.set(bytes);
  return result;
}

export function align4(length: number): number {
  return (length + 3) & ~3;
}
