import test from 'ava';
import * as fc from 'fast-check';

import { EVERYTHING } from '../../src/core/filter.ts';
import { numberId, parseUuidId } from '../../src/core/ids.ts';
import type { Example, Pair, Query, RecommendStrategy } from '../../src/core/query.ts';
import type { QueryPoints } from '../../src/core/requests.ts';
import { parseDiscover, parseDiscoverBatch } from '../../src/rest/parse/discover.ts';
import { parseQuery } from '../../src/rest/parse/query.ts';
import { parseRecommend, parseRecommendBatch } from '../../src/rest/parse/recommend.ts';
import { format, noShard, refusal, rule, wire } from './parsing.ts';
import { DEFAULTS } from './query-words.ts';

const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';
const uuid: Example = { kind: 'id', id: parseUuidId(UUID) ?? numberId(0n) };

function id(number: bigint): Example {
  return { kind: 'id', id: numberId(number) };
}

function dense(...components: readonly number[]): Example {
  return { kind: 'vector', vector: { kind: 'dense', values: Float32Array.from(components) } };
}

const sparse: Example = {
  kind: 'vector',
  vector: { kind: 'sparse', indices: Uint32Array.of(1, 4), values: Float32Array.of(0.5, 2) },
};

function recommend(
  positive: readonly Example[],
  negative: readonly Example[] = [],
  strategy: RecommendStrategy = 'average_vector',
): { readonly query: Query } {
  return { query: { kind: 'recommend', strategy, positive, negative } };
}

/** Everything that a search by examples takes beside them, and what it comes to. */
const REST =
  '"offset":1,"with_payload":["a"],"with_vectors":true,"params":{"exact":true},"filter":{},"shard_key":["k",7],"using":"u","lookup_from":{"collection":"o","vector":"w"},"unknown":[{}]';
const GIVEN: Partial<QueryPoints> = {
  offset: 1,
  withPayload: { kind: 'include', paths: ['a'] },
  withVector: { kind: 'all' },
  filter: EVERYTHING,
  params: { ...DEFAULTS.params, exact: true },
  shardKeys: ['k', 7n],
  using: 'u',
  lookupFrom: { collection: 'o', vector: 'w' },
};
const NULLS =
  '"offset":null,"with_payload":null,"with_vector":null,"params":null,"filter":null,"shard_key":null,"using":null,"lookup_from":null,"score_threshold":null';

const RECOMMENDED: readonly (readonly [string, Partial<QueryPoints>])[] = [
  ['{"positive":[1],"limit":3}', { ...recommend([id(1n)]), limit: 3 }],
  ['{"positive":[1 , 18446744073709551615],"top":3}', { ...recommend([id(1n), id(2n ** 64n - 1n)]), limit: 3 }],
  [
    `{"positive":["${UUID}",[1,2.5],[],{"indices":[4,1],"values":[2,0.5]},2],"negative":[3],"strategy":"sum_scores","limit":1}`,
    { ...recommend([uuid, dense(1, 2.5), dense(), sparse, id(2n)], [id(3n)], 'sum_scores'), limit: 1 },
  ],
  ['{"negative":[[1]],"strategy":"best_score","limit":1}', { ...recommend([], [dense(1)], 'best_score'), limit: 1 }],
  [`{"positive":[1],"strategy":null,"limit":2,${NULLS}}`, { ...recommend([id(1n)]), limit: 2 }],
  [
    `{"positive":[1],"limit":2,"score_threshold":0.5,${REST}}`,
    { ...recommend([id(1n)]), limit: 2, scoreThreshold: 0.5, ...GIVEN },
  ],
];

test('the older recommendation is a query', (t) => {
  for (const [body, given] of RECOMMENDED) {
    t.deepEqual(parseRecommend(wire(body)).queries, [{ ...DEFAULTS, ...given }], body);
  }
});

const pair: Pair<Example> = { positive: id(1n), negative: dense(2) };

