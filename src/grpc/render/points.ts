import type { Record, ScoredPoint } from '../../core/answers.ts';
import { ID_NUMBER, idText, type PointId } from '../../core/ids.ts';
import type { NamedVector, Vector } from '../../core/vectors.ts';
import { writer } from '../wire/proto-writer.ts';
import { writePayload } from './payload-value.ts';

/** A `ScoredPoint` as one more element of a repeated field, or as a single one. */
export function writeScoredPoint(field: number, point: ScoredPoint): void {
  const { id, payload, score, version, vectors, orderValue } = point;
  const start = writer.begin(field);
  writePointId(1, id);
  if (payload !== undefined) writePayload(2, payload);
  // Of -0 proto3 writes the sign.
  if (!Object.is(score, 0)) writer.float(3, score);
  if (version !== 0) writer.varint(5, version);
  if (vectors !== undefined) writeVectors(6, vectors);
  if (orderValue !== undefined) writeOrderValue(8, orderValue);
  writer.end(start);
}

/** A `RetrievedPoint`, alike. */
export function writeRetrievedPoint(field: number, { id, payload, vectors, orderValue }: Record): void {
  const start = writer.begin(field);
  writePointId(1, id);
  if (payload !== undefined) writePayload(2, payload);
  if (vectors !== undefined) writeVectors(4, vectors);
  if (orderValue !== undefined) writeOrderValue(6, orderValue);
  writer.end(start);
}

export function writePointId(field: number, id: PointId): void {
  const start = writer.begin(field);
  if (id.kind === ID_NUMBER) {
    const { word2, word3 } = id;
    writer.varint(1, word2 < 0x20_0000 ? word2 * 0x1_0000_0000 + word3 : (BigInt(word2) << 32n) | BigInt(word3));
  } else writer.string(2, idText(id));
  writer.end(start);
}

/** A vector that has no name and is the only one is shown as it is, all others by name. */
function writeVectors(field: number, vectors: readonly NamedVector[]): void {
  const [only] = vectors;
  const start = writer.begin(field);
  if (only?.name === '' && vectors.length === 1) writeVector(1, only.vector);
  else {
    const named = writer.begin(2);
    for (const { name, vector } of vectors) {
      const entry = writer.begin(1);
      writer.string(1, name);
      writeVector(2, vector);
      writer.end(entry);
    }
    writer.end(named);
  }
  writer.end(start);
}

/** A `VectorOutput`: in the new form alone, as Qdrant 1.19 does. */
function writeVector(field: number, vector: Vector): void {
  const { values } = vector;
  const start = writer.begin(field);
  switch (vector.kind) {
    case 'dense':
      writeDense(101, values);
      break;
    case 'sparse': {
      const sparse = writer.begin(102);
      if (values.length > 0) {
        writer.floats(1, values);
        writer.varints(2, vector.indices);
      }
      writer.end(sparse);
      break;
    }
    case 'multi': {
      const multi = writer.begin(103);
      for (let at = 0; at < values.length; at += vector.dimension) {
        writeDense(1, values.subarray(at, at + vector.dimension));
      }
      writer.end(multi);
      break;
    }
  }
  writer.end(start);
}

/** A `DenseVector`. */
function writeDense(field: number, values: Float32Array): void {
  const start = writer.begin(field);
  if (values.length > 0) writer.floats(1, values);
  writer.end(start);
}

function writeOrderValue(field: number, value: bigint | number): void {
  const start = writer.begin(field);
  if (typeof value === 'bigint') writer.varint(1, value);
  else writer.double(2, value);
  writer.end(start);
}
