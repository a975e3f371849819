import type { Record, ScoredPoint } from '../../core/answers.ts';
import { ID_NUMBER, idText, type PointId } from '../../core/ids.ts';
import { writer } from '../wire/proto-writer.ts';
import { writePayload } from './payload-value.ts';
import { writeVectors } from './vectors.ts';

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

function writeOrderValue(field: number, value: bigint | number): void {
  const start = writer.begin(field);
  if (typeof value === 'bigint') writer.varint(1, value);
  else writer.double(2, value);
  writer.end(start);
}
