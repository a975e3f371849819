import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import * as fc from 'fast-check';
import * as wire from '../../generated/points.js';
import type { Record } from '../../src/core/answers.ts';
import { ID_NUMBER, ID_UUID, type PointId } from '../../src/core/ids.ts';
import type { NamedVector, Vector } from '../../src/core/vectors.ts';
import { writeRetrievedPoint, writeScoredPoint } from '../../src/grpc/render/points.ts';
import { writer } from '../../src/grpc/wire/proto-writer.ts';
import { made } from './made.ts';

/** Points as they go out: the generated code reads in them what they mean. */

const word = fc.nat(0xffff_ffff);
const id: fc.Arbitrary<PointId> = fc
  .tuple(fc.boolean(), fc.tuple(word, word, word, word))
  .map(([isNumber, [a, b, word2, word3]]) =>
    isNumber
      ? { kind: ID_NUMBER, word0: 0, word1: 0, word2, word3 }
      : { kind: ID_UUID, word0: a, word1: b, word2, word3 },
  );

const floats = (count: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(fc.float({ noNaN: true }), { minLength: count, maxLength: count })
    .map((values) => Float32Array.from(values));
const length = fc.oneof(fc.nat(4), fc.constantFrom(31, 32, 100, 5000));

const vector: fc.Arbitrary<Vector> = fc.oneof(
  length.chain((count) => floats(count).map((values): Vector => ({ kind: 'dense', values }))),
  length.chain((count) =>
    fc
      .tuple(floats(count), fc.array(word, { minLength: count, maxLength: count }))
      .map(([values, indices]): Vector => ({ kind: 'sparse', values, indices: Uint32Array.from(indices) })),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
    .chain(([dimension, rows]) =>
      floats(dimension * rows).map((values): Vector => ({ kind: 'multi', dimension, values })),
    ),
);

const vectors: fc.Arbitrary<readonly NamedVector[]> = fc.oneof(
  vector.map((vector) => [{ name: '', vector }]),
  fc.uniqueArray(fc.record({ name: fc.constantFrom('', 'a', 'ü'.repeat(70)), vector }), {
    selector: ({ name }) => name,
  }),
);

const record: fc.Arbitrary<Record> = fc.record({
  id,
  payload: fc.constantFrom(undefined, Buffer.from('{"a":1}')),
  vectors: fc.option(vectors, { nil: undefined }),
  orderValue: fc.oneof(fc.constant(undefined), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.double()),
});

function idMessage({ kind, word0, word1, word2, word3 }: PointId): wire.RetrievedPoint['id'] {
  if (kind === ID_NUMBER) return { pointIdOptions: { $case: 'num', value: (BigInt(word2) << 32n) | BigInt(word3) } };
  const hex = [word0, word1, word2, word3].map((word) => word.toString(16).padStart(8, '0')).join('');
  const text = hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  return { pointIdOptions: { $case: 'uuid', value: text } };
}

function vectorMessage(vector: Vector): wire.VectorOutput {
  const { values } = vector;
  switch (vector.kind) {
    case 'dense':
      return made(wire.VectorOutput, { vector: { $case: 'dense', value: { data: values } } });
    case 'sparse':
      return made(wire.VectorOutput, { vector: { $case: 'sparse', value: { values, indices: [...vector.indices] } } });
    case 'multi': {
      const rows = Array.from({ length: values.length / vector.dimension }, (_, row) => ({
        data: values.slice(row * vector.dimension, (row + 1) * vector.dimension),
      }));
      return made(wire.VectorOutput, { vector: { $case: 'multiDense', value: { vectors: rows } } });
    }
  }
}

function vectorsMessage(vectors: readonly NamedVector[]): wire.VectorsOutput {
  const [only] = vectors;
  if (vectors.length === 1 && only?.name === '') {
    return { vectorsOptions: { $case: 'vector', value: vectorMessage(only.vector) } };
  }
  const named = new Map(vectors.map(({ name, vector }) => [name, vectorMessage(vector)]));
  return { vectorsOptions: { $case: 'vectors', value: { vectors: named } } };
}

function recordMessage({ id, payload, vectors, orderValue }: Record): wire.RetrievedPoint {
  const order: wire.OrderValue['variant'] =
    typeof orderValue === 'bigint' ? { $case: 'int', value: orderValue } : { $case: 'float', value: orderValue ?? 0 };
  return made(wire.RetrievedPoint, {
    id: idMessage(id),
    payload: payload === undefined ? new Map() : new Map([['a', { kind: { $case: 'integerValue', value: 1n } }]]),
    ...(vectors === undefined ? {} : { vectors: vectorsMessage(vectors) }),
    ...(orderValue === undefined ? {} : { orderValue: { variant: order } }),
  });
}

test('points as the generated code decodes them', (t) => {
  fc.assert(
    fc.property(record, fc.nat(), fc.float({ noNaN: true }), (record, version, score) => {
      writer.reset(0);
      writeRetrievedPoint(1, record);
      const retrieved = wire.GetResponse.decode(writer.take()).result;
      writer.reset(0);
      writeScoredPoint(1, { ...record, version, score });
      const scored = wire.SearchResponse.decode(writer.take()).result;
      const message = recordMessage(record);
      return (
        isDeepStrictEqual(retrieved, [message]) &&
        isDeepStrictEqual(scored, [made(wire.ScoredPoint, { ...message, version: BigInt(version), score })])
      );
    }),
    { numRuns: 300 },
  );
  t.pass();
});
