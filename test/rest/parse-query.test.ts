import test from 'ava';

import { EVERYTHING } from '../../src/core/filter.ts';
import { numberId, parseUuidId } from '../../src/core/ids.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import type { OrderBy, StartFrom } from '../../src/core/query.ts';
import type { QueryPoints } from '../../src/core/requests.ts';
import { parseQuery, parseQueryBatch } from '../../src/rest/parse/query.ts';
import { format, refusal, rule, wire } from './parsing.ts';
import { DEFAULTS, multi, nearest, PARAMS, quantized, sparse, vector } from './query-words.ts';

const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';
const QUERY_FORMS = 'Expected some form of vector, id, or a type of query';

function orderBy(text: string, direction: OrderBy['direction'], startFrom: StartFrom | undefined): OrderBy {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(text);
  return { path, direction, startFrom };
}

/** Bodies of the query route that are accepted, and how they differ from the defaults. */
const QUERIES: readonly (readonly [string, Partial<QueryPoints>])[] = [
  ['{}', {}],
  ['{"query":null,"limit":null,"offset":null,"score_threshold":null,"params":null,"with_payload":null}', {}],
  ['{"with_vectors":null,"using":null,"filter":null,"prefetch":[],"lookup_from":null,"shard_key":null}', {}],
  ['{"prefetch":null,"unknown":[{}]}', {}],
  ['{"query":[0.1,-1e-3]}', vector(0.1, -0.001)],
  ['{"query":[]}', vector()],
  ['{"query":{"nearest":[1,2]}}', vector(1, 2)],
  ['{"query":{"nearest":[]}}', vector()],
  ['{"query":7}', { query: nearest({ kind: 'id', id: numberId(7n) }) }],
  [`{"query":"${UUID}"}`, { query: nearest({ kind: 'id', id: parseUuidId(UUID) ?? numberId(0n) }) }],
  ['{"query":{"nearest":5,"mmr":null}}', { query: nearest({ kind: 'id', id: numberId(5n) }) }],
  [
    '{"query":[1],"limit":3,"offset":2,"score_threshold":0.1,"params":{"hnsw_ef":7,"exact":true,"indexed_only":true},"with_payload":true,"with_vector":["a"],"using":"x","filter":{}}',
    {
      ...vector(1),
      limit: 3,
      offset: 2,
      scoreThreshold: Math.fround(0.1),
      params: { ...PARAMS, hnswEf: 7, exact: true, indexedOnly: true },
      withPayload: { kind: 'all' },
      withVector: { kind: 'names', names: ['a'] },
      using: 'x',
      filter: EVERYTHING,
    },
  ],
  ['{"query":{"order_by":"a.b"}}', { query: { kind: 'order_by', orderBy: orderBy('a.b', 'asc', undefined) } }],
  [
    '{"query":{"order_by":{"key":"a","direction":"desc","start_from":"2020-01-01T00:00:00.5Z"}}}',
    {
      query: {
        kind: 'order_by',
        orderBy: orderBy('a', 'desc', { kind: 'datetime', value: 1_577_836_800_500_000n }),
      },
    },
  ],
  [
    '{"query":[1],"filter":{"must":{"has_id":[1]}}}',
    { ...vector(1), filter: { ...EVERYTHING, must: [{ kind: 'has_id', ids: [numberId(1n)] }] } },
  ],
  ['{"query":[1],"with_vectors":true}', { ...vector(1), withVector: { kind: 'all' } }],
  [
    '{"query":[1],"params":{"hnsw_ef":null,"exact":false,"quantization":null,"acorn":null,"idf":null,"unknown":1}}',
    vector(1),
  ],
  [
    '{"query":[1],"params":{"quantization":{"ignore":true,"rescore":null,"oversampling":2.0}}}',
    quantized({ ignore: true, oversampling: 2 }),
  ],
  ['{"query":[1],"params":{"quantization":{"rescore":true,"oversampling":null}}}', quantized({ rescore: true })],
  ['{"query":[1],"params":{"quantization":{"rescore":false}}}', quantized({ rescore: false })],
  ['{"query":[1],"params":{"idf":"global"}}', vector(1)],
  [
    '{"query":[1],"params":{"idf":{"corpus":{"must":{"has_id":[1]}}}}}',
    {
      ...vector(1),
      params: { ...PARAMS, idfCorpus: { ...EVERYTHING, must: [{ kind: 'has_id', ids: [numberId(1n)] }] } },
    },
  ],
  ['{"query":[[1,2],[3,4]]}', multi(2, 1, 2, 3, 4)],
  ['{"query":{"nearest":[[1],[2]]},"using":"m"}', { ...multi(1, 1, 2), using: 'm' }],
  [
    '{"query":{"indices":[9,16777217,1],"values":[0.5,1,2]},"using":"s"}',
    { ...sparse([1, 2], [9, 0.5], [16_777_217, 1]), using: 's' },
  ],
  ['{"query":{"nearest":{"indices":[],"values":[]}}}', sparse()],
  [
    '{"query":{"text":"a","model":"m","options":{"b":0.50}}}',
    { query: nearest({ kind: 'inference', object: { kind: 'text', text: 'a', model: 'm', options: '{"b":0.50}' } }) },
  ],
  [
    '{"query":{"nearest":{"object":{},"model":"m"}}}',
    {
      query: nearest({
        kind: 'inference',
        object: { kind: 'object', text: undefined, model: 'm', options: undefined },
      }),
    },
  ],
  [
    '{"query":5,"lookup_from":{"collection":"o","vector":"v","shard_key":null}}',
    { query: nearest({ kind: 'id', id: numberId(5n) }), lookupFrom: { collection: 'o', vector: 'v' } },
  ],
  ['{"lookup_from":{"collection":"o"}}', { lookupFrom: { collection: 'o', vector: undefined } }],
  ['{"lookup_from":{"collection":"o","vector":null}}', { lookupFrom: { collection: 'o', vector: undefined } }],
  ['{"query":[1],"params":{"acorn":{"enable":true,"max_selectivity":0.4}}}', vector(1)],
  ['{"query":[1],"shard_key":"a"}', { ...vector(1), shardKeys: ['a'] }],
  ['{"shard_key":["a",7],"top":3,"limit":4,"vector":[],"vector":1}', { shardKeys: ['a', 7n], limit: 4 }],
];

