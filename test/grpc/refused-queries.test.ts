import test from 'ava';
import * as wire from '../../generated/points.js';
import { Filter } from '../../generated/qdrant_common.js';
import { queryBatchOf, queryPointsOf } from '../../src/grpc/parse/query.ts';
import type { Json } from './filter-to-wire.ts';
import { made, sent } from './made.ts';
import { inputToWire, queryToWire } from './query-to-wire.ts';
import { refusal, rule } from './refusal.ts';

type Asked = Partial<wire.QueryPoints>;

function refused(asked: Asked): string | undefined {
  return refusal(() => queryPointsOf(sent(wire.QueryPoints, { collectionName: 'c', ...asked })));
}

/** An enum's number that nothing stands for. */
function unknown(value: number): 0 {
  return value as 0;
}

function variant(variant: wire.Query['variant']): Asked {
  return { query: { variant } };
}

function query(json: Json): Asked {
  return { query: queryToWire(json) };
}

function formula(json: Json, defaults: Record<string, Json> = {}): Asked {
  return { query: queryToWire({ formula: json, defaults }), prefetch: [made(wire.PrefetchQuery)] };
}

function expression(variant: wire.Expression['variant']): Asked {
  return { ...formula(1), ...formulaOf({ variant }) };
}

function formulaOf(expression: wire.Expression | undefined): Asked {
  return variant({ $case: 'formula', value: { expression, defaults: new Map() } });
}

const shards = { shardKeys: [{ key: { $case: 'keyword', value: 'eu' } as const }] };
const NOTHING = { variant: undefined };
const ONE = inputToWire(1);
const NAIVE = { variant: { $case: 'naive', value: { a: 1, b: 1, c: 1 } } } as const;

function feedback(changes: Partial<wire.RelevanceFeedbackInput>): Asked {
  const whole = { target: ONE, feedback: [{ example: ONE, score: 1 }], strategy: NAIVE };
  return variant({ $case: 'relevanceFeedback', value: { ...whole, ...changes } });
}

const NOT_A_PATH: Asked = { withPayload: { selectorOptions: { $case: 'include', value: { fields: ['a..b'] } } } };
const EMPTY_FIELD: Asked = {
  filter: made(Filter, { must: [{ conditionOneOf: { $case: 'isNull', value: { key: '' } } }] }),
};

