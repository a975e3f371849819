import type { NamedVector, Vector } from '../../core/vectors.ts';
import { varintBytes, withLength } from '../wire/lengths.ts';
import { writer } from '../wire/proto-writer.ts';

const LENGTH_DELIMITED = 2;
/** Fields of `VectorOutput`, whose tags have two bytes. */
const DENSE = 101;
const SPARSE = 102;
const MULTI = 103;
const KIND_TAG_BYTES = 2;

/**
 * `VectorsOutput` as a field: a vector that has no name and is the only one as it is, all others by name. In the new form
 * alone, as Qdrant 1.19 does. Lengths are counted before anything is written: vectors are too long to be moved about.
 */
export function writeVectors(field: number, vectors: readonly NamedVector[]): void {
  const [only] = vectors;
  if (only?.name === '' && vectors.length === 1) {
    const bytes = outputBytes(only.vector);
    writeHead(field, 1 + withLength(bytes));
    writeOutput(1, only.vector, bytes);
    return;
  }
  const sizes = vectors.map(({ name, vector }) => {
    const bytes = outputBytes(vector);
    return { bytes, entry: 1 + withLength(Buffer.byteLength(name)) + 1 + withLength(bytes) };
  });
  const named = sizes.reduce((sum, { entry }) => sum + 1 + withLength(entry), 0);
  writeHead(field, 1 + withLength(named));
  writeHead(2, named);
  vectors.forEach(({ name, vector }, index) => {
    const { bytes, entry } = sizes[index] ?? NO_SIZES;
    writeHead(1, entry);
    writer.string(1, name);
    writeOutput(2, vector, bytes);
  });
}

const NO_SIZES = { bytes: 0, entry: 0 };

function writeHead(field: number, bytes: number): void {
  writer.tag(field, LENGTH_DELIMITED);
  writer.rawVarint(bytes);
}

/** Of a `VectorOutput`. */
function outputBytes(vector: Vector): number {
  return KIND_TAG_BYTES + withLength(kindBytes(vector));
}

/** Of the message within it. */
function kindBytes(vector: Vector): number {
  const { length } = vector.values;
  switch (vector.kind) {
    case 'dense':
      return denseBytes(length);
    case 'sparse':
      return length === 0 ? 0 : denseBytes(length) + 1 + withLength(indexBytes(vector.indices));
    case 'multi':
      return length === 0 ? 0 : (length / vector.dimension) * (1 + withLength(denseBytes(vector.dimension)));
  }
}

/** Of a `DenseVector`: proto3 leaves an empty field out. */
function denseBytes(count: number): number {
  return count === 0 ? 0 : 1 + withLength(count * 4);
}

function indexBytes(indices: Uint32Array): number {
  let bytes = 0;
  for (const index of indices) bytes += varintBytes(index);
  return bytes;
}

function writeOutput(field: number, vector: Vector, bytes: number): void {
  const { values } = vector;
  writeHead(field, bytes);
  switch (vector.kind) {
    case 'dense':
      writeDense(DENSE, values);
      break;
    case 'sparse':
      writeHead(SPARSE, kindBytes(vector));
      if (values.length === 0) break;
      writer.floats(1, values);
      writer.varints(2, vector.indices);
      break;
    case 'multi':
      writeHead(MULTI, kindBytes(vector));
      for (let at = 0; at < values.length; at += vector.dimension) {
        writeDense(1, values.subarray(at, at + vector.dimension));
      }
      break;
  }
}

/** A `DenseVector`. */
function writeDense(field: number, values: Float32Array): void {
  writeHead(field, denseBytes(values.length));
  if (values.length > 0) writer.floats(1, values);
}