test('a query is read in every form that is served', (t) => {
  for (const [body, given] of QUERIES) {
    const expected = {
      collection: 'c',
      consistency: undefined,
      timeoutSeconds: undefined,
      queries: [{ ...DEFAULTS, ...given }],
    };
    t.deepEqual(parseQuery(wire(body)), expected, body);
  }
});

test('batches hold queries in their order, with the options of the request', (t) => {
  const batch = parseQueryBatch(
    wire('{"searches":[{"query":[1]},{"query":2,"limit":3}]}', { query: 'consistency=all&timeout=4' }),
  );
  t.deepEqual(batch, {
    collection: 'c',
    consistency: 'all',
    timeoutSeconds: 4,
    queries: [
      { ...DEFAULTS, ...vector(1) },
      { ...DEFAULTS, query: nearest({ kind: 'id', id: numberId(2n) }), limit: 3 },
    ],
  });
});

function noQuery(column: number): string {
  return format(`${QUERY_FORMS} at line 1 column ${column}`);
}

function noVariant(name: string, column: number): string {
  return format(`data did not match any variant of untagged enum ${name} at line 1 column ${column}`);
}

const MULTI_RULES = rule(
  'internal.query.data: all vectors must be non-empty',
  'internal.query.data: all vectors must have the same dimension, found vector with dimension 0',
);

