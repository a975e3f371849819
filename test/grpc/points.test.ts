import test, { type ExecutionContext } from 'ava';
import type { Value } from '../../generated/json_with_int.js';
import * as wire from '../../generated/points.js';
import { Filter, type PointId } from '../../generated/qdrant_common.js';
import { type BothDoors, openBothDoors, type Outcome } from './both-doors.ts';
import { type Codec, made } from './made.ts';

/** What gRPC writes is what REST reads, and the other way round. */

const UUID = '550e8400-e29b-41d4-a716-446655440000';
const LARGEST = 2n ** 64n - 1n;

let doors: BothDoors;

test.before(async () => {
  doors = await openBothDoors();
  const vectors = {
    d: { size: 2, distance: 'Dot' },
    m: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } },
  };
  await doors.rest('PUT', '/collections/named', { vectors, sparse_vectors: { s: {} } });
  await doors.rest('PUT', '/collections/plain', { vectors: { size: 2, distance: 'Dot' } });
});
test.after.always(() => doors.close());

const UPDATED = wire.PointsOperationResponse;

function call<Request extends object, Answer>(
  method: string,
  request: Codec<Request>,
  answer: Codec<Answer>,
  fields: Partial<Request>,
): Promise<Outcome<Answer>> {
  return doors.grpc(`/qdrant.Points/${method}`, { request, answer }, fields);
}

/** A change that must go well. */
async function changed<Request extends object>(
  t: ExecutionContext,
  method: string,
  codec: Codec<Request>,
  fields: Partial<Request>,
): Promise<void> {
  const { code, message, answer } = await call(method, codec, UPDATED, { wait: true, ...fields });
  t.is(code, 0, message);
  t.is(answer?.result?.status, wire.UpdateStatus.Completed);
  t.true((answer?.time ?? 0) > 0);
}

function num(value: bigint): PointId {
  return { pointIdOptions: { $case: 'num', value } };
}

function dense(...data: readonly number[]): wire.Vector {
  return made(wire.Vector, { vector: { $case: 'dense', value: { data: Float32Array.from(data) } } });
}

function only(value: wire.Vector): wire.Vectors {
  return { vectorsOptions: { $case: 'vector', value } };
}

function named(vectors: Readonly<Record<string, wire.Vector>>): wire.Vectors {
  return { vectorsOptions: { $case: 'vectors', value: { vectors: new Map(Object.entries(vectors)) } } };
}

function point(id: bigint, vectors: wire.Vectors, payload: Readonly<Record<string, Value>> = {}): wire.PointStruct {
  return { id: num(id), payload: new Map(Object.entries(payload)), vectors };
}

function ids(...values: readonly bigint[]): wire.PointsSelector {
  return { pointsSelectorOneOf: { $case: 'points', value: { ids: values.map(num) } } };
}

const text = (value: string): Value => ({ kind: { $case: 'stringValue', value } });
const integer = (value: bigint): Value => ({ kind: { $case: 'integerValue', value } });
const double = (value: number): Value => ({ kind: { $case: 'doubleValue', value } });

const ALL_PAYLOAD: wire.WithPayloadSelector = { selectorOptions: { $case: 'enable', value: true } };
const ALL_VECTORS: wire.WithVectorsSelector = { selectorOptions: { $case: 'enable', value: true } };

/** Points as REST shows them. */
async function shown(collection: string, ...asked: readonly (number | string)[]): Promise<unknown> {
  const body = { ids: asked, with_payload: true, with_vector: true };
  const answer = await doors.rest('POST', `/collections/${collection}/points`, body);
  return (answer.body as { readonly result: unknown }).result;
}

/** Points with all that they have. */
async function got(collection: string, ...asked: readonly PointId[]): Promise<readonly wire.RetrievedPoint[]> {
  const fields = { collectionName: collection, ids: [...asked], withPayload: ALL_PAYLOAD, withVectors: ALL_VECTORS };
  const { answer } = await call('Get', wire.GetPoints, wire.GetResponse, fields);
  return answer?.result ?? [];
}

const sparse = made(wire.Vector, {
  vector: { $case: 'sparse', value: { indices: [7, 3], values: Float32Array.of(1, 2) } },
});
const multi = made(wire.Vector, {
  vector: {
    $case: 'multiDense',
    value: { vectors: [{ data: Float32Array.of(1, 2) }, { data: Float32Array.of(3, 4) }] },
  },
});

