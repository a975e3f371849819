import { batch, groups, idSet, integer, points } from './canonical.ts';
import { QUERY, UUID } from './point-steps.ts';
import { answers, type Body, type Step } from './step.ts';

const at = (path: string): string => `POST /collections/items/points/${path}`;
const cheap: Body = { must: [{ key: 'price', range: { lt: 20 } }] };
const dense = { name: 'dense', vector: QUERY };
const byCity = { group_by: 'city', group_size: 2, limit: 3 };
const lookup: Body = { collection: 'plain', with_payload: ['name'], with_vectors: true };
const context: Body = [
  { positive: 1, negative: 2 },
  { positive: QUERY, negative: 3 },
];

/** Of the older methods: Search, Recommend, Discover. */
export const searchSteps: readonly Step[] = [
  answers('search', at('search'), { vector: dense, limit: 4, with_payload: true, with_vector: true }, points),
  answers(
    'search with everything',
    at('search?timeout=10&consistency=1'),
    {
      vector: dense,
      limit: 3,
      offset: 1,
      filter: cheap,
      score_threshold: 0.1,
      with_payload: ['city'],
      with_vector: ['words'],
      params: {
        hnsw_ef: 64,
        exact: true,
        indexed_only: false,
        quantization: { ignore: false, rescore: true, oversampling: 2 },
      },
    },
    points,
  ),
  answers(
    'search of default vectors',
    'POST /collections/plain/points/search',
    { vector: [1, 1, 1], limit: 2, with_vector: true },
    points,
  ),
  answers(
    'search sparse',
    at('search'),
    { vector: { name: 'words', vector: { indices: [1, 5], values: [1, 0.5] } }, limit: 10 },
    points,
  ),
  answers(
    'search batch',
    at('search/batch'),
    {
      searches: [
        { vector: dense, limit: 2 },
        { vector: dense, limit: 2, filter: cheap },
      ],
    },
    batch,
  ),
  answers('search groups', at('search/groups'), { vector: dense, ...byCity, with_payload: ['city'] }, groups),
  answers(
    'search groups with lookup',
    at('search/groups'),
    { vector: dense, group_by: 'owner', group_size: 2, limit: 4, with_lookup: lookup },
    groups,
  ),
  answers('recommend', at('recommend'), { positive: [1, UUID], negative: [3], using: 'dense', limit: 4 }, points),
  answers(
    'recommend by best score',
    at('recommend'),
    { positive: [1, QUERY], negative: [[0.1, -0.2, 0.3, 0.4]], strategy: 'best_score', using: 'dense', limit: 4 },
    points,
  ),
  answers(
    'recommend from another collection',
    at('recommend'),
    { positive: [2], using: 'rows', limit: 3, lookup_from: { collection: 'items', vector: 'rows' } },
    points,
  ),
  answers(
    'recommend batch',
    at('recommend/batch'),
    {
      searches: [
        { positive: [1], using: 'dense', limit: 2 },
        { positive: [2], negative: [1], strategy: 'sum_scores', using: 'dense', limit: 3 },
      ],
    },
    batch,
  ),
  answers(
    'recommend groups',
    at('recommend/groups'),
    { positive: [1], negative: [4], using: 'dense', ...byCity },
    groups,
  ),
  answers('discover', at('discover'), { target: 4, context, using: 'dense', limit: 5 }, points),
  answers('discover by context', at('discover'), { context, using: 'dense', limit: 5 }, points),
  answers(
    'discover batch',
    at('discover/batch'),
    {
      searches: [
        { target: QUERY, context: [{ positive: 1, negative: 2 }], using: 'dense', limit: 2 },
        { target: 1, using: 'dense', limit: 2 },
      ],
    },
    batch,
  ),
];

const nearDense: Body = { query: QUERY, using: 'dense', limit: 6 };
const nearWords: Body = { query: { indices: [1, 5], values: [1, 0.5] }, using: 'words', limit: 6 };

/** Condition, payload value, its negative: one of the kinds that a formula has. */
const simpleFormula: Body = {
  sum: ['$score', { mult: [0.5, { key: 'flag', match: { value: true } }] }, { neg: { abs: 'price' } }],
};

const richFormula: Body = {
  sum: [
    '$score[0]',
    {
      exp_decay: {
        x: { geo_distance: { origin: { lon: 13.4, lat: 52.52 }, to: 'place' } },
        scale: 100000,
        midpoint: 0.25,
      },
    },
    { gauss_decay: { x: 'number', target: 5, scale: 10 } },
    { lin_decay: { x: { datetime_key: 'when' }, target: { datetime: '2022-01-01T00:00:00Z' }, scale: 31536000 } },
    { div: { left: 1, right: 'price', by_zero_default: 0.5 } },
    { pow: { base: 2, exponent: 0.5 } },
    { sqrt: { abs: 'price' } },
    { log10: 100 },
    { ln: { exp: 0.5 } },
  ],
};

const richDefaults: Body = { price: 4, number: 3, place: { lon: 0, lat: 0 }, when: '2020-01-01T00:00:00Z' };

