import test from 'ava';

import { numberId, parseUuidId } from '../../src/core/ids.ts';
import type { Example, Fusion, Mmr, Query } from '../../src/core/query.ts';
import type { Vector } from '../../src/core/vectors.ts';
import { parseQuery } from '../../src/rest/parse/query.ts';
import { format, refusal, rule, wire } from './parsing.ts';

const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';

function id(number: bigint): Example {
  return { kind: 'id', id: numberId(number) };
}

function dense(...components: readonly number[]): Example {
  return example({ kind: 'dense', values: Float32Array.from(components) });
}

function example(vector: Vector): Example {
  return { kind: 'vector', vector };
}

const SPARSE = example({ kind: 'sparse', indices: Uint32Array.of(1, 4), values: Float32Array.of(2, 3) });
const MULTI = example({ kind: 'multi', dimension: 1, values: Float32Array.of(1, 2) });
const TEXT: Example = {
  kind: 'inference',
  object: { kind: 'text', text: 'a', model: 'qdrant/bm25', options: undefined },
};

function mmr(example: Example, given: Partial<Mmr>): Query {
  return { kind: 'nearest', example, mmr: { diversity: 0.5, candidatesLimit: undefined, ...given } };
}

function recommend(given: Partial<Extract<Query, { readonly kind: 'recommend' }>>): Query {
  return { kind: 'recommend', strategy: 'average_vector', positive: [], negative: [], ...given };
}

const PAIR = { positive: id(1n), negative: dense(2) };

/** The value of `query`, and what it means. */
const KINDS: readonly (readonly [string, Query])[] = [
  ['{"nearest":[1],"mmr":{}}', mmr(dense(1), {})],
  ['{"mmr":{"diversity":null,"candidates_limit":null},"nearest":5}', mmr(id(5n), {})],
  [
    '{"nearest":[1],"mmr":{"diversity":0.1,"candidates_limit":16384,"unknown":[]}}',
    mmr(dense(1), { diversity: Math.fround(0.1), candidatesLimit: 16_384 }),
  ],
  ['{"nearest":[1],"mmr":{"diversity":1,"candidates_limit":0}}', mmr(dense(1), { diversity: 1, candidatesLimit: 0 })],
  ['{"recommend":{"positive":[1,18446744073709551615]}}', recommend({ positive: [id(1n), id(2n ** 64n - 1n)] })],
  ['{"recommend":{"positive":[[1]],"negative":null,"strategy":null}}', recommend({ positive: [dense(1)] })],
  [
    `{"recommend":{"positive":[1,"${UUID}",[1],[[1],[2]],{"indices":[4,1],"values":[3,2]}],"negative":[{"text":"a","model":"qdrant/bm25"}],"strategy":"best_score"}}`,
    recommend({
      strategy: 'best_score',
      positive: [id(1n), { kind: 'id', id: parseUuidId(UUID) ?? numberId(0n) }, dense(1), MULTI, SPARSE],
      negative: [TEXT],
    }),
  ],
  ['{"recommend":{"negative":[7],"strategy":"sum_scores"}}', recommend({ strategy: 'sum_scores', negative: [id(7n)] })],
  ['{"discover":{"target":1,"context":null}}', { kind: 'discover', target: id(1n), context: [] }],
  ['{"discover":{"context":[],"target":[1]}}', { kind: 'discover', target: dense(1), context: [] }],
  [
    '{"discover":{"target":{"indices":[1,4],"values":[2,3]},"context":{"positive":1,"negative":[2]}}}',
    { kind: 'discover', target: SPARSE, context: [PAIR] },
  ],
  [
    '{"discover":{"target":[[1],[2]],"context":[{"positive":1,"negative":[2]},{"negative":1,"positive":{"text":"a","model":"qdrant/bm25"}}]}}',
    { kind: 'discover', target: MULTI, context: [PAIR, { positive: TEXT, negative: id(1n) }] },
  ],
  ['{"context":null}', { kind: 'context', context: [] }],
  ['{"context":[]}', { kind: 'context', context: [] }],
  ['{"context":{"positive":1,"negative":[2],"unknown":1}}', { kind: 'context', context: [PAIR] }],
  ['{"context":[{"positive":1,"negative":[2]}]}', { kind: 'context', context: [PAIR] }],
  [
    '{"relevance_feedback":{"target":1,"feedback":[{"example":[2],"score":0.5},{"score":-1,"example":3}],"strategy":{"naive":{"a":0.5,"b":0,"c":-2}}}}',
    {
      kind: 'feedback',
      target: id(1n),
      feedback: [
        { example: dense(2), score: 0.5 },
        { example: id(3n), score: -1 },
      ],
      a: 0.5,
      b: 0,
      c: -2,
    },
  ],
  ['{"sample":"random"}', { kind: 'sample' }],
  // Qdrant tries one kind after the other: the first that fits counts.
  ['{"sample":"random","recommend":{"positive":[1]}}', recommend({ positive: [id(1n)] })],
  ['{"nearest":true,"recommend":{"positive":"x"},"sample":"random"}', { kind: 'sample' }],
  ['{"sample":"random","nearest":null,"mmr":3}', { kind: 'sample' }],
];