const RULES: readonly (readonly [string, Asked, string | undefined])[] = [
  ['nothing', {}, undefined],
  [
    'no collection',
    { collectionName: '' },
    rule('collection_name: value "" invalid, must be from 1 to 255 characters'),
  ],
  [
    'a collection with a slash',
    { collectionName: 'a/b' },
    rule('collection_name: collection name cannot contain "/" char'),
  ],
  ['a limit of 0', { limit: 0n }, rule('limit: value 0 invalid, must be 1 or larger')],
  ['a timeout of 0', { timeout: 0n }, rule('timeout: value 0 invalid, must be 1 or larger')],
  [
    'an ef of 0',
    { params: made(wire.SearchParams, { hnswEf: 0n }) },
    rule('params.hnsw_ef: value 0 invalid, must be 1 or larger'),
  ],
  [
    'oversampling below 1',
    { params: made(wire.SearchParams, { quantization: { oversampling: 0.5 } }) },
    rule('params.quantization.oversampling: value 0.5 invalid, must be 1.0 or larger'),
  ],
  [
    'a share that is none',
    { params: made(wire.SearchParams, { acorn: { maxSelectivity: Number.NaN } }) },
    rule('params.acorn.max_selectivity: value NaN invalid, must be from 0.0 to 1.0'),
  ],
  [
    'diversity beyond all numbers',
    query({ nearest: 1, mmr: { diversity: Infinity } }),
    rule('query.variant.mmr.diversity: value inf invalid, must be from 0.0 to 1.0'),
  ],
  [
    'a limit of 0 in the depth',
    { prefetch: [made(wire.PrefetchQuery, { prefetch: [made(wire.PrefetchQuery, { limit: 0n })] })] },
    rule('prefetch[0].prefetch[0].limit: value 0 invalid, must be 1 or larger'),
  ],
  [
    'diversity beyond 1',
    query({ nearest: 1, mmr: { diversity: 1.5 } }),
    rule('query.variant.mmr.diversity: value 1.5 invalid, must be from 0.0 to 1.0'),
  ],
  [
    'too many candidates',
    query({ nearest: 1, mmr: { candidates_limit: 16_385 } }),
    rule('query.variant.mmr.candidates_limit: value 16385 invalid, must be 16384 or smaller'),
  ],
  ['k of 0', query({ rrf: { k: 0 } }), rule('query.variant.k: value 0 invalid, must be 1 or larger')],
  [
    'no examples',
    query({ recommend: {} }),
    rule(
      'query.variant.positives, negatives: Validation error: At least one positive or negative vector/id must be provided [{}]',
    ),
  ],
  ['no feedback', feedback({ feedback: [] }), rule('query.variant.__all__: feedback elements must be non-empty')],
  [
    'b below 0',
    feedback({ strategy: { variant: { $case: 'naive', value: { a: 1, b: -1, c: 1 } } } }),
    rule('query.variant.strategy.variant.b: value -1.0 invalid, must be 0.0 or larger'),
  ],
  [
    'a sparse vector of unequal lengths',
    query({ indices: [1, 2], values: [1] }),
    rule('query.variant.variant.values: Validation error: must be the same length as indices [{}]'),
  ],
  [
    'a sparse vector with an index twice',
    query({ recommend: { positive: [1, { indices: [3, 3], values: [1, 1] }] } }),
    rule('query.variant.positive[1].variant.indices: Validation error: must be unique [{}]'),
  ],
  [
    'rows of different lengths',
    query({ context: [{ positive: [[1], [1, 2]], negative: 1 }] }),
    rule(
      'query.variant.pairs[0].positive.variant.vectors: all vectors must have the same dimension, found vector with dimension 2',
    ),
  ],
  [
    'a model without a name',
    query({ discover: { target: { text: 'a', model: '' }, context: [] } }),
    rule('query.variant.target.variant.model: value "" invalid, must be at least 1 characters'),
  ],
  [
    'a score that stands for no number',
    formula('$score', { '$score[1]': 'x' }),
    rule('query.variant.defaults: Validation error: the default of `$score[1]` must be a number [{}]'),
  ],
  [
    'several rules',
    { limit: 0n, timeout: 0n, ...query({ rrf: { k: 0 } }) },
    rule(
      'timeout: value 0 invalid, must be 1 or larger',
      'limit: value 0 invalid, must be 1 or larger',
      'query.variant.k: value 0 invalid, must be 1 or larger',
    ),
  ],
  [
    'a rule before what cannot be read',
    { limit: 0n, ...NOT_A_PATH },
    rule('limit: value 0 invalid, must be 1 or larger'),
  ],
];

