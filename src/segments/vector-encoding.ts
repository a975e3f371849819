import type { Vector, VectorColumn } from '../core/vectors.ts';
import type { FieldSpec } from './field-spec.ts';
import { aligned, type RowCodec } from './row-codec.ts';

/**
 * Vectors as bytes, little-endian, in files and in memory before these are written:
 *
 *   dense   a row in the form of its datatype (row-codec.ts)
 *   multi   such rows end to end
 *   sparse  n x u32 indices, then n x f32 values
 */
export interface EncodedVectors {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** count + 1 offsets in bytes; undefined where all vectors are equally long. */
  readonly starts: Uint32Array | undefined;
}

/** The vectors of a column that are there; they may be views of it. */
export function encodeVectors(spec: FieldSpec, rows: RowCodec, column: VectorColumn): EncodedVectors {
  const packed = packColumn(column);
  if (column.kind === 'sparse' || spec.kind === 'sparse') return encodeSparse(packed);
  const rowBytes = (start: number): number => (start / spec.dimension) * rows.rowBytes;
  return {
    count: packed.count,
    bytes: rows.encode(column.values),
    starts: column.kind === 'dense' ? undefined : packed.starts.map(rowBytes),
  };
}

/** One vector from its bytes: memory of its own. */
export function decodeVector(spec: FieldSpec, rows: RowCodec, bytes: Uint8Array): Vector {
  if (spec.kind === 'sparse') {
    const { buffer, length } = new Uint32Array(aligned(bytes));
    const count = length / 2;
    return {
      kind: 'sparse',
      indices: new Uint32Array(buffer, 0, count),
      values: new Float32Array(buffer, count * 4, count),
    };
  }
  const values = rows.decode(bytes).slice();
  return spec.kind === 'dense' ? { kind: 'dense', values } : { kind: 'multi', dimension: spec.dimension, values };
}

/** Vectors as a field's index takes them: all are there. Numbers of f32 may be views of the bytes. */
export interface PackedVectors {
  readonly count: number;
  readonly values: Float32Array;
  /** count + 1 offsets in numbers; of dense vectors nobody asks for them. */
  readonly starts: Uint32Array;
  /** Beside the values; empty but for sparse vectors. */
  readonly indices: Uint32Array;
}

const NO_INDICES: Uint32Array = new Uint32Array(0);

/** Those of a column that are there. */
export function packColumn(column: VectorColumn): PackedVectors {
  const { has, starts, values } = column;
  let count = 0;
  for (const present of has) count += present;
  const indices = column.kind === 'sparse' ? column.indices : NO_INDICES;
  if (count === has.length) return { count, values, starts, indices };
  const packed = new Uint32Array(count + 1);
  let at = 0;
  has.forEach((present, point) => {
    if (present === 1) packed[++at] = starts[point + 1] as number;
  });
  return { count, values, starts: packed, indices };
}

export function unpackEncoded(
  spec: FieldSpec,
  rows: RowCodec,
  { count, bytes, starts }: EncodedVectors,
): PackedVectors {
  if (spec.kind === 'sparse') return unpackSparse(count, bytes, starts ?? new Uint32Array(count + 1));
  const numberStart = (start: number): number => (start / rows.rowBytes) * spec.dimension;
  const numberStarts = starts === undefined ? NO_INDICES : starts.map(numberStart);
  return { count, values: rows.decode(bytes), starts: numberStarts, indices: NO_INDICES };
}

function unpackSparse(count: number, bytes: Uint8Array, starts: Uint32Array): PackedVectors {
  const numberStarts = starts.map((start) => start / 8);
  const words = new Uint32Array(aligned(bytes), 0, bytes.length / 4);
  const numbers = new Float32Array(words.buffer, words.byteOffset, words.length);
  const indices = new Uint32Array(words.length / 2);
  const values = new Float32Array(words.length / 2);
  for (let index = 0; index < count; index++) {
    const start = numberStarts[index] as number;
    const length = (numberStarts[index + 1] as number) - start;
    indices.set(words.subarray(start * 2, start * 2 + length), start);
    values.set(numbers.subarray(start * 2 + length, (start + length) * 2), start);
  }
  return { count, values, starts: numberStarts, indices };
}

function encodeSparse({ count, starts, indices, values }: PackedVectors): EncodedVectors {
  const words = new Uint32Array(values.length * 2);
  const numbers = new Float32Array(words.buffer);
  for (let index = 0; index < count; index++) {
    const start = starts[index] as number;
    const end = starts[index + 1] as number;
    words.set(indices.subarray(start, end), start * 2);
    numbers.set(values.subarray(start, end), start + end);
  }
  return { count, bytes: new Uint8Array(words.buffer), starts: starts.map((start) => start * 8) };
}
