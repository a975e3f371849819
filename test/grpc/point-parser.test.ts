import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import { Piscina } from 'piscina';
import * as wire from '../../generated/points.js';
import { Filter } from '../../generated/qdrant_common.js';
import { updatePointVectorsOf, upsertPointsOf } from '../../src/grpc/parse/points.ts';
import { updateBatchOf } from '../../src/grpc/parse/update-batch.ts';
import { PointParser } from '../../src/grpc/point-parser.ts';
import { encoded, made } from './made.ts';
import { refusal } from './refusal.ts';

/** Messages that are too long to be parsed at once: they come back from another thread as they would from here. */

const LONG_TEXT = 'é'.repeat(1 << 20);
const parser = new PointParser();

function vectorsOf(id: number): wire.Vectors {
  const dense = made(wire.Vector, { data: Float32Array.of(id, 1) });
  const indices = Array.from({ length: 300 }, (_, at) => (at * 7919 + id) % 65_537);
  const sparse = { indices, values: Float32Array.from(indices, (index) => index / 2) };
  const rows = Array.from({ length: 1 + (id % 3) }, () => ({ data: Float32Array.of(id, 0.5) }));
  const document = { text: `text ${id}`, model: 'm', options: new Map() };
  const named: [string, wire.Vector][] = [['a', dense]];
  if (id % 2 === 0) named.push(['s', made(wire.Vector, { vector: { $case: 'sparse', value: sparse } })]);
  if (id % 3 === 0) named.push(['m', made(wire.Vector, { vector: { $case: 'multiDense', value: { vectors: rows } } })]);
  if (id % 5 === 0) named.push(['t', made(wire.Vector, { vector: { $case: 'document', value: document } })]);
  return { vectorsOptions: { $case: 'vectors', value: { vectors: new Map(named) } } };
}

const POINTS = Array.from({ length: 20 }, (_, id): wire.PointStruct => ({
  id: { pointIdOptions: { $case: 'num', value: BigInt(id) } },
  payload: new Map([['n', { kind: { $case: 'integerValue', value: BigInt(id) } }]]),
  vectors: vectorsOf(id),
}));

const LONG_PAYLOAD: wire.PointStruct['payload'] = new Map([
  ['text', { kind: { $case: 'stringValue', value: LONG_TEXT } }],
]);
const FILTER = made(Filter, { must: [{ conditionOneOf: { $case: 'hasVector', value: { hasVector: 'a' } } }] });
const CHOSEN: wire.PointsSelector = {
  pointsSelectorOneOf: { $case: 'points', value: { ids: POINTS.flatMap(({ id }) => id ?? []) } },
};

function longUpsert(fields: Partial<wire.UpsertPoints> = {}): Buffer {
  const [first, ...others] = POINTS;
  const points = [{ ...(first as wire.PointStruct), payload: LONG_PAYLOAD }, ...others];
  return encoded(wire.UpsertPoints, { collectionName: 'c', points, updateFilter: FILTER, ...fields });
}

test('a small message is parsed at once', (t) => {
  const bytes = encoded(wire.UpsertPoints, { collectionName: 'c', points: POINTS });
  t.true(isDeepStrictEqual(parser.parse('upsert')(bytes), upsertPointsOf(bytes)));
});

test('requests of every kind come back from another thread', async (t) => {
  const upsert = longUpsert();
  t.true(isDeepStrictEqual(await parser.parse('upsert')(Buffer.from(upsert)), upsertPointsOf(upsert)));
  const data = Float32Array.from({ length: 1 << 18 }, (_, at) => at);
  const vectors: wire.Vectors = {
    vectorsOptions: { $case: 'vector', value: made(wire.Vector, { vector: { $case: 'dense', value: { data } } }) },
  };
  const points = POINTS.map(({ id }) => ({ id, vectors }));
  const update = encoded(wire.UpdatePointVectors, { collectionName: 'c', points, updateFilter: FILTER });
  t.true(isDeepStrictEqual(await parser.parse('updateVectors')(Buffer.from(update)), updatePointVectorsOf(update)));
  const operations: wire.PointsUpdateOperation['operation'][] = [
    { $case: 'upsert', value: made(wire.PointsUpdateOperation_PointStructList, { points: POINTS }) },
    { $case: 'setPayload', value: { payload: LONG_PAYLOAD, pointsSelector: CHOSEN, key: 'a.b' } },
    { $case: 'overwritePayload', value: { payload: POINTS[1]?.payload ?? new Map(), pointsSelector: CHOSEN } },
    { $case: 'overwritePayload', value: { payload: POINTS[2]?.payload ?? new Map(), pointsSelector: CHOSEN } },
    { $case: 'deletePoints', value: { points: { pointsSelectorOneOf: { $case: 'filter', value: FILTER } } } },
  ];
  const batch = encoded(wire.UpdateBatchPoints, {
    collectionName: 'c',
    operations: operations.map((operation) => ({ operation })),
  });
  t.true(isDeepStrictEqual(await parser.parse('updateBatch')(Buffer.from(batch)), updateBatchOf(batch)));
});

test('the bytes of a message that has its memory to itself are handed over, others are copied', async (t) => {
  const bytes = longUpsert();
  const own = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(own);
  const shared = Buffer.concat([Buffer.from('  '), bytes]).subarray(2);
  const [first, second] = await Promise.all([parser.parse('upsert')(own), parser.parse('upsert')(shared)]);
  t.is(own.length, 0);
  t.true(shared.equals(bytes));
  t.true(isDeepStrictEqual(first, second));
});

test('failures on another thread read as they would here', async (t) => {
  const shardKeySelector: wire.ShardKeySelector = { shardKeys: [{ key: { $case: 'keyword', value: 'a' } }] };
  const broken = [
    longUpsert().subarray(0, -1),
    longUpsert({ collectionName: '' }),
    longUpsert({ points: [{ id: undefined, payload: LONG_PAYLOAD }] }),
    longUpsert({ shardKeySelector }),
  ];
  for (const bytes of broken) {
    const here = refusal(() => upsertPointsOf(bytes));
    t.true(here !== undefined);
    const thrown: unknown = await t.throwsAsync(async () => parser.parse('upsert')(Buffer.from(bytes)));
    t.is(
      refusal(() => {
        throw thrown;
      }),
      here,
    );
  }
  // The thread lives on.
  t.is((await parser.parse('upsert')(longUpsert())).collection, 'c');
});

test('a bug on the other thread is not taken for a failure of the request', async (t) => {
  const pool = new Piscina<unknown, unknown>({
    filename: new URL('../../src/grpc/point-worker.ts', import.meta.url).href,
    name: 'parsePoints',
    maxThreads: 1,
  });
  t.teardown(() => pool.destroy());
  await t.throwsAsync(pool.run({}), { instanceOf: TypeError });
});