const FUSIONS: readonly (readonly [string, Fusion])[] = [
  ['{"fusion":"rrf"}', { kind: 'rrf', k: 2, weights: undefined }],
  ['{"fusion":"dbsf"}', { kind: 'dbsf' }],
  ['{"rrf":{}}', { kind: 'rrf', k: 2, weights: undefined }],
  ['{"rrf":{"k":null,"weights":null}}', { kind: 'rrf', k: 2, weights: undefined }],
  ['{"rrf":{"k":60,"weights":[0.1]}}', { kind: 'rrf', k: 60, weights: [Math.fround(0.1)] }],
  ['{"rrf":{"weights":[-3]}}', { kind: 'rrf', k: 2, weights: [-3] }],
];

function queryOf(query: string, rest = ''): Query | undefined {
  return parseQuery(wire(`{"query":${query}${rest}}`)).queries[0]?.query;
}

test('each kind of query is read', (t) => {
  for (const [text, expected] of KINDS) t.deepEqual(queryOf(text), expected, text);
});

test('each fusion is read', (t) => {
  for (const [text, fusion] of FUSIONS)
    t.deepEqual(queryOf(text, ',"prefetch":{"query":1}'), { kind: 'fusion', fusion }, text);
});

const NO_KIND: readonly string[] = [
  '{"nearest":[1],"mmr":5}',
  '{"nearest":[1],"mmr":[]}',
  '{"nearest":[1],"mmr":{"diversity":"x"}}',
  '{"nearest":[1],"mmr":{"candidates_limit":-1}}',
  '{"nearest":[1],"mmr":{"candidates_limit":1.5}}',
  '{"mmr":{}}',
  '{"recommend":null}',
  '{"recommend":[]}',
  '{"recommend":{"positive":5}}',
  '{"recommend":{"positive":[1.5]}}',
  '{"recommend":{"positive":[-1]}}',
  '{"recommend":{"positive":[1,null]}}',
  '{"recommend":{"positive":["x"]}}',
  '{"recommend":{"positive":[{}]}}',
  '{"recommend":{"positive":[[[[1]]]]}}',
  '{"recommend":{"positive":[1],"negative":{}}}',
  '{"recommend":{"positive":[1],"negative":[true]}}',
  '{"recommend":{"positive":[1],"strategy":5}}',
  '{"recommend":{"positive":[1],"strategy":"best"}}',
  '{"discover":{"target":1}}',
  '{"discover":{"context":[]}}',
  '{"discover":{"target":null,"context":[]}}',
  '{"discover":{"target":1,"context":5}}',
  '{"discover":{"target":1,"context":[5]}}',
  '{"discover":{"target":1,"context":[null]}}',
  '{"discover":{"target":1,"context":[{"positive":1}]}}',
  '{"discover":{"target":1,"context":{"positive":1,"negative":null}}}',
  '{"context":"x"}',
  '{"context":[1,2]}',
  '{"context":{}}',
  '{"context":{"positive":[1,"a"],"negative":1}}',
  '{"relevance_feedback":null}',
  '{"relevance_feedback":{}}',
  '{"relevance_feedback":{"target":1,"feedback":[],"strategy":null}}',
  '{"relevance_feedback":{"target":1,"feedback":[],"strategy":{}}}',
  '{"relevance_feedback":{"target":1,"feedback":[],"strategy":{"naive":{"a":1,"b":1}}}}',
  '{"relevance_feedback":{"target":1,"feedback":[],"strategy":{"naive":{"a":1,"b":1,"c":"x"}}}}',
  '{"relevance_feedback":{"target":1,"feedback":[],"strategy":{"naive":5}}}',
  '{"relevance_feedback":{"target":1,"feedback":null,"strategy":{"naive":{"a":1,"b":1,"c":1}}}}',
  '{"relevance_feedback":{"target":1,"feedback":[1],"strategy":{"naive":{"a":1,"b":1,"c":1}}}}',
  '{"relevance_feedback":{"target":1,"feedback":[{"example":1}],"strategy":{"naive":{"a":1,"b":1,"c":1}}}}',
  '{"relevance_feedback":{"target":1,"feedback":[{"example":1,"score":null}],"strategy":{"naive":{"a":1,"b":1,"c":1}}}}',
  '{"relevance_feedback":{"target":true,"feedback":[{"example":1,"score":1}],"strategy":{"naive":{"a":1,"b":1,"c":1}}}}',
  '{"fusion":"RRF"}',
  '{"fusion":null}',
  '{"rrf":null}',
  '{"rrf":[]}',
  '{"rrf":{"k":-1}}',
  '{"rrf":{"k":"2"}}',
  '{"rrf":{"weights":5}}',
  '{"rrf":{"weights":["a"]}}',
  '{"rrf":{"weights":[[1]]}}',
  '{"sample":"Random"}',
  '{"sample":null}',
  '{"sample":{}}',
  '{"formula":null}',
  '{"formula":[]}',
  '{"formula":{"sum":5}}',
];