const CONVERSIONS: readonly (readonly [string, Asked, string])[] = [
  ['a query that holds nothing', variant(undefined), 'Query variant is missing'],
  ['an input that holds nothing', variant({ $case: 'nearest', value: NOTHING }), 'VectorInput variant is missing'],
  [
    'an id that holds nothing',
    variant({ $case: 'nearest', value: { variant: { $case: 'id', value: { pointIdOptions: undefined } } } }),
    'No ID options provided',
  ],
  ['an id that is no UUID', query('x'), 'Unable to parse UUID: x'],
  [
    'mmr of nothing',
    variant({ $case: 'nearestWithMmr', value: { nearest: undefined, mmr: made(wire.Mmr) } }),
    'NearestInputWithMmr nearest is missing',
  ],
  [
    'no mmr',
    variant({ $case: 'nearestWithMmr', value: { nearest: ONE, mmr: undefined } }),
    'NearestInputWithMmr mmr is missing',
  ],
  [
    'a discovery without a context',
    variant({ $case: 'discover', value: { target: ONE, context: undefined } }),
    'DiscoverInput context is missing',
  ],
  [
    'a discovery without a target',
    variant({ $case: 'discover', value: { target: undefined, context: { pairs: [] } } }),
    'DiscoverInput target is missing',
  ],
  [
    'half a pair',
    variant({ $case: 'context', value: { pairs: [{ positive: ONE, negative: undefined }] } }),
    'ContextInputPair negative is missing',
  ],
  ['feedback to nothing', feedback({ target: undefined }), 'RelevanceFeedbackInput target is missing'],
  ['feedback without a strategy', feedback({ strategy: undefined }), 'RelevanceFeedbackInput strategy is missing'],
  ['feedback with an unknown strategy', feedback({ strategy: NOTHING }), 'FeedbackStrategy variant is missing'],
  [
    'feedback without an example',
    feedback({ feedback: [{ example: undefined, score: 1 }] }),
    'FeedbackItem example is missing',
  ],
  [
    'an unknown strategy',
    variant({ $case: 'recommend', value: { positive: [ONE], negative: [], strategy: unknown(3) } }),
    'Unknown recommend strategy: 3',
  ],
  ['an unknown fusion', variant({ $case: 'fusion', value: unknown(2) }), 'invalid fusion type value 2'],
  ['an unknown sample', variant({ $case: 'sample', value: unknown(-1) }), 'invalid sample type value -1'],
  ['an order by no path', query({ order_by: '' }), "Invalid json path: ''"],
  ['an order from a bad date', query({ order_by: { key: 'a', start_from: 'now' } }), 'failed to parse datetime: now'],
  [
    'an order from nowhere',
    variant({ $case: 'orderBy', value: { key: 'a', startFrom: { value: undefined } } }),
    'StartFrom value is missing',
  ],
  ['no formula', formulaOf(undefined), 'missing field: expression'],
  ['an expression of nothing', expression(undefined), 'missing field: variant'],
  [
    'half a division',
    expression({ $case: 'div', value: { left: { variant: { $case: 'constant', value: 1 } }, right: undefined } }),
    'missing field: right',
  ],
  [
    'half a power',
    expression({ $case: 'pow', value: { base: undefined, exponent: undefined } }),
    'missing field: base',
  ],
  ['a decay of nothing', expression({ $case: 'expDecay', value: { x: undefined } }), 'missing field: x'],
  [
    'a distance from nowhere',
    expression({ $case: 'geoDistance', value: { origin: undefined, to: 'a' } }),
    'missing field: origin',
  ],
  [
    'a distance to no path',
    expression({ $case: 'geoDistance', value: { origin: { lon: 0, lat: 0 }, to: '' } }),
    "Invalid json path: ''",
  ],
  ['a date at no path', formula({ datetime_key: '[0]' }), "Invalid json path: '[0]'"],
  ['a payload selected by no path', NOT_A_PATH, "Invalid json path: 'a..b'"],
  ['a filter without a key', EMPTY_FIELD, "Invalid json path: ''"],
  [
    'a consistency of nothing',
    { readConsistency: { value: undefined } },
    'invalid read consistency message: `ReadConsistency::value` field is `None`',
  ],
];

