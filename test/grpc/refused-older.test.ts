import test from 'ava';
import * as wire from '../../generated/points.js';
import type { Example, Query } from '../../src/core/query.ts';
import type { QueryBatch } from '../../src/core/requests.ts';
import { discoverPointsOf } from '../../src/grpc/parse/discover.ts';
import { facetPointsOf } from '../../src/grpc/parse/facet.ts';
import { queryGroupsOf, recommendGroupsOf, searchGroupsOf } from '../../src/grpc/parse/groups.ts';
import { searchMatrixOf } from '../../src/grpc/parse/matrix.ts';
import { queryPointsOf } from '../../src/grpc/parse/query.ts';
import { recommendBatchOf, recommendPointsOf } from '../../src/grpc/parse/recommend.ts';
import { searchBatchOf, searchPointsOf } from '../../src/grpc/parse/search.ts';
import { idToWire } from './filter-to-wire.ts';
import { type Codec, made, sent } from './made.ts';
import { queryToWire } from './query-to-wire.ts';
import { refusal, rule } from './refusal.ts';

/** Requests of groups, facets and distance matrices, and Qdrant's older searches. */

const collectionName = 'c';
const ONE = idToWire(1);
const ZERO = 'value 0 invalid, must be 1 or larger';

/** Reads what was sent with some fields. */
function reading<Message extends object, Request>(
  codec: Codec<Message>,
  read: (message: Message) => Request,
  base: Partial<Message>,
): (fields?: Partial<Message>) => Request {
  return (fields = {}) => read(sent(codec, { ...base, ...fields }));
}

const search = reading(wire.SearchPoints, searchPointsOf, { collectionName, limit: 1n });
const recommend = reading(wire.RecommendPoints, recommendPointsOf, { collectionName, positive: [ONE] });
const discover = reading(wire.DiscoverPoints, discoverPointsOf, { collectionName, limit: 1n });
const facet = reading(wire.FacetCounts, facetPointsOf, { collectionName, key: 'a' });
const matrix = reading(wire.SearchMatrixPoints, searchMatrixOf, { collectionName });
const counts = { groupBy: 'a', limit: 1, groupSize: 1 };
const queryGroups = reading(wire.QueryPointGroups, queryGroupsOf, { collectionName, groupBy: 'a' });
const searchGroups = reading(wire.SearchPointGroups, searchGroupsOf, { collectionName, ...counts });
const recommendGroups = reading(wire.RecommendPointGroups, recommendGroupsOf, {
  collectionName,
  ...counts,
  positive: [ONE],
});

const shardKeySelector = { shardKeys: [{ key: { $case: 'number', value: 7n } as const }] };
const NO_GROUPS = rule(
  `limit: ${ZERO}`,
  `group_size: ${ZERO}`,
  'group_by: value "" invalid, must be at least 1 characters',
);

const CASES: readonly (readonly [string, () => unknown, string | undefined])[] = [
  ['a search', () => search(), undefined],
  ['a search without a limit', () => search({ limit: 0n }), rule(`limit: ${ZERO}`)],
  ['a search in no time', () => search({ timeout: 0n }), rule(`timeout: ${ZERO}`)],
  ['a sparse search without a name', () => search({ sparseIndices: { data: [1] } }), 'Sparse vector must have a name'],
  [
    'a sparse search of unequal lengths',
    () => search({ vectorName: 's', sparseIndices: { data: [1] } }),
    rule('sparse_indices.values: Validation error: must be the same length as indices [{}]'),
  ],
  ['a recommendation without a limit', () => recommend({ limit: 0n }), undefined],
  [
    'a recommendation of nothing',
    () => recommend({ positive: [] }),
    'Bad request: At least one positive vector ID required with this strategy',
  ],
  [
    'another recommendation of nothing',
    () => recommend({ positive: [], strategy: wire.RecommendStrategy.BestScore }),
    'Bad request: At least one positive or negative vector ID required with this strategy',
  ],
  ['an unknown strategy', () => recommend({ strategy: 9 as 0 }), 'Unknown recommend strategy: 9'],
  ['a discovery without a limit', () => discover({ limit: 0n }), rule(`limit: ${ZERO}`)],
  ['a target that holds nothing', () => discover({ target: { target: undefined } }), 'TargetVector target is missing'],
  [
    'a target that is no example',
    () => discover({ target: { target: { $case: 'single', value: { example: undefined } } } }),
    'VectorExample example is missing',
  ],
  [
    'half a pair',
    () => discover({ context: [{ positive: { example: { $case: 'id', value: ONE } }, negative: undefined }] }),
    'VectorExample example is missing',
  ],
  ['a facet of nothing', () => facet({ key: '' }), rule('key: value "" invalid, must be at least 1 characters')],
  ['a facet of none', () => facet({ limit: 0n }), undefined],
  ['a facet in no time', () => facet({ timeout: 0n }), rule(`timeout: ${ZERO}`)],
  ['a facet of no path', () => facet({ key: 'a..' }), "Invalid json path: 'a..'"],
  ['a facet of a shard', () => facet({ shardKeySelector }), 'Bad request: Shard key 7 not found'],
  ['a matrix', () => matrix(), undefined],
  [
    'a matrix of one',
    () => matrix({ sample: 1n, limit: 0n }),
    rule('sample: value 1 invalid, must be 2 or larger', `limit: ${ZERO}`),
  ],
  ['groups', () => queryGroups(), undefined],
  ['groups of nothing', () => queryGroups({ limit: 0n, groupSize: 0n, groupBy: '' }), NO_GROUPS],
  ['groups by no path', () => queryGroups({ groupBy: 'a..b' }), "Invalid json path: 'a..b'"],
  [
    'groups of a query that is none',
    () => queryGroups({ query: queryToWire({ fusion: 'rrf' }) }),
    'Wrong input: Validation failed: cannot apply Fusion without prefetches',
  ],
  ['older groups of nothing', () => searchGroups({ limit: 0, groupSize: 0, groupBy: '' }), NO_GROUPS],
  ['recommended groups of nothing', () => recommendGroups({ limit: 0, groupSize: 0, groupBy: '' }), NO_GROUPS],
];