const REFUSED: readonly (readonly [string, string])[] = [
  ['{"query":1.5}', noQuery(13)],
  ['{"query":-1}', noQuery(12)],
  ['{"query":true}', noQuery(14)],
  ['{"query":{}}', noQuery(12)],
  ['{"query":[1,"a"]}', noQuery(17)],
  ['{"query":{"nearest":null}}', noQuery(26)],
  ['{"query":{"nearest":[1],"mmr":5}}', noQuery(33)],
  ['{"query":{"recommend":{"positive":"x"}}}', noQuery(40)],
  ['{"query":{"recommend":5}}', noQuery(25)],
  ['{"query":{"discover":{"target":true,"context":[]}}}', noQuery(51)],
  ['{"query":{"discover":5}}', noQuery(24)],
  ['{"query":{"context":5}}', noQuery(23)],
  ['{"query":{"order_by":5}}', noQuery(24)],
  ['{"query":{"fusion":5}}', noQuery(22)],
  ['{"query":{"rrf":5}}', noQuery(19)],
  ['{"query":{"formula":null}}', noQuery(26)],
  ['{"query":{"relevance_feedback":{"target":1}}}', noQuery(45)],
  ['{"query":{"relevance_feedback":5}}', noQuery(34)],
  ['{"query":[[1,2],[]]}', MULTI_RULES],
  ['{"query":{"text":"a","model":""}}', rule('internal.query.model: value "" invalid, must be at least 1 characters')],
  ['{"query":{"text":"a","model":"m","options":[]}}', noQuery(47)],
  ['{"query":{"indices":[-1],"values":[0.5]}}', noQuery(41)],
  ['{"query":{"rrf":{"k":60}}}', '400 Wrong input: Validation failed: cannot apply Fusion without prefetches'],
  ['{"query":{"fusion":"dbsf"}}', '400 Wrong input: Validation failed: cannot apply Fusion without prefetches'],
  ['{"query":{"formula":{"sum":[]}}}', '400 Wrong input: Validation failed: cannot apply Formula without prefetches'],
  [
    '{"query":{"fusion":"rrf"},"prefetch":{"query":[1]},"using":"a"}',
    "400 Bad request: Fusion queries cannot be combined with the 'using' field.",
  ],
  [
    '{"query":{"order_by":"a"},"score_threshold":0.5}',
    "400 Bad request: Can't use score_threshold with an order_by query.",
  ],
  ['{"query":{"order_by":"a b"}}', format(`${QUERY_FORMS} at line 1 column 28`)],
  [
    '{"query":{"recommend":{"negative":[1]}}}',
    '400 Wrong input: Positive vectors should not be empty with `average` strategy',
  ],
  ['{"query":{"recommend":{"positive":[1],"strategy":"x"}}}', format(`${QUERY_FORMS} at line 1 column 55`)],
  [
    '{"query":[1],"filter":{"must":{"key":"a"}}}',
    rule('internal.filter.must[0].__all__: Validation error: At least one field condition must be specified [{}]'),
  ],
  ['{"lookup_from":5}', format('invalid type: integer `5`, expected struct LookupLocation at line 1 column 17')],
  ['{"lookup_from":{}}', format('missing field `collection` at line 1 column 18')],
  [
    '{"lookup_from":{"collection":"c","vector":5}}',
    format('invalid type: integer `5`, expected a string at line 1 column 45'),
  ],
  ['{"query":1,"lookup_from":{"collection":"c","shard_key":"a"}}', '400 Bad request: Shard key "a" not found'],
  ['{"query":1,"lookup_from":{"collection":"c","shard_key":1.5}}', noVariant('ShardKeySelector', 60)],
  ['{"query":1,"query":1}', format('duplicate field `query` at line 1 column 21')],
  ['{"with_vector":true,"with_vectors":true}', format('duplicate field `with_vector` at line 1 column 40')],
  ['{"query":[1],"shard_key":true}', noVariant('ShardKeySelector', 30)],
  ['{"query":[1],"params":{"idf":"x"}}', noVariant('IdfParams', 34)],
  ['{"query":[1],"params":{"idf":{"corpus":{"x":1}}}}', noVariant('IdfParams', 49)],
  [
    '{"query":[1],"params":{"idf":{"corpus":{"must":{"key":"a"}}}}}',
    rule(
      'internal.params.idf.corpus.must[0].__all__: Validation error: At least one field condition must be specified [{}]',
    ),
  ],
  [
    '{"query":{"recommend":{"positive":[],"negative":[]}}}',
    rule(
      'internal.query.recommend.positives, negatives: Validation error: At least one positive or negative vector/id must be provided [{}]',
    ),
  ],
  [
    '{"query":{"indices":[1,1],"values":[0.5]}}',
    rule(
      'internal.query.values: Validation error: must be the same length as indices [{}]',
      'internal.query.indices: Validation error: must be unique [{}]',
    ),
  ],
  [
    '{"query":{"nearest":{"indices":[1,2],"values":[0.5]}}}',
    rule('internal.query.nearest.values: Validation error: must be the same length as indices [{}]'),
  ],
  [
    '{"prefetch":[{"query":[1]},{"query":[2],"limit":0}],"query":{"fusion":"dbsf"}}',
    rule('internal.prefetch[1].limit: value 0 invalid, must be 1 or larger'),
  ],
  [
    '{"prefetch":[{"query":[1],"prefetch":{"limit":0}}],"query":{"rrf":{}}}',
    rule('internal.prefetch[0].prefetch[0].limit: value 0 invalid, must be 1 or larger'),
  ],
  ['{"query":[1],"params":{"hnsw_ef":0}}', rule('internal.params.hnsw_ef: value 0 invalid, must be 1 or larger')],
  [
    '{"query":[1],"params":{"quantization":{"oversampling":0.5}}}',
    rule('internal.params.quantization.oversampling: value 0.5 invalid, must be 1.0 or larger'),
  ],
  [
    '{"query":[1],"params":{"acorn":{"enable":false,"max_selectivity":1.5}}}',
    rule('internal.params.acorn.max_selectivity: value 1.5 invalid, must be from 0.0 to 1.0'),
  ],
  [
    '{"query":[1],"params":{"acorn":{"max_selectivity":-0.5}}}',
    rule('internal.params.acorn.max_selectivity: value -0.5 invalid, must be from 0.0 to 1.0'),
  ],
  ['{"query":[1],"params":5}', format('invalid type: integer `5`, expected struct SearchParams at line 1 column 24')],
  ['{"query":[1],"params":{"exact":"x"}}', format('invalid type: string "x", expected a boolean at line 1 column 36')],
  [
    '{"query":[1],"params":{"indexed_only":1}}',
    format('invalid type: integer `1`, expected a boolean at line 1 column 41'),
  ],
  [
    '{"query":[1],"params":{"quantization":5}}',
    format('invalid type: integer `5`, expected struct QuantizationSearchParams at line 1 column 41'),
  ],
  [
    '{"query":[1],"params":{"quantization":{"ignore":5}}}',
    format('invalid type: integer `5`, expected a boolean at line 1 column 52'),
  ],
  [
    '{"query":[1],"params":{"quantization":{"oversampling":"x"}}}',
    format('invalid type: string "x", expected f64 at line 1 column 60'),
  ],
  [
    '{"query":[1],"params":{"acorn":5}}',
    format('invalid type: integer `5`, expected struct AcornSearchParams at line 1 column 34'),
  ],
  ['{"query":[1],"using":5}', format('invalid type: integer `5`, expected a string at line 1 column 23')],
  ['{"query":[1],"score_threshold":"x"}', format('invalid type: string "x", expected f32 at line 1 column 35')],
  ['{"prefetch":[5],"query":[1]}', format('invalid type: integer `5`, expected struct Prefetch at line 1 column 28')],
  ['{"prefetch":["a"],"query":[1]}', format('invalid type: string "a", expected struct Prefetch at line 1 column 30')],
  ['{"prefetch":5,"query":[1]}', format('Expected a single prefetch or a list of prefetches at line 1 column 26')],
  [
    '{"prefetch":{"query":[1]}}',
    "400 Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
  ],
  [
    '{"score_threshold":0.5}',
    "400 Bad request: A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
  ],
  [
    '{"query":[1e39]}',
    '400 Wrong input: internal.query[0] is out of range: expected a number that fits into 32-bit floating point',
  ],
  [
    '{"query":{"nearest":[0,-1e39]}}',
    '400 Wrong input: internal.query.nearest[1] is out of range: expected a number that fits into 32-bit floating point',
  ],
];

