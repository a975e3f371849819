import test, { type ExecutionContext } from 'ava';
import * as wire from '../../generated/points.js';
import type { Condition, Filter, PointId } from '../../generated/qdrant_common.js';
import {
  changeRequest,
  clearPayloadOf,
  deletePayloadOf,
  deletePointsOf,
  deleteVectorsOf,
  overwritePayloadOf,
  setPayloadOf,
} from '../../src/grpc/parse/changes.ts';
import { updatePointVectorsOf, upsertPointsOf } from '../../src/grpc/parse/points.ts';
import { countPointsOf, getPointsOf, scrollPointsOf } from '../../src/grpc/parse/reads.ts';
import { updateBatchOf } from '../../src/grpc/parse/update-batch.ts';
import { type Codec, encoded, sent } from './made.ts';
import { refusal, rule } from './refusal.ts';

/** What is wrong with a request of points, and what the client reads then. */

const NUMBER: PointId = { pointIdOptions: { $case: 'num', value: 1n } };
const NO_ID: PointId = { pointIdOptions: undefined };
const BAD_UUID: PointId = { pointIdOptions: { $case: 'uuid', value: 'no uuid' } };
const SHARD: wire.ShardKeySelector = { shardKeys: [{ key: { $case: 'keyword', value: 'a' } }] };
const NO_PREDICATE: Filter = { ...emptyFilter(), must: [predicateless()] };
const NO_SELECTION: wire.PointsSelector = { pointsSelectorOneOf: undefined };
const CHOSEN: wire.PointsSelector = { pointsSelectorOneOf: { $case: 'points', value: { ids: [NUMBER] } } };
const BY_BROKEN_FILTER: wire.PointsSelector = { pointsSelectorOneOf: { $case: 'filter', value: NO_PREDICATE } };
const BAD_ORDERING: wire.WriteOrdering = { type: 9 as wire.WriteOrderingType };

const NO_PREDICATE_RULE =
  'must[0].condition_one_of.match: Validation error: At least one field condition must be specified [{}]';
const NAME_RULE = 'collection_name: value "" invalid, must be from 1 to 255 characters';

function emptyFilter(): Filter {
  return { must: [], should: [], mustNot: [] };
}

function predicateless(): Condition {
  const field = { key: 'a', match: undefined, range: undefined, geoBoundingBox: undefined };
  const rest = { geoRadius: undefined, valuesCount: undefined, geoPolygon: undefined, datetimeRange: undefined };
  return { conditionOneOf: { $case: 'field', value: { ...field, ...rest } } };
}

function dense(...data: readonly number[]): wire.Vector {
  return { data: Float32Array.from(data), vector: undefined };
}

function only(value: wire.Vector): wire.Vectors {
  return { vectorsOptions: { $case: 'vector', value } };
}

function named(value: wire.Vector): wire.Vectors {
  return { vectorsOptions: { $case: 'vectors', value: { vectors: new Map([['a', value]]) } } };
}

function of(vector: wire.Vector['vector']): wire.Vector {
  return { data: new Float32Array(0), vector };
}

function point(fields: Partial<wire.PointStruct>): wire.PointStruct {
  return { id: NUMBER, payload: new Map(), vectors: only(dense(1)), ...fields };
}

function sparse(indices: number[], values: readonly number[]): wire.Vector {
  return of({ $case: 'sparse', value: { indices, values: Float32Array.from(values) } });
}

function multi(...rows: readonly (readonly number[])[]): wire.Vector {
  return of({ $case: 'multiDense', value: { vectors: rows.map((row) => ({ data: Float32Array.from(row) })) } });
}

function payload(value: number): wire.PointStruct['payload'] {
  return new Map([['a', { kind: { $case: 'doubleValue', value } }]]);
}

/** Requests by what is said of them; all are of a collection `c` unless they say otherwise. */
type Cases<Message> = readonly (readonly [Partial<Message>, string | undefined])[];