const DISCOVERED: readonly (readonly [string, Partial<QueryPoints>])[] = [
  ['{"target":1,"limit":3}', { query: { kind: 'discover', target: id(1n), context: [] }, limit: 3 }],
  [
    '{"target":[1,2],"context":[{"positive":1,"negative":[2]}],"top":3}',
    { query: { kind: 'discover', target: dense(1, 2), context: [pair] }, limit: 3 },
  ],
  [
    `{"context":[{"negative":[2],"positive":1,"x":{}},{"positive":"${UUID}","negative":{"indices":[4,1],"values":[2,0.5]}}],"limit":3}`,
    { query: { kind: 'context', context: [pair, { positive: uuid, negative: sparse }] }, limit: 3 },
  ],
  [
    '{"target":1,"limit":1,"score_threshold":1,"score_threshold":2}',
    { query: { kind: 'discover', target: id(1n), context: [] }, limit: 1 },
  ],
  [`{"target":null,"context":null,"limit":2,${NULLS}}`, { query: { kind: 'context', context: [] }, limit: 2 }],
  // What knows no threshold takes anything for one.
  [
    `{"target":1,"limit":2,"score_threshold":"x",${REST}}`,
    { query: { kind: 'discover', target: id(1n), context: [] }, limit: 2, ...GIVEN },
  ],
];

test('the older discovery is a query', (t) => {
  for (const [body, given] of DISCOVERED) {
    t.deepEqual(parseDiscover(wire(body)).queries, [{ ...DEFAULTS, ...given }], body);
  }
});

test('batches keep their order, and the options of the query string hold for all', (t) => {
  const options = { query: 'timeout=3&consistency=majority' };
  const recommended = parseRecommendBatch(
    wire('{"searches":[{"positive":[2],"limit":1},{"positive":[1],"limit":2}]}', options),
  );
  t.deepEqual(recommended, {
    collection: 'c',
    timeoutSeconds: 3,
    consistency: 'majority',
    queries: [
      { ...DEFAULTS, ...recommend([id(2n)]), limit: 1 },
      { ...DEFAULTS, ...recommend([id(1n)]), limit: 2 },
    ],
  });
  const discovered = parseDiscoverBatch(wire('{"searches":[{"target":2,"limit":1}]}', options));
  t.deepEqual(discovered.queries, [
    { ...DEFAULTS, query: { kind: 'discover', target: id(2n), context: [] }, limit: 1 },
  ]);
  t.deepEqual(parseDiscoverBatch(wire('{"searches":[]}')).queries, []);
});

const arbitraryExample = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  fc.uuid().map((text) => `"${text}"`),
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 3 }).map((list) => JSON.stringify(list)),
  fc
    .uniqueArray(fc.nat(9), { maxLength: 3 })
    .map((indices) => JSON.stringify({ indices, values: indices.map((index) => index / 2) })),
);
const arbitraryList = fc.array(arbitraryExample, { minLength: 1, maxLength: 4 }).map((list) => `[${list.join(' , ')}]`);
const arbitraryRest = fc.constantFrom('"limit":3', `"limit":1,${REST}`, `"limit":2,${NULLS}`);

test('the older bodies and the newer one come to the same', (t) => {
  const same = fc.property(
    arbitraryList,
    arbitraryList,
    fc.constantFrom('average_vector', 'best_score', 'sum_scores'),
    arbitraryRest,
    (positive, negative, strategy, rest) => {
      const examples = `"positive":${positive},"negative":${negative},"strategy":"${strategy}"`;
      const newer = parseQuery(wire(`{"query":{"recommend":{${examples}}},${rest}}`));
      t.deepEqual(parseRecommend(wire(`{${examples},${rest}}`)), newer);
      t.deepEqual(parseRecommendBatch(wire(`{"searches":[{${rest},${examples}}]}`)), newer);
    },
  );
  fc.assert(same, { numRuns: 200 });
  const pairs = fc.property(arbitraryExample, arbitraryExample, arbitraryRest, (one, other, rest) => {
    const context = `"context":[{"positive":${one},"negative":${other}},{"negative":${one},"positive":${other}}]`;
    const newer = parseQuery(wire(`{"query":{"discover":{"target":${one},${context}}},${rest}}`));
    t.deepEqual(parseDiscover(wire(`{"target":${one},${context},${rest}}`)), newer);
    const alone = parseQuery(wire(`{"query":{${context}},${rest}}`));
    t.deepEqual(parseDiscover(wire(`{"target":null,${context},${rest}}`)), alone);
  });
  fc.assert(pairs, { numRuns: 200 });
});