test('what is wrong with a query is said', (t) => {
  for (const [body, expected] of REFUSED) t.is(refusal(parseQuery, wire(body)), expected, body);
});

const REFUSED_BATCHES: readonly (readonly [string, string])[] = [
  ['{"searches":[1]}', format('invalid type: integer `1`, expected struct QueryRequest at line 1 column 14')],
  [
    '{"searches":[ 1.5 , 2]}',
    format('invalid type: floating point `1.5`, expected struct QueryRequest at line 1 column 17'),
  ],
  ['{"searches":[[]]}', format('invalid type: sequence, expected struct QueryRequest at line 1 column 13')],
  ['{"searches":["a"]}', format('invalid type: string "a", expected struct QueryRequest at line 1 column 16')],
  ['{"searches":5}', format('invalid type: integer `5`, expected a sequence at line 1 column 13')],
  ['{"searches":{}}', format('invalid type: map, expected a sequence at line 1 column 12')],
  [
    '{"searches":[{"query":[1]},{"limit":0}]}',
    rule('searches[1].internal.limit: value 0 invalid, must be 1 or larger'),
  ],
  ['{"searches":[{"limit":"x"}, 5]}', format('invalid type: string "x", expected usize at line 1 column 26')],
  ['{"searches":[],"searches":[]}', format('duplicate field `searches` at line 1 column 25')],
  ['{"other":{"a":[1]}', format('EOF while parsing an object at line 1 column 18')],
  ['{"other":{"a":[1', format('EOF while parsing a list at line 1 column 16')],
  ['{"searches":[{"query":[1]},', format('EOF while parsing a value at line 1 column 27')],
  ['{"searches":[{"query":[1]}', format('EOF while parsing a list at line 1 column 26')],
  ['{"searches":[{"query":[1]}] "a"', format('expected `,` or `}` at line 1 column 29')],
  ['{"searches":', format('EOF while parsing a value at line 1 column 12')],
  ['{', format('EOF while parsing an object at line 1 column 1')],
  ['[]', format('invalid length 0, expected struct QueryRequestBatch with 1 element at line 1 column 2')],
  ['{"searches":[]} []', format('trailing characters at line 1 column 17')],
];

test('a batch is read in the order of the text: the first thing that is wrong is what is said', (t) => {
  for (const [body, expected] of REFUSED_BATCHES) t.is(refusal(parseQueryBatch, wire(body)), expected, body);
});