test('vectors of every kind, ids of both kinds and payloads come back as they were', async (t) => {
  const payload = {
    text: text('a "word"\n'),
    least: integer(-(2n ** 63n)),
    most: integer(2n ** 63n - 1n),
    whole: double(5),
    tiny: double(5e-324),
    none: { kind: { $case: 'nullValue', value: 0 } } satisfies Value,
  };
  const vectors = named({ d: dense(1, 2), s: sparse, m: multi });
  const uuid: PointId = { pointIdOptions: { $case: 'uuid', value: UUID.toUpperCase() } };
  const points = [point(LARGEST, vectors, payload), { ...point(0n, named({})), id: uuid }];
  await changed(t, 'Upsert', wire.UpsertPoints, { collectionName: 'named', points });
  const [first, second] = await got('named', num(LARGEST), uuid);
  t.deepEqual(first?.id, num(LARGEST));
  t.deepEqual(first?.payload, new Map(Object.entries(payload)));
  const found = first?.vectors?.vectorsOptions;
  t.deepEqual(found?.$case === 'vectors' ? Object.fromEntries(found.value.vectors) : undefined, {
    d: dense(1, 2),
    m: multi,
    s: made(wire.Vector, { vector: { $case: 'sparse', value: { indices: [3, 7], values: Float32Array.of(2, 1) } } }),
  });
  t.deepEqual(second, {
    ...made(wire.RetrievedPoint),
    id: { pointIdOptions: { $case: 'uuid', value: UUID } },
    vectors: named({}) as wire.VectorsOutput,
  });
});

test('the old form of a vector means what the new one means', async (t) => {
  const vectors = named({
    d: made(wire.Vector, { data: Float32Array.of(1, 2) }),
    s: made(wire.Vector, { data: Float32Array.of(1, 2), indices: { data: [7, 3] } }),
    m: made(wire.Vector, { data: Float32Array.of(1, 2, 3, 4), vectorsCount: 2 }),
  });
  const points = [point(20n, vectors), point(21n, named({ d: dense(1, 2), s: sparse, m: multi }))];
  await changed(t, 'Upsert', wire.UpsertPoints, { collectionName: 'named', points });
  const [old, fresh] = await got('named', num(20n), num(21n));
  t.deepEqual(old?.vectors, fresh?.vectors);
  await changed(t, 'Upsert', wire.UpsertPoints, {
    collectionName: 'plain',
    points: [point(1n, only(made(wire.Vector, { data: Float32Array.of(1, 2) })), { n: integer(1n) })],
  });
  t.deepEqual(await shown('plain', 1), [{ id: 1, payload: { n: 1 }, vector: [1, 2] }]);
});

test('changes by ids and by filters, of payloads and vectors', async (t) => {
  const base = { collectionName: 'named' };
  const filter = made(Filter, {
    must: [{ conditionOneOf: { $case: 'hasId', value: { hasId: [num(31n)] } } }],
  });
  const matching: wire.PointsSelector = { pointsSelectorOneOf: { $case: 'filter', value: filter } };
  const points = [30n, 31n, 32n].map((id) => point(id, named({ d: dense(1, 2), s: sparse }), { a: integer(id) }));
  await changed(t, 'Upsert', wire.UpsertPoints, { ...base, points });
  await changed(t, 'SetPayload', wire.SetPayloadPoints, {
    ...base,
    payload: new Map([['b', double(1)]]),
    pointsSelector: ids(30n, 31n),
    key: 'x.y',
  });
  await changed(t, 'OverwritePayload', wire.SetPayloadPoints, {
    ...base,
    payload: new Map([['c', text('new')]]),
    pointsSelector: matching,
    key: 'ignored',
  });
  await changed(t, 'DeletePayload', wire.DeletePayloadPoints, { ...base, keys: ['a'], pointsSelector: ids(30n) });
  await changed(t, 'ClearPayload', wire.ClearPayloadPoints, { ...base, points: ids(32n) });
  await changed(t, 'UpdateVectors', wire.UpdatePointVectors, {
    ...base,
    points: [{ id: num(30n), vectors: named({ d: dense(8, 9), m: multi }) }],
  });
  await changed(t, 'DeleteVectors', wire.DeletePointVectors, {
    ...base,
    pointsSelector: matching,
    vectors: { names: ['d', 'd'] },
  });
  const rest = { indices: [3, 7], values: [2, 1] };
  t.deepEqual(await shown('named', 30, 31, 32), [
    {
      id: 30,
      payload: { x: { y: { b: 1 } } },
      vector: {
        d: [8, 9],
        m: [
          [1, 2],
          [3, 4],
        ],
        s: rest,
      },
    },
    { id: 31, payload: { c: 'new' }, vector: { s: rest } },
    { id: 32, payload: {}, vector: { d: [1, 2], s: rest } },
  ]);
  await changed(t, 'Delete', wire.DeletePoints, { ...base, points: matching });
  await changed(t, 'Delete', wire.DeletePoints, { ...base, points: ids(30n, 99n) });
  t.is((await got('named', num(30n), num(31n), num(32n))).length, 1);
});