const NO_EXAMPLE = 'data did not match any variant of untagged enum RecommendExample';
const NO_POSITIVE = '400 Bad request: At least one positive vector ID required with this strategy';
const NO_EXAMPLES = '400 Bad request: At least one positive or negative vector ID required with this strategy';

const REFUSED_RECOMMENDATIONS: readonly (readonly [string, string])[] = [
  ['{"limit":3}', NO_POSITIVE],
  ['{"positive":[],"negative":[1],"limit":3}', NO_POSITIVE],
  ['{"limit":3,"strategy":"best_score"}', NO_EXAMPLES],
  ['{"limit":3,"strategy":"sum_scores","positive":[],"negative":[]}', NO_EXAMPLES],
  ['{"positive":[1]}', format('missing field `limit` at line 1 column 16')],
  ['{"positive":[{"a":[1]}]}', format(`${NO_EXAMPLE} at line 1 column 24`)],
  ['{"positive":[[[1]]],"limit":1}', format(`${NO_EXAMPLE} at line 1 column 30`)],
  ['{"positive":[{"text":"a","model":"m"}],"limit":1}', format(`${NO_EXAMPLE} at line 1 column 49`)],
  ['{"positive":["a"],"limit":1}', format(`${NO_EXAMPLE} at line 1 column 28`)],
  ['{"positive":[null],"limit":1}', format(`${NO_EXAMPLE} at line 1 column 29`)],
  ['{"positive":[1,-2],"limit":1}', format(`${NO_EXAMPLE} at line 1 column 29`)],
  ['{"positive":[1.5],"limit":1}', format(`${NO_EXAMPLE} at line 1 column 28`)],
  ['{"positive":5,"limit":1}', format('invalid type: integer `5`, expected a sequence at line 1 column 24')],
  ['{"positive":null,"limit":1}', format('invalid type: null, expected a sequence at line 1 column 27')],
  ['{"negative":{},"limit":1}', format('invalid type: map, expected a sequence at line 1 column 25')],
  ['{"positive":[1],"limit":null}', format('invalid type: null, expected usize at line 1 column 29')],
  ['{"positive":[1],"limit":-1}', format('invalid value: integer `-1`, expected usize at line 1 column 27')],
  ['{"positive":[1],"limit":0}', rule('recommend_request.limit: value 0 invalid, must be 1 or larger')],
  [
    '{"positive":[1],"limit":3,"strategy":"nope"}',
    format('unknown variant `nope`, expected one of `average_vector`, `best_score`, `sum_scores` at line 1 column 44'),
  ],
  [
    '{"positive":[1],"limit":3,"strategy":5}',
    format('invalid type: integer `5`, expected string or map at line 1 column 39'),
  ],
  [
    '{"positive":[1],"limit":1,"using":5}',
    format('data did not match any variant of untagged enum UsingVector at line 1 column 36'),
  ],
  ['{"positive":[1],"limit":1,"lookup_from":{}}', format('missing field `collection` at line 1 column 43')],
  ['{"positive":[1],"limit":1,"lookup_from":{"collection":"o","shard_key":"a"}}', noShard('"a"', 'read')],
  [
    '{"positive":[{"indices":[1,1],"values":[1]}],"limit":1}',
    rule(
      'recommend_request.positive[0].values: Validation error: must be the same length as indices [{}]',
      'recommend_request.positive[0].indices: Validation error: must be unique [{}]',
    ),
  ],
  [
    '{"positive":[[1,1e39]],"limit":1}',
    '400 Wrong input: recommend_request.positive[0][1] is out of range: expected a number that fits into 32-bit floating point',
  ],
  ['{"positive":[1],"limit":1,"limit":1}', format('duplicate field `limit` at line 1 column 36')],
  ['{"positive":[1],"positive":[1],"limit":1}', format('duplicate field `positive` at line 1 column 41')],
  ['{"strategy":null,"strategy":null,"limit":1}', format('duplicate field `strategy` at line 1 column 43')],
  ['{"using":"a","using":"a","limit":1}', format('duplicate field `using` at line 1 column 35')],
  ['5', format('invalid type: integer `5`, expected struct RecommendRequest at line 1 column 1')],
];