const LATER: readonly (readonly [string, Asked, string])[] = [
  ['an unknown variable', formula('$other'), 'Wrong input: Validation failed: Invalid reserved variable: $other'],
  ['a variable that is no path', formula('a..b'), 'Wrong input: Validation failed: Invalid payload variable: a..b'],
  [
    'a bad date',
    formula({ datetime: 'now' }),
    'Wrong input: Validation failed: Expected datetime in supported format for now',
  ],
  [
    'a scale that is none',
    formula({ lin_decay: { x: 1, scale: 0 } }),
    'Wrong input: Validation failed: Decay scale should be non-zero positive, got 0.',
  ],
  [
    'a fusion of nothing',
    query({ fusion: 'dbsf' }),
    'Wrong input: Validation failed: cannot apply Fusion without prefetches',
  ],
  [
    'a shard',
    { prefetch: [], lookupFrom: { collectionName: 'o', shardKeySelector: shards } },
    'Bad request: Shard key "eu" not found',
  ],
  [
    'a weight that is none',
    variant({ $case: 'rrf', value: { weights: Float32Array.of(1, Number.NaN) } }),
    'Wrong input: query.variant.weights[1] is out of range: expected a number that fits into 32-bit floating point',
  ],
  [
    'a score of feedback that is none',
    feedback({ feedback: [{ example: ONE, score: Infinity }] }),
    'Wrong input: query.variant.feedback[0].score is out of range: expected a number that fits into 32-bit floating point',
  ],
  [
    'more feedback than is compared',
    feedback({ feedback: Array.from({ length: 1001 }, () => ({ example: ONE, score: 1 })) }),
    'Bad request: Limit exceeded 1001 > 1000 for "feedback". Help: Reduce the "feedback" parameter to or below 1000.',
  ],
  [
    'more examples than are read',
    query({ recommend: { positive: Array.from({ length: 100_001 }, () => 1) } }),
    'Bad request: Limit exceeded 100001 > 100000 for "examples". Help: Reduce the "examples" parameter to or below 100000.',
  ],
  [
    'more prefetches than are read',
    { prefetch: Array.from({ length: 10_001 }, () => made(wire.PrefetchQuery)) },
    'Bad request: Limit exceeded 10001 > 10000 for "queries and prefetches". Help: Reduce the "queries and prefetches" parameter to or below 10000.',
  ],
];

for (const [name, asked, expected] of [...RULES, ...CONVERSIONS, ...LATER]) {
  test(`a query with ${name}`, (t) => {
    t.is(refused(asked), expected);
  });
}

test('queries of a batch are told by their places; the collections that they name are passed over', (t) => {
  const batch = (changes: Partial<wire.QueryBatchPoints>) =>
    queryBatchOf(sent(wire.QueryBatchPoints, { collectionName: 'c', ...changes }));
  const queryPoints = [made(wire.QueryPoints), made(wire.QueryPoints, { limit: 0n, timeout: 0n })];
  t.is(
    refusal(() => batch({ queryPoints })),
    rule(
      'query_points[1].timeout: value 0 invalid, must be 1 or larger',
      'query_points[1].limit: value 0 invalid, must be 1 or larger',
    ),
  );
  t.is(
    refusal(() => batch({ timeout: 0n })),
    rule('timeout: value 0 invalid, must be 1 or larger'),
  );
  const { collection, timeoutSeconds, queries } = batch({
    timeout: 7n,
    queryPoints: [made(wire.QueryPoints, { collectionName: 'another', timeout: 3n })],
  });
  t.deepEqual([collection, timeoutSeconds, queries.length], ['c', 7, 1]);
});

test('an unknown direction is none, and weights that are not there are none', (t) => {
  const parsed = (asked: Asked) =>
    queryPointsOf(sent(wire.QueryPoints, { collectionName: 'c', prefetch: [made(wire.PrefetchQuery)], ...asked }))
      .queries[0]?.query;
  const order = parsed(variant({ $case: 'orderBy', value: { key: 'a', direction: unknown(2) } }));
  t.is(order?.kind === 'order_by' ? order.orderBy.direction : undefined, 'asc');
  t.deepEqual(parsed(variant({ $case: 'rrf', value: made(wire.Rrf) })), {
    kind: 'fusion',
    fusion: { kind: 'rrf', k: 2, weights: undefined },
  });
});