test('modes of an upsert: of one that is unknown Qdrant makes an upsert', async (t) => {
  const base = { collectionName: 'plain' };
  const write = (id: bigint, value: number, updateMode: number): Promise<void> =>
    changed(t, 'Upsert', wire.UpsertPoints, {
      ...base,
      points: [point(id, only(dense(value, 0)))],
      updateMode: updateMode as wire.UpdateMode,
    });
  await write(40n, 1, wire.UpdateMode.UpdateOnly);
  t.deepEqual(await shown('plain', 40), []);
  await write(40n, 2, wire.UpdateMode.InsertOnly);
  await write(40n, 3, wire.UpdateMode.InsertOnly);
  t.deepEqual(await shown('plain', 40), [{ id: 40, payload: {}, vector: [2, 0] }]);
  await write(40n, 4, 17);
  t.deepEqual(await shown('plain', 40), [{ id: 40, payload: {}, vector: [4, 0] }]);
});

type Operation = Exclude<wire.PointsUpdateOperation['operation'], undefined>;

function batch(...operations: readonly Operation[]): Partial<wire.UpdateBatchPoints> {
  return { collectionName: 'named', wait: true, operations: operations.map((operation) => ({ operation })) };
}

test('a batch is its changes one after the other, the deprecated ones too', async (t) => {
  const points = [50n, 51n, 52n].map((id) => point(id, named({ d: dense(1, 2), s: sparse }), { a: integer(id) }));
  const { code, message, answer } = await call('UpdateBatch', wire.UpdateBatchPoints, wire.UpdateBatchResponse, {
    ...batch(
      { $case: 'upsert', value: made(wire.PointsUpdateOperation_PointStructList, { points }) },
      { $case: 'deleteDeprecated', value: ids(50n) },
      { $case: 'setPayload', value: { payload: new Map([['b', text('b')]]), pointsSelector: ids(51n, 52n) } },
      { $case: 'deletePayload', value: { keys: ['a'], pointsSelector: ids(51n) } },
      { $case: 'updateVectors', value: { points: [{ id: num(51n), vectors: named({ d: dense(3, 4) }) }] } },
      { $case: 'deleteVectors', value: { pointsSelector: ids(51n), vectors: { names: ['s'] } } },
      { $case: 'clearPayloadDeprecated', value: ids(52n) },
      { $case: 'overwritePayload', value: { payload: new Map([['c', text('c')]]), pointsSelector: ids(52n) } },
    ),
  });
  t.is(code, 0, message);
  t.deepEqual(
    answer?.result.map(({ status }) => status),
    Array<wire.UpdateStatus>(8).fill(wire.UpdateStatus.Completed),
  );
  t.deepEqual(await shown('named', 50, 51, 52), [
    { id: 51, payload: { b: 'b' }, vector: { d: [3, 4] } },
    { id: 52, payload: { c: 'c' }, vector: { d: [1, 2], s: { indices: [3, 7], values: [2, 1] } } },
  ]);
  const rest = batch(
    { $case: 'clearPayload', value: { points: ids(51n) } },
    { $case: 'deletePoints', value: { points: ids(52n) } },
  );
  t.is((await call('UpdateBatch', wire.UpdateBatchPoints, wire.UpdateBatchResponse, rest)).code, 0);
  t.deepEqual(await shown('named', 51, 52), [{ id: 51, payload: {}, vector: { d: [3, 4] } }]);
});