const REFUSED_DISCOVERIES: readonly (readonly [string, string])[] = [
  ['{"limit":"x"}', format('invalid type: string "x", expected usize at line 1 column 13')],
  ['{"target":1}', format('missing field `limit` at line 1 column 12')],
  ['{"target":1,"limit":0}', rule('discover_request.limit: value 0 invalid, must be 1 or larger')],
  ['{"context":[],"context":[],"limit":1}', format('duplicate field `context` at line 1 column 37')],
  ['{"target":"x","limit":1}', format(`${NO_EXAMPLE} at line 1 column 24`)],
  ['{"target":1,"context":5,"limit":1}', format('invalid type: integer `5`, expected a sequence at line 1 column 34')],
  [
    '{"context":[1],"limit":1}',
    format('invalid type: integer `1`, expected struct ContextExamplePair at line 1 column 25'),
  ],
  ['{"context":[{"positive":1}],"limit":1}', format('missing field `negative` at line 1 column 38')],
  ['{"context":[{"negative":1}],"limit":1}', format('missing field `positive` at line 1 column 38')],
  ['{"context":[{"positive":1,"negative":[[1]]}],"limit":1}', format(`${NO_EXAMPLE} at line 1 column 55`)],
  [
    '{"context":[{"positive":1,"negative":2},{"positive":1,"negative":{"indices":[1,1],"values":[1,1]}}],"limit":1}',
    rule('discover_request.context[1].negative.indices: Validation error: must be unique [{}]'),
  ],
  [
    '{"target":1,"limit":1,"using":[]}',
    format('data did not match any variant of untagged enum UsingVector at line 1 column 33'),
  ],
];

const REFUSED_BATCHES: readonly (readonly [typeof parseRecommendBatch, string, string])[] = [
  [parseRecommendBatch, '{"searches":[{"limit":1},{}]}', format('missing field `limit` at line 1 column 27')],
  [
    parseRecommendBatch,
    '{"searches":[{"positive":[1],"limit":1},{"limit":0,"positive":[1]}]}',
    rule('searches[1].recommend_request.limit: value 0 invalid, must be 1 or larger'),
  ],
  [parseRecommendBatch, '{"searches":[{"positive":[1],"limit":1},{"limit":1}]}', NO_POSITIVE],
  [
    parseDiscoverBatch,
    '{"searches":[5]}',
    format('invalid type: integer `5`, expected struct DiscoverRequest at line 1 column 14'),
  ],
  [parseDiscoverBatch, '{"searches":[{"limit":1}', format('EOF while parsing a list at line 1 column 24')],
  [
    parseDiscoverBatch,
    `{"searches":[{"limit":1,"context":[${'{"positive":1,"negative":2},'.repeat(50_000)}{"positive":1,"negative":2}]}]}`,
    '400 Bad request: Limit exceeded 100001 > 100000 for "examples". Help: Reduce the "examples" parameter to or below 100000.',
  ],
];

test('what is wrong with an older recommendation or discovery is said as Qdrant says it', (t) => {
  for (const [body, expected] of REFUSED_RECOMMENDATIONS) t.is(refusal(parseRecommend, wire(body)), expected, body);
  for (const [body, expected] of REFUSED_DISCOVERIES) t.is(refusal(parseDiscover, wire(body)), expected, body);
  for (const [parse, body, expected] of REFUSED_BATCHES) t.is(refusal(parse, wire(body)), expected, body.slice(0, 99));
});