const kinds: Readonly<Record<string, Body>> = {
  dense: { query: QUERY, using: 'dense', limit: 4, with_payload: ['city'], with_vector: ['dense'] },
  sparse: nearWords,
  multi: {
    query: [
      [0.5, 0.5],
      [0.25, -0.5],
    ],
    using: 'rows',
    limit: 5,
  },
  'a point': { query: 1, using: 'dense', limit: 3 },
  'a point by UUID': { query: UUID, using: 'dense', limit: 3 },
  'a large id': { query: integer('9007199254740993'), using: 'dense', limit: 3 },
  'nearest, spelt out': { query: { nearest: QUERY }, using: 'dense', limit: 3 },
  'maximal marginal relevance': {
    query: { nearest: QUERY, mmr: { diversity: 0.4, candidates_limit: 8 } },
    using: 'dense',
    limit: 4,
  },
  recommend: { query: { recommend: { positive: [1, QUERY], negative: [3] } }, using: 'dense', limit: 4 },
  'recommend by best score': {
    query: { recommend: { positive: [1, QUERY], negative: [3], strategy: 'best_score' } },
    using: 'dense',
    limit: 4,
  },
  'recommend by sum of scores': {
    query: { recommend: { positive: [1], negative: [3, 4], strategy: 'sum_scores' } },
    using: 'dense',
    limit: 4,
  },
  discover: {
    query: { discover: { target: QUERY, context: [{ positive: 1, negative: 2 }] } },
    using: 'dense',
    limit: 4,
  },
  context: {
    query: {
      context: [
        { positive: 1, negative: 2 },
        { positive: 4, negative: 3 },
      ],
    },
    using: 'dense',
    limit: 4,
  },
  'order by': { query: { order_by: { key: 'price', direction: 'desc' } }, limit: 4, with_payload: ['price'] },
  'order by number': { query: { order_by: { key: 'number', start_from: 12 } }, limit: 4 },
  rrf: { prefetch: [nearDense, nearWords], query: { fusion: 'rrf' }, limit: 3 },
  dbsf: { prefetch: [nearDense, nearWords], query: { fusion: 'dbsf' }, limit: 8 },
  'rrf with weights': { prefetch: [nearDense, nearWords], query: { rrf: { k: 60, weights: [1, 3] } }, limit: 3 },
  formula: { prefetch: nearDense, query: { formula: simpleFormula, defaults: { price: 1 } }, limit: 6 },
  'formula with everything': { prefetch: nearDense, query: { formula: richFormula, defaults: richDefaults }, limit: 6 },
  'relevance feedback': {
    query: {
      relevance_feedback: {
        target: QUERY,
        feedback: [
          { example: 1, score: 0.9 },
          { example: 3, score: 0.2 },
        ],
        strategy: { naive: { a: 1, b: 0.5, c: 0.25 } },
      },
    },
    using: 'dense',
    limit: 4,
  },
  'nested prefetches': {
    prefetch: { prefetch: [nearDense, { ...nearWords, filter: cheap }], query: [[0.5, 0.5]], using: 'rows', limit: 5 },
    query: QUERY,
    using: 'dense',
    limit: 3,
    filter: { must_not: [{ has_id: [2] }] },
  },
  'prefetch with everything': {
    prefetch: {
      query: QUERY,
      using: 'dense',
      limit: 8,
      score_threshold: 0.1,
      filter: cheap,
      params: { exact: true },
      lookup_from: { collection: 'items', vector: 'dense' },
    },
    query: 1,
    using: 'dense',
    limit: 3,
    lookup_from: { collection: 'items', vector: 'dense' },
  },
  'nothing: by id': { limit: 3, with_payload: ['city'], offset: 2 },
  'score threshold': { query: QUERY, using: 'dense', limit: 10, score_threshold: 0.35, offset: 1 },
  'search parameters': {
    query: QUERY,
    using: 'dense',
    limit: 3,
    filter: cheap,
    params: {
      hnsw_ef: 32,
      exact: false,
      indexed_only: false,
      quantization: { ignore: true, rescore: false, oversampling: 1.5 },
      acorn: { enable: true, max_selectivity: 0.5 },
    },
  },
  'payload without parts': {
    query: QUERY,
    using: 'dense',
    limit: 2,
    with_payload: { exclude: ['text', 'nested', 'mixed'] },
    with_vector: true,
  },
};

const QUERY_ONE = at('query?timeout=10&consistency=quorum');
const QUERY_GROUPS = at('query/groups');

export const querySteps: readonly Step[] = [
  ...Object.entries(kinds).map(([name, body]) => answers(`query: ${name}`, QUERY_ONE, body, points)),
  answers('query: idf of a part', QUERY_ONE, { ...(nearWords as object), params: { idf: { corpus: cheap } } }, points),
  answers('query: sample', QUERY_ONE, { query: { sample: 'random' }, limit: 100 }, idSet),
  answers(
    'query of default vectors',
    'POST /collections/plain/points/query',
    { query: [1, 1, 1], limit: 3, with_payload: true, with_vector: true },
    points,
  ),
  answers(
    'query batch',
    at('query/batch'),
    { searches: [kinds['dense'] ?? {}, kinds['rrf'] ?? {}, kinds['recommend'] ?? {}] },
    (result) => batch((result as readonly unknown[]).map((one) => (one as { points: never }).points)),
  ),
  answers('query groups', QUERY_GROUPS, { query: QUERY, using: 'dense', ...byCity, with_payload: ['city'] }, groups),
  answers(
    'query groups with lookup',
    QUERY_GROUPS,
    { query: QUERY, using: 'dense', group_by: 'owner', group_size: 2, limit: 4, with_lookup: lookup, filter: cheap },
    groups,
  ),
  // Ids of groups of both kinds: with a sign, and without.
  answers(
    'query groups of numbers',
    QUERY_GROUPS,
    { query: QUERY, using: 'dense', group_by: 'number', group_size: 1, limit: 20 },
    groups,
  ),
  answers(
    'query groups over prefetches',
    QUERY_GROUPS,
    { prefetch: [nearDense, nearWords], query: { fusion: 'rrf' }, ...byCity },
    groups,
  ),
];