function check<Message extends { readonly collectionName: string }>(
  t: ExecutionContext,
  codec: Codec<Message>,
  read: (message: Message) => unknown,
  cases: Cases<Message>,
): void {
  for (const [fields, expected] of cases) {
    const message = sent(codec, { collectionName: 'c', ...fields });
    t.is(
      refusal(() => read(message)),
      expected,
    );
  }
}

function checkBytes<Message extends { readonly collectionName: string }>(
  t: ExecutionContext,
  codec: Codec<Message>,
  read: (bytes: Buffer) => unknown,
  cases: Cases<Message>,
): void {
  for (const [fields, expected] of cases) {
    const bytes = encoded(codec, { collectionName: 'c', ...fields });
    t.is(
      refusal(() => read(bytes)),
      expected,
    );
  }
}

test('upserts', (t) => {
  const place = 'points[0].vectors.vectors_options';
  checkBytes(t, wire.UpsertPoints, upsertPointsOf, [
    [{}, undefined],
    [{ collectionName: '' }, rule(NAME_RULE)],
    [{ points: [point({ id: undefined })] }, 'Empty ID is not allowed'],
    [{ points: [point({ id: NO_ID })] }, 'No ID options provided'],
    [{ points: [point({}), point({ id: BAD_UUID })] }, 'Unable to parse UUID: no uuid'],
    [{ points: [point({ vectors: undefined })] }, 'Expected some vectors'],
    [{ points: [point({ vectors: { vectorsOptions: undefined } })] }, 'No Vector Provided'],
    [{ points: [point({ vectors: only(sparse([1], [1])) })] }, 'Sparse vector must be named'],
    [{ points: [point({ payload: payload(Number.NaN) })] }, 'cannot convert to json number'],
    [{ points: [point({ payload: payload(-Infinity) })] }, 'cannot convert to json number'],
    [
      { points: [point({}), point({ vectors: named(sparse([1, 2], [1])) })] },
      rule(
        'points[1].vectors.vectors_options.vectors[].vector.values: Validation error: must be the same length as indices [{}]',
      ),
    ],
    [
      { points: [point({ vectors: named(sparse([2, 1, 2], [1, 1, 1])) })] },
      rule(`${place}.vectors[].vector.indices: Validation error: must be unique [{}]`),
    ],
    [{ points: [point({ vectors: only(multi()) })] }, rule(`${place}.vector.vectors: multi vector must not be empty`)],
    [
      { points: [point({ vectors: only(multi([1], [1, 2])) })] },
      rule(`${place}.vector.vectors: all vectors must have the same dimension, found vector with dimension 2`),
    ],
    [
      { points: [point({ vectors: only({ ...dense(1), indices: { data: [1] }, vectorsCount: 1 }) })] },
      rule(`${place}.indices: \`indices\` and \`vectors_count\` cannot be specified at the same time`),
    ],
    [
      { points: [point({ vectors: only({ ...dense(1, 2, 3), vectorsCount: 2 }) })] },
      rule(`${place}.data: 3 numbers do not make 2 vectors of the same dimension`),
    ],
    [
      { points: [point({ vectors: only({ ...dense(1), vectorsCount: 0 }) })] },
      rule(`${place}.vectors_count: value 0 invalid, must be 1 or larger`),
    ],
    [
      {
        points: [
          point({ vectors: only(of({ $case: 'document', value: { text: 't', model: '', options: new Map() } })) }),
        ],
      },
      rule(`${place}.vector.model: value "" invalid, must be at least 1 characters`),
    ],
    [
      {
        points: [
          point({ vectors: only(of({ $case: 'image', value: { image: undefined, model: 'm', options: new Map() } })) }),
        ],
      },
      'Image is missing',
    ],
    [{ updateFilter: NO_PREDICATE }, rule(`update_filter.${NO_PREDICATE_RULE}`)],
    // Broken rules come first, whatever else cannot be converted.
    [{ points: [point({ id: NO_ID })], updateFilter: NO_PREDICATE }, rule(`update_filter.${NO_PREDICATE_RULE}`)],
    [{ ordering: BAD_ORDERING }, 'invalid write ordering type value 9'],
    [{ shardKeySelector: SHARD }, 'Wrong input: Shard key "a" not found'],
    [{ shardKeySelector: { shardKeys: [] } }, undefined],
  ]);
});