test('reads: what is given where nothing is said, pages, an order, a count', async (t) => {
  await doors.rest('PUT', '/collections/pages', { vectors: { size: 1, distance: 'Dot' } });
  await doors.rest('PUT', '/collections/pages/index?wait=true', { field_name: 'n', field_schema: 'integer' });
  const collectionName = 'pages';
  const points = Array.from({ length: 12 }, (_, id) =>
    point(BigInt(id), only(dense(id)), { n: integer(BigInt(20 - id)), f: double(id / 2) }),
  );
  await changed(t, 'Upsert', wire.UpsertPoints, { collectionName, points });
  const scroll = async (fields: Partial<wire.ScrollPoints>): Promise<wire.ScrollResponse | undefined> =>
    (await call('Scroll', wire.ScrollPoints, wire.ScrollResponse, { collectionName, ...fields })).answer;
  const first = await scroll({});
  t.is(first?.result.length, 10);
  t.deepEqual(first?.nextPageOffset, num(10n));
  t.deepEqual(first?.result[1], {
    ...made(wire.RetrievedPoint),
    id: num(1n),
    payload: new Map([
      ['n', integer(19n)],
      ['f', double(0.5)],
    ]),
  });
  const second = await scroll({
    offset: first?.nextPageOffset,
    limit: 5,
    withPayload: { selectorOptions: { $case: 'enable', value: false } },
  });
  t.deepEqual(
    second?.result,
    [10n, 11n].map((id) => made(wire.RetrievedPoint, { id: num(id) })),
  );
  t.is(second?.nextPageOffset, undefined);
  const ordered = await scroll({
    limit: 2,
    orderBy: made(wire.OrderBy, { key: 'n' }),
    withPayload: { selectorOptions: { $case: 'include', value: { fields: ['f'] } } },
  });
  t.deepEqual(
    ordered?.result.map(({ id, payload, orderValue }) => [id, [...payload.keys()], orderValue?.variant]),
    [11n, 10n].map((id) => [num(id), ['f'], { $case: 'int', value: 20n - id }]),
  );
  const { answer: plain } = await call('Get', wire.GetPoints, wire.GetResponse, {
    collectionName,
    ids: [num(3n), num(77n)],
  });
  t.deepEqual(plain?.result, [made(wire.RetrievedPoint, { id: num(3n) })]);
  for (const exact of [undefined, false, true]) {
    const { answer } = await call('Count', wire.CountPoints, wire.CountResponse, { collectionName, exact });
    t.is(answer?.result?.count, 12n);
  }
  t.deepEqual(
    await scroll({
      filter: made(Filter, { mustNot: [{ conditionOneOf: { $case: 'isNull', value: { key: 'n' } } }] }),
      limit: 1,
      withVectors: ALL_VECTORS,
    }).then((page) => page?.result[0]?.vectors),
    only(dense(0)) as wire.VectorsOutput,
  );
});

test('a change that is not waited for is acknowledged', async (t) => {
  const points = [point(60n, only(dense(1, 2)))];
  const { answer } = await call('Upsert', wire.UpsertPoints, UPDATED, { collectionName: 'plain', points });
  t.is(answer?.result?.status, wire.UpdateStatus.Acknowledged);
  t.is(typeof answer?.result?.operationId, 'bigint');
});

test('components that are no numbers are refused, in every form', async (t) => {
  const vector = (fields: Partial<wire.Vector>): wire.Vector => made(wire.Vector, fields);
  const { NaN: none } = Number;
  for (const vectors of [
    named({ d: dense(1, none) }),
    named({ d: vector({ data: Float32Array.of(none, 1) }) }),
    named({ s: vector({ vector: { $case: 'sparse', value: { indices: [1], values: Float32Array.of(Infinity) } } }) }),
    named({
      m: vector({ vector: { $case: 'multiDense', value: { vectors: [{ data: Float32Array.of(1, -Infinity) }] } } }),
    }),
  ]) {
    const fields = { collectionName: 'named', points: [point(70n, vectors)] };
    const { code, message } = await call('Upsert', wire.UpsertPoints, UPDATED, fields);
    t.is(code, 3);
    t.regex(message, /^Wrong input: .*(not a finite number|out of range)/);
  }
  t.deepEqual(await shown('named', 70), []);
});