test('what is none of the kinds is said at the end of the body', (t) => {
  for (const query of NO_KIND) {
    const body = `{"query":${query}}`;
    const forms = 'Expected some form of vector, id, or a type of query';
    t.is(refusal(parseQuery, wire(body)), format(`${forms} at line 1 column ${body.length}`), body);
  }
});

const NAIVE = '"strategy":{"naive":{"a":1,"b":1,"c":1}}';
const UNIQUE = 'indices: Validation error: must be unique [{}]';
const LENGTHS = 'values: Validation error: must be the same length as indices [{}]';
const TWICE = '{"indices":[1,1],"values":[1,2]}';

/** The value of `query`, and what Qdrant's validation says of it. */
const RULES: readonly (readonly [string, readonly string[]])[] = [
  ['{"nearest":[1],"mmr":{"diversity":1.5}}', ['mmr.diversity: value 1.5 invalid, must be from 0.0 to 1.0']],
  ['{"nearest":[1],"mmr":{"diversity":-1}}', ['mmr.diversity: value -1.0 invalid, must be from 0.0 to 1.0']],
  [
    '{"nearest":[1],"mmr":{"candidates_limit":16385}}',
    ['mmr.candidates_limit: value 16385 invalid, must be 16384 or smaller'],
  ],
  [
    '{"recommend":{}}',
    [
      'recommend.positives, negatives: Validation error: At least one positive or negative vector/id must be provided [{}]',
    ],
  ],
  // Of several examples only the first that breaks a rule is told.
  [`{"recommend":{"positive":[1,${TWICE}],"negative":[${TWICE}]}}`, [`recommend.${UNIQUE}`]],
  [
    '{"recommend":{"negative":[[[1],[]]],"positive":[1]}}',
    [
      'recommend.data: all vectors must be non-empty',
      'recommend.data: all vectors must have the same dimension, found vector with dimension 0',
    ],
  ],
  [`{"discover":{"target":${TWICE},"context":null}}`, [`discover.target.${UNIQUE}`]],
  [
    `{"discover":{"target":1,"context":[{"positive":1,"negative":2},{"positive":${TWICE},"negative":${TWICE}},{"positive":{"indices":[1],"values":[]},"negative":1}]}}`,
    [`discover.context[1].${UNIQUE}`, `discover.context[2].${LENGTHS}`],
  ],
  [`{"context":{"positive":1,"negative":${TWICE}}}`, [`context.${UNIQUE}`]],
  [
    '{"context":[{"positive":{"text":"a","model":""},"negative":1}]}',
    ['context.model: value "" invalid, must be at least 1 characters'],
  ],
  [
    `{"relevance_feedback":{"target":1,"feedback":[],${NAIVE}}}`,
    ['relevance_feedback.__all__: feedback elements must be non-empty'],
  ],
  [`{"relevance_feedback":{"target":${TWICE},"feedback":[],${NAIVE}}}`, [`relevance_feedback.target.${UNIQUE}`]],
  [
    `{"relevance_feedback":{"target":1,"feedback":[{"example":1,"score":1},{"example":${TWICE},"score":1}],${NAIVE}}}`,
    [`relevance_feedback.feedback[1].example.${UNIQUE}`],
  ],
  [
    '{"relevance_feedback":{"target":1,"feedback":[],"strategy":{"naive":{"a":1,"b":-0.5,"c":1}}}}',
    ['relevance_feedback.strategy.naive.b: value -0.5 invalid, must be 0.0 or larger'],
  ],
  ['{"rrf":{"k":0}}', ['rrf.k: value 0 invalid, must be 1 or larger']],
];