test('changes of vectors', (t) => {
  checkBytes(t, wire.UpdatePointVectors, updatePointVectorsOf, [
    [{}, undefined],
    [{ collectionName: 'a/b' }, rule('collection_name: collection name cannot contain "/" char')],
    [{ points: [{ id: undefined, vectors: only(dense(1)) }] }, 'id is expected'],
    [{ points: [{ id: NUMBER, vectors: undefined }] }, 'vectors is expected'],
    [
      { points: [{ id: NUMBER, vectors: { vectorsOptions: { $case: 'vectors', value: { vectors: new Map() } } } }] },
      rule('points[0].vectors: must specify vectors to update for point'),
    ],
  ]);
  check(t, wire.DeletePointVectors, changeRequest(deleteVectorsOf), [
    [{ pointsSelector: CHOSEN, vectors: { names: ['a'] } }, undefined],
    [{ pointsSelector: CHOSEN }, 'vectors is expected'],
    [{ vectors: { names: ['a'] } }, 'points_selector is expected'],
    [{ pointsSelector: CHOSEN, vectors: { names: [] } }, rule('vectors.names: must specify vector names to delete')],
  ]);
});

test('changes of payloads, and deletions', (t) => {
  const selections: Cases<{ pointsSelector?: wire.PointsSelector | undefined; collectionName: string }> = [
    [{ pointsSelector: CHOSEN }, undefined],
    [{}, 'points_selector is expected'],
    [{ pointsSelector: NO_SELECTION }, 'Malformed PointsSelector type'],
    [{ pointsSelector: BY_BROKEN_FILTER }, rule(`points_selector.points_selector_one_of.${NO_PREDICATE_RULE}`)],
  ];
  check(t, wire.SetPayloadPoints, changeRequest(setPayloadOf), selections);
  check(t, wire.SetPayloadPoints, changeRequest(overwritePayloadOf), selections);
  check(t, wire.DeletePayloadPoints, changeRequest(deletePayloadOf), selections);
  check(t, wire.SetPayloadPoints, changeRequest(setPayloadOf), [
    [{ pointsSelector: CHOSEN, key: 'a..b' }, "Invalid json path: 'a..b'"],
    [{ pointsSelector: CHOSEN, payload: payload(Infinity) }, 'cannot convert to json number'],
    [{ pointsSelector: CHOSEN, shardKeySelector: SHARD }, 'Wrong input: Shard key "a" not found'],
  ]);
  check(t, wire.SetPayloadPoints, changeRequest(overwritePayloadOf), [
    [{ pointsSelector: CHOSEN, key: 'a..b' }, undefined],
  ]);
  check(t, wire.DeletePayloadPoints, changeRequest(deletePayloadOf), [
    [{ pointsSelector: CHOSEN, keys: ['a', 'b['] }, "Invalid json path: 'b['"],
  ]);
  const chosen: Cases<wire.DeletePoints> = [
    [{ points: CHOSEN }, undefined],
    [{}, 'PointSelector is missing'],
    [{ points: NO_SELECTION }, 'Malformed PointsSelector type'],
    [{ points: BY_BROKEN_FILTER }, rule(`points.points_selector_one_of.${NO_PREDICATE_RULE}`)],
    [{ points: { pointsSelectorOneOf: { $case: 'points', value: { ids: [NO_ID] } } } }, 'No ID options provided'],
  ];
  check(t, wire.DeletePoints, changeRequest(deletePointsOf), chosen);
  check(t, wire.ClearPayloadPoints, changeRequest(clearPayloadOf), chosen);
});