for (const [name, read, expected] of CASES) {
  test(`${expected === undefined ? 'read' : 'refused'}: ${name}`, (t) => {
    t.is(refusal(read), expected);
  });
}

test('older searches of a batch are told by their places', (t) => {
  const searchPoints = [made(wire.SearchPoints, { limit: 1n }), made(wire.SearchPoints, { timeout: 0n })];
  t.is(
    refusal(() => searchBatchOf(sent(wire.SearchBatchPoints, { collectionName, searchPoints }))),
    rule(`search_points[1].timeout: ${ZERO}`, `search_points[1].limit: ${ZERO}`),
  );
  const sparse = { indices: [1, 1], values: Float32Array.of(1, 1) };
  const vector = made(wire.Vector, { vector: { $case: 'sparse', value: sparse } });
  const recommendPoints = [made(wire.RecommendPoints, { positiveVectors: [vector] })];
  t.is(
    refusal(() => recommendBatchOf(sent(wire.RecommendBatchPoints, { collectionName, recommendPoints }))),
    rule('recommend_points[0].positive_vectors[0].vector.indices: Validation error: must be unique [{}]'),
  );
});

function queryOf({ queries }: QueryBatch): Query | undefined {
  return queries[0]?.query;
}

test('vectors of older recommendations, in old forms and new, stand behind the ids', (t) => {
  const data = Float32Array.of(1, 2);
  const query = queryOf(
    recommend({
      positiveVectors: [
        made(wire.Vector, { data }),
        made(wire.Vector, { data, indices: { data: [7, 3] } }),
        made(wire.Vector, { data, vectorsCount: 2 }),
        made(wire.Vector, { vector: { $case: 'dense', value: { data } } }),
      ],
    }),
  );
  const vectors = query?.kind === 'recommend' ? query.positive : [];
  const expected: Example[] = [
    { kind: 'id', id: { kind: 0, word0: 0, word1: 0, word2: 0, word3: 1 } },
    { kind: 'vector', vector: { kind: 'dense', values: data } },
    { kind: 'vector', vector: { kind: 'sparse', indices: Uint32Array.of(3, 7), values: Float32Array.of(2, 1) } },
    { kind: 'vector', vector: { kind: 'multi', dimension: 1, values: data } },
    { kind: 'vector', vector: { kind: 'dense', values: data } },
  ];
  t.deepEqual(vectors, expected);
});

test('an order may begin at a timestamp', (t) => {
  const startFrom: wire.StartFrom = { value: { $case: 'timestamp', value: { seconds: 5n, nanos: 7_000 } } };
  const asked = { variant: { $case: 'orderBy', value: { key: 'a', startFrom } } } as const;
  const query = queryOf(queryPointsOf(sent(wire.QueryPoints, { collectionName, query: asked })));
  t.deepEqual(query?.kind === 'order_by' ? query.orderBy.startFrom : undefined, {
    kind: 'datetime',
    value: 5_000_007n,
  });
});

test('groups look up whole payloads, but no vectors, where they do not say', (t) => {
  const { withLookup } = queryGroups({ withLookup: made(wire.WithLookup, { collection: 'other' }) });
  t.deepEqual(withLookup, { collection: 'other', withPayload: { kind: 'all' }, withVector: { kind: 'none' } });
});

test('the vector of a search is the one that was decoded', (t) => {
  const message = sent(wire.QueryPoints, { collectionName, query: queryToWire([1, 2, 3]) });
  const { variant } = message.query ?? {};
  const given = variant?.$case === 'nearest' ? variant.value.variant : undefined;
  const query = queryOf(queryPointsOf(message));
  const example = query?.kind === 'nearest' ? query.example : undefined;
  const values = example?.kind === 'vector' ? example.vector.values : undefined;
  t.true(values !== undefined && given?.$case === 'dense' && values === given.value.data);
});
