import { invariant } from '../base/invariant.ts';
import { dataDamaged } from '../core/errors.ts';
import type { IdColumn } from '../core/ids.ts';

/**
 * What a shard's log holds: one record an update, little-endian, every array aligned to four bytes.
 *
 *   upsert  | 1 | count | dimension | vectorCount | flags (count, padded to 4) | ids (16 a point)
 *           | payloadStarts (count + 1) | vectors (vectorCount x dimension x f32) | payload bytes |
 *   remove  | 2 | count | 0 | 0 | flags | ids |
 *
 * The first four fields are u32. A flag byte is the id's kind (bit 0) and whether the point has a vector (bit 1);
 * vectors stand in the order of the points that have one. Vectors are stored as they are scored and returned
 * (normalised for Cosine), so that applying needs nothing but the record and the state.
 */
export interface UpsertRecord {
  readonly kind: 'upsert';
  readonly count: number;
  readonly dimension: number;
  /** Bit 0: kind of the id; bit 1: the point has a vector. */
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly payloadStarts: Uint32Array;
  readonly vectors: Float32Array;
  readonly payloads: Uint8Array;
}

export interface RemoveRecord {
  readonly kind: 'remove';
  readonly ids: IdColumn;
}

export type UpdateRecord = UpsertRecord | RemoveRecord;

const KIND_UPSERT = 1;
const KIND_REMOVE = 2;
const HEADER_BYTES = 16;

/** The parts of a record, to be written end to end. They are views of the record's arrays, not copies. */
export function encodeRecord(record: UpdateRecord): Uint8Array[] {
  if (record.kind === 'remove') {
    const { count, kinds, words } = record.ids;
    const header = new Uint32Array([KIND_REMOVE, count, 0, 0]);
    return [bytesOf(header), padded(kinds.subarray(0, count)), bytesOf(words.subarray(0, count * 4))];
  }
  const { count, dimension, flags, words, payloadStarts, vectors, payloads } = record;
  const vectorCount = dimension === 0 ? 0 : vectors.length / dimension;
  invariant(Number.isInteger(vectorCount), 'record: vectors are whole rows');
  return [
    bytesOf(new Uint32Array([KIND_UPSERT, count, dimension, vectorCount])),
    padded(flags.subarray(0, count)),
    bytesOf(words.subarray(0, count * 4)),
    bytesOf(payloadStarts),
    bytesOf(vectors),
    payloads,
  ];
}

/** Reads a record back. Throws data_damaged where its lengths do not add up. */
export function decodeRecord(bytes: Uint8Array, place: string): UpdateRecord {
  // A copy begins at offset 0; `slice` of a Buffer would not copy.
  const source = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset, byteLength } = source;
  if (byteLength < HEADER_BYTES) throw dataDamaged(place, `a record of ${byteLength} bytes is shorter than its header`);
  const header = new Uint32Array(buffer, byteOffset, 4);
  const [kind = 0, count = 0, dimension = 0, vectorCount = 0] = header;
  const flagsAt = HEADER_BYTES;
  const wordsAt = flagsAt + align4(count);
  const startsAt = wordsAt + count * 16;
  if (kind === KIND_REMOVE) {
    if (startsAt !== byteLength) throw dataDamaged(place, 'a remove record has a wrong length');
    return {
      kind: 'remove',
      ids: {
        count,
        kinds: source.subarray(flagsAt, flagsAt + count),
        words: new Uint32Array(buffer, byteOffset + wordsAt, count * 4),
      },
    };
  }
  if (kind !== KIND_UPSERT) throw dataDamaged(place, `unknown kind of record ${kind}`);
  const vectorsAt = startsAt + (count + 1) * 4;
  const payloadsAt = vectorsAt + vectorCount * dimension * 4;
  if (payloadsAt > byteLength) throw dataDamaged(place, 'an upsert record is shorter than its arrays');
  const payloadStarts = new Uint32Array(buffer, byteOffset + startsAt, count + 1);
  if (payloadsAt + (payloadStarts[count] ?? 0) !== byteLength)
    throw dataDamaged(place, 'an upsert record has a wrong length');
  return {
    kind: 'upsert',
    count,
    dimension,
    flags: source.subarray(flagsAt, flagsAt + count),
    words: new Uint32Array(buffer, byteOffset + wordsAt, count * 4),
    payloadStarts,
    vectors: new Float32Array(buffer, byteOffset + vectorsAt, vectorCount * dimension),
    payloads: source.subarray(payloadsAt),
  };
}

function bytesOf(array: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const result = new Uint8Array(align4(bytes.length));
  result.set(bytes);
  return result;
}

function align4(length: number): number {
  return (length + 3) & ~3;
}