test('batches', (t) => {
  const list = (fields: Partial<wire.PointsUpdateOperation_PointStructList>): wire.PointsUpdateOperation => ({
    operation: { $case: 'upsert', value: { points: [], ...fields } },
  });
  checkBytes(t, wire.UpdateBatchPoints, updateBatchOf, [
    [{}, rule('operations: value [] invalid, must be at least 1 characters')],
    [{ operations: [{ operation: undefined }] }, 'Operation is missing'],
    [{ operations: [list({ points: [point({ id: NO_ID })] })] }, 'No ID options provided'],
    [
      { operations: [list({}), list({ points: [point({ vectors: only(multi()) })] })] },
      rule('operations[1].operation.points[0].vectors.vectors_options.vector.vectors: multi vector must not be empty'),
    ],
    [
      { operations: [list({ updateFilter: NO_PREDICATE })] },
      rule(`operations[0].operation.update_filter.${NO_PREDICATE_RULE}`),
    ],
    [
      { operations: [list({}), { operation: { $case: 'deletePoints', value: { points: undefined } } }] },
      'PointSelector is missing',
    ],
    [
      { operations: [{ operation: { $case: 'deleteDeprecated', value: BY_BROKEN_FILTER } }] },
      rule(`operations[0].operation.points.points_selector_one_of.${NO_PREDICATE_RULE}`),
    ],
  ]);
});

test('reads', (t) => {
  const consistency = (value: wire.ReadConsistency['value']): wire.ReadConsistency => ({ value });
  check(t, wire.GetPoints, getPointsOf, [
    [{ ids: [NUMBER] }, undefined],
    [{ ids: [NO_ID] }, 'No ID options provided'],
    [{ withPayload: { selectorOptions: undefined } }, 'No PayloadSelector'],
    [{ withPayload: { selectorOptions: { $case: 'include', value: { fields: ['a['] } } } }, "Invalid json path: 'a['"],
    [{ withVectors: { selectorOptions: undefined } }, undefined],
    [{ shardKeySelector: SHARD }, 'Bad request: Shard key "a" not found'],
    [
      { readConsistency: consistency(undefined) },
      'invalid read consistency message: `ReadConsistency::value` field is `None`',
    ],
    [
      { readConsistency: consistency({ $case: 'type', value: 7 as wire.ReadConsistencyType }) },
      'invalid read consistency type value 7',
    ],
    [{ readConsistency: consistency({ $case: 'factor', value: 2n }), timeout: 0n }, undefined],
  ]);
  check(t, wire.ScrollPoints, scrollPointsOf, [
    [{ timeout: 0n }, undefined],
    [{ limit: 0 }, rule('limit: value 0 invalid, must be 1 or larger')],
    [{ filter: NO_PREDICATE }, rule(`filter.${NO_PREDICATE_RULE}`)],
    [{ offset: BAD_UUID }, 'Unable to parse UUID: no uuid'],
    [
      { shardKeySelector: { shardKeys: [], fallback: { key: { $case: 'number', value: 2n } } } },
      'Bad request: Shard key 2 not found',
    ],
  ]);
  check(t, wire.CountPoints, countPointsOf, [
    [{}, undefined],
    [{ collectionName: '' }, rule(NAME_RULE)],
    [{ filter: NO_PREDICATE }, rule(`filter.${NO_PREDICATE_RULE}`)],
    [{ shardKeySelector: SHARD }, 'Bad request: Shard key "a" not found'],
  ]);
});

test('few bytes that ask for very many operations', (t) => {
  const bytes = Buffer.alloc(400_000, Buffer.from([0x1a, 0]));
  t.is(
    refusal(() => updateBatchOf(bytes)),
    'Bad request: Limit exceeded 200000 > 100000 for "operations". Help: Reduce the "operations" parameter to or below 100000.',
  );
});

test('few bytes that ask for very many names of vectors', (t) => {
  const points = Array.from({ length: 5_000 }, (_, id) => {
    const vectors = new Map([[String(id), dense(1)]]);
    return point({ vectors: { vectorsOptions: { $case: 'vectors', value: { vectors } } } });
  });
  const bytes = encoded(wire.UpsertPoints, { collectionName: 'c', points });
  t.true(bytes.length < 150_000);
  t.regex(
    refusal(() => upsertPointsOf(bytes)) ?? '',
    /^Wrong input: 5000 points with more than 4001 names of vectors are too many for one request/,
  );
});
