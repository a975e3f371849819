import { fromFloat16, toFloat16 } from '../core/datatypes.ts';
import type { Vector, VectorColumn, VectorDatatype } from '../core/vectors.ts';
import type { FieldSpec } from './field-spec.ts';

/**
 * Vectors as bytes, little-endian, in files and in memory before these are written:
 *
 *   dense   dimension numbers of the datatype
 *   multi   rows x dimension numbers of the datatype
 *   sparse  n x u32 indices, then n x f32 values
 *
 * float32 and turbo4 are f32, float16 two bytes, uint8 one.
 */
export interface EncodedVectors {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** count + 1 offsets in bytes; undefined where all vectors are equally long. */
  readonly starts: Uint32Array | undefined;
}

/** Bytes of each vector, or 0 where they differ. */
export function encodedWidth(spec: FieldSpec): number {
  return spec.kind === 'dense' ? spec.dimension * numberBytes(spec.datatype) : 0;
}

/** The vectors of a column that are there; those of f32 are views of it. */
export function encodeVectors(spec: FieldSpec, column: VectorColumn): EncodedVectors {
  const packed = packColumn(column);
  if (column.kind === 'sparse') return encodeSparse(packed.starts, column.indices, column.values);
  const datatype = spec.kind === 'sparse' ? 'float32' : spec.datatype;
  const unit = numberBytes(datatype);
  return {
    count: packed.count,
    bytes: encodeNumbers(column.values, datatype),
    starts: column.kind === 'dense' ? undefined : packed.starts.map((start) => start * unit),
  };
}

/** One vector from its bytes: memory of its own. */
export function decodeVector(spec: FieldSpec, bytes: Uint8Array): Vector {
  if (spec.kind === 'sparse') {
    const aligned = new Uint8Array(bytes).buffer;
    const length = bytes.length / 8;
    return {
      kind: 'sparse',
      indices: new Uint32Array(aligned, 0, length),
      values: new Float32Array(aligned, length * 4, length),
    };
  }
  const values = decodeNumbers(bytes, spec.datatype).slice();
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

export function unpackEncoded(spec: FieldSpec, { count, bytes, starts }: EncodedVectors): PackedVectors {
  if (spec.kind === 'sparse') return unpackSparse(count, bytes, starts ?? new Uint32Array(count + 1));
  const values = decodeNumbers(bytes, spec.datatype);
  const unit = numberBytes(spec.datatype);
  const numberStarts = starts === undefined ? NO_INDICES : starts.map((start) => start / unit);
  return { count, values, starts: numberStarts, indices: NO_INDICES };
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

function encodeSparse(starts: Uint32Array, indices: Uint32Array, values: Float32Array): EncodedVectors {
  const count = starts.length - 1;
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

function numberBytes(datatype: VectorDatatype): number {
  return datatype === 'uint8' ? 1 : datatype === 'float16' ? 2 : 4;
}

function encodeNumbers(values: Float32Array, datatype: VectorDatatype): Uint8Array {
  switch (datatype) {
    case 'float16':
      return new Uint8Array(Uint16Array.from(values, toFloat16).buffer);
    case 'uint8':
      return new Uint8Array(values);
    case 'float32':
    case 'turbo4':
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

function decodeNumbers(bytes: Uint8Array, datatype: VectorDatatype): Float32Array {
  switch (datatype) {
    case 'float16':
      return Float32Array.from(new Uint16Array(aligned(bytes), 0, bytes.length / 2), fromFloat16);
    case 'uint8':
      return new Float32Array(bytes);
    case 'float32':
    case 'turbo4':
      return bytes.byteOffset % 4 === 0
        ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
        : new Float32Array(aligned(bytes), 0, bytes.length / 4);
  }
}

/** A copy that begins at offset 0; `slice` of a Buffer would not copy. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
