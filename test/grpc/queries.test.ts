import test from 'ava';
import * as wire from '../../generated/points.js';
import { alike, bothDoors, D, EVEN, type Method, openFilled, PAIRS, UUID } from './alike.ts';
import { idToJson, scoredToJson } from './answers-to-json.ts';
import { fields, type Json, listOf } from './filter-to-wire.ts';
import { made } from './made.ts';
import { queryPointsToWire, queryToWire } from './query-to-wire.ts';

test.before(openFilled);
test.after.always(() => bothDoors().close());

const query: Method<wire.QueryPoints, wire.QueryResponse> = {
  name: 'Query',
  route: '/points/query',
  types: { request: wire.QueryPoints, answer: wire.QueryResponse },
  message: queryPointsToWire,
  result: ({ result }) => ({ points: result.map(scoredToJson) }),
};

const QUERIES: readonly Json[] = [
  { query: D, using: 'd' },
  { query: D, using: 'd', limit: 3, offset: 2, with_payload: true, with_vector: true },
  { query: D, using: 'd', with_payload: ['tag', 'deep[].x'], with_vector: ['s', 'm'] },
  { query: D, using: 'd', with_payload: { exclude: ['deep', 'n'] }, score_threshold: 0.5 },
  { query: D, using: 'd', filter: EVEN, params: { exact: true } },
  {
    query: D,
    using: 'd',
    filter: {
      must_not: [{ has_id: [1, 2, UUID] }],
      should: [
        { key: 'n', range: { gte: 4.5 } },
        { key: 'tag', match: { any: ['red'] } },
      ],
    },
  },
  { query: 4, using: 'd', limit: 5 },
  { query: UUID, using: 'd', limit: 5 },
  { query: 1, using: 'd', lookup_from: { collection: 'other', vector: '' } },
  { query: { indices: [5, 1], values: [1, 0.5] }, using: 's' },
  {
    query: [
      [1, 0],
      [0.5, 0.5],
    ],
    using: 'm',
  },
  { query: { text: 'red engines', model: 'qdrant/bm25', options: { language: 'english' } }, using: 's' },
  { query: { nearest: D, mmr: { diversity: 0.7, candidates_limit: 20 } }, using: 'd', limit: 6 },
  { query: { recommend: { positive: [1, D], negative: [UUID] } }, using: 'd' },
  { query: { recommend: { positive: [1], negative: [D, 2], strategy: 'best_score' } }, using: 'd' },
  { query: { recommend: { negative: [D], strategy: 'sum_scores' } }, using: 'd' },
  { query: { discover: { target: D, context: PAIRS } }, using: 'd' },
  { query: { context: PAIRS }, using: 'd' },
  {
    query: {
      relevance_feedback: {
        target: D,
        feedback: [
          { example: 1, score: 0.9 },
          { example: 3, score: 0.1 },
        ],
        strategy: { naive: { a: 0.1, b: 0.4, c: 0.2 } },
      },
    },
    using: 'd',
  },
  { query: { order_by: 'n' }, with_payload: true },
  { query: { order_by: { key: 'n', direction: 'desc', start_from: 7 } }, filter: EVEN },
  {
    prefetch: [
      { query: D, using: 'd' },
      { query: 3, using: 'm', limit: 4 },
    ],
    query: { fusion: 'rrf' },
  },
  {
    prefetch: [
      { query: D, using: 'd' },
      { query: 3, using: 'm', limit: 4 },
    ],
    query: { fusion: 'dbsf' },
  },
  {
    prefetch: [
      { query: D, using: 'd' },
      { query: 3, using: 's' },
    ],
    query: { rrf: { k: 5, weights: [2, 0.5] } },
    filter: EVEN,
  },
  {
    prefetch: { query: D, using: 'd' },
    query: {
      formula: { sum: ['$score', { mult: [0.25, 'n'] }, { key: 'tag', match: { value: 'red' } }] },
      defaults: { n: 1 },
    },
  },
  {
    prefetch: [{ prefetch: [{ query: D, using: 'd', limit: 20 }], query: [[1, 0]], using: 'm', limit: 8 }],
    query: 2,
    using: 'd',
    limit: 3,
  },
  {},
  { filter: EVEN, limit: 4 },
];

const REFUSED: readonly Json[] = [
  { query: D },
  { query: D, using: 'none' },
  { query: [1, 2], using: 'd' },
  { query: 999, using: 'd' },
  { query: 1, using: 'd', lookup_from: { collection: 'nowhere' } },
  { query: { indices: [1], values: [1] }, using: 'd' },
  { query: { fusion: 'rrf' } },
  { prefetch: [{ query: D, using: 'd' }] },
  { query: { order_by: 'deep' } },
  { score_threshold: 1 },
  { query: D, using: 'd', with_vector: ['nothing'] },
];

test('queries of every kind are answered as over REST', async (t) => {
  for (const body of QUERIES) t.is(await alike(t, query, body), 'answered');
});

test('queries that cannot be answered are refused in the same words', async (t) => {
  for (const body of REFUSED) t.is(await alike(t, query, body), 'refused');
  const { code, message } = await bothDoors().grpc(
    '/qdrant.Points/Query',
    query.types,
    made(wire.QueryPoints, { collectionName: 'nowhere' }),
  );
  t.deepEqual({ code, message }, { code: 5, message: "Not found: Collection `nowhere` doesn't exist!" });
});

test('a sample is random points', async (t) => {
  const { answer } = await bothDoors().grpc(
    '/qdrant.Points/Query',
    query.types,
    queryPointsToWire({ query: { sample: 'random' }, limit: 5 }),
  );
  t.is(new Set(answer?.result.map(({ id }) => String(idToJson(id)))).size, 5);
});

test('counts may be all that 64 bits hold', async (t) => {
  const most = 2n ** 64n - 1n;
  const found = async (fields: Partial<wire.QueryPoints>): Promise<number | undefined> => {
    const asked = made(wire.QueryPoints, { collectionName: 'c', limit: most, ...fields });
    return (await bothDoors().grpc('/qdrant.Points/Query', query.types, asked)).answer?.result.length;
  };
  const near = { query: queryToWire(D), using: 'd' };
  const prefetch = [made(wire.PrefetchQuery, { ...near, limit: most })];
  for (const fields of [near, {}, { query: queryToWire({ fusion: 'rrf' }), prefetch }]) {
    t.is(await found(fields), 30);
    t.is(await found({ ...fields, offset: 1n }), 29);
    t.is(await found({ ...fields, offset: most }), 0);
  }
  t.is(await found({ ...near, timeout: most, params: made(wire.SearchParams, { hnswEf: most }) }), 30);
});

const queryBatch: Method<wire.QueryBatchPoints, wire.QueryBatchResponse> = {
  name: 'QueryBatch',
  route: '/points/query/batch',
  types: { request: wire.QueryBatchPoints, answer: wire.QueryBatchResponse },
  message: (body) =>
    made(wire.QueryBatchPoints, {
      collectionName: 'c',
      queryPoints: listOf(fields(body)['searches']).map(queryPointsToWire),
    }),
  result: ({ result }) => result.map((one) => ({ points: one.result.map(scoredToJson) })),
};

test('batches are answered in order, also one without queries', async (t) => {
  await alike(t, queryBatch, { searches: QUERIES.slice(0, 8) });
  await alike(t, queryBatch, {
    searches: [
      { query: D, using: 'd', filter: { must: [{ has_id: [] }] } },
      { query: D, using: 'd' },
    ],
  });
  await alike(t, queryBatch, { searches: [] });
});