test('rules that a query breaks are told under their paths', (t) => {
  for (const [query, rules] of RULES) {
    const expected = (path: string): string => rule(...rules.map((text) => `${path}.query.${text}`));
    t.is(refusal(parseQuery, wire(`{"query":${query}}`)), expected('internal'), query);
    // A single prefetch counts as the first of a list.
    const prefetch = `{"query":{"fusion":"rrf"},"prefetch":{"prefetch":[{},{"query":${query}}],"query":1}}`;
    t.is(refusal(parseQuery, wire(prefetch)), expected('internal.prefetch[0].prefetch[1]'), prefetch);
  }
});

/** Numbers that Qdrant would take for infinity. */
const BEYOND: readonly (readonly [string, string])[] = [
  ['{"recommend":{"positive":[5,[0,1e39]]}}', 'recommend.positive[1][1]'],
  ['{"discover":{"target":[1e39],"context":[]}}', 'discover.target[0]'],
  ['{"discover":{"target":1,"context":[{"positive":1,"negative":[-1e39]}]}}', 'discover.context[0].negative[0]'],
  ['{"context":[{"positive":1,"negative":2},{"positive":1,"negative":[-1e39]}]}', 'context[1].negative[0]'],
  ['{"rrf":{"weights":[1,1e39]}}', 'rrf.weights[1]'],
  [
    `{"relevance_feedback":{"target":1,"feedback":[{"example":1,"score":1e39}],${NAIVE}}}`,
    'relevance_feedback.feedback[0].score',
  ],
  [
    '{"relevance_feedback":{"target":1,"feedback":[{"example":1,"score":1}],"strategy":{"naive":{"a":1e39,"b":1,"c":1}}}}',
    'relevance_feedback.strategy.naive.a',
  ],
];

test('numbers that no f32 can hold are refused by name', (t) => {
  for (const [query, place] of BEYOND) {
    const expected = `400 Wrong input: internal.query.${place} is out of range: expected a number that fits into 32-bit floating point`;
    t.is(refusal(parseQuery, wire(`{"query":${query},"prefetch":[{},{}]}`)), expected, query);
  }
});
