import test from 'ava';

import { EVERYTHING } from '../../src/core/filter.ts';
import { numberId } from '../../src/core/ids.ts';
import type { Query, QueryStep } from '../../src/core/query.ts';
import { parseQuery, parseQueryBatch } from '../../src/rest/parse/query.ts';
import { format, refusal, rule, wire } from './parsing.ts';
import { nearest, PARAMS } from './query-words.ts';

const RRF: Query = { kind: 'fusion', fusion: { kind: 'rrf', k: 2, weights: undefined } };
const ONE: Query = nearest({ kind: 'id', id: numberId(1n) });
const BOTH = '"query":{"fusion":"rrf"}';

function step(given: Partial<QueryStep>): QueryStep {
  return {
    query: undefined,
    prefetch: [],
    using: '',
    lookupFrom: undefined,
    limit: 10,
    scoreThreshold: undefined,
    filter: undefined,
    params: PARAMS,
    ...given,
  };
}

/** The value of `prefetch`, below a fusion, and what it means. */
const PREFETCHES: readonly (readonly [string, readonly QueryStep[]])[] = [
  ['{}', [step({})]],
  ['{"query":1}', [step({ query: ONE })]],
  ['[{"query":1,"limit":null,"prefetch":null}]', [step({ query: ONE })]],
  [
    '[{"query":1,"using":"a","limit":3,"score_threshold":0.5,"filter":{},"params":{"exact":true},"lookup_from":{"collection":"o","vector":"v"}},{}]',
    [
      step({
        query: ONE,
        using: 'a',
        limit: 3,
        scoreThreshold: 0.5,
        filter: EVERYTHING,
        params: { ...PARAMS, exact: true },
        lookupFrom: { collection: 'o', vector: 'v' },
      }),
      step({}),
    ],
  ],
  [
    '{"prefetch":{"prefetch":[{"query":1},{}],"query":{"fusion":"rrf"},"limit":18446744073709551615},"query":{"sample":"random"}}',
    [
      step({
        query: { kind: 'sample' },
        prefetch: [step({ query: RRF, limit: 2 ** 64, prefetch: [step({ query: ONE }), step({})] })],
      }),
    ],
  ],
  // What a prefetch does not have it passes over, twice as well.
  ['{"offset":"x","with_payload":5,"with_vector":{},"shard_key":1.5,"offset":-1,"searches":0}', [step({})]],
];

test('prefetches are read at any depth, one alone or several', (t) => {
  for (const [prefetch, expected] of PREFETCHES) {
    const [query] = parseQuery(wire(`{${BOTH},"prefetch":${prefetch}}`)).queries;
    t.deepEqual(query?.prefetch, expected, prefetch);
  }
});

const NEEDS_QUERY =
  "400 Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.";
const NEEDS_VECTORS =
  "400 Bad request: A query is needed to use the score_threshold. Can't have score_threshold without defining a query.";
const USING = "400 Bad request: Fusion queries cannot be combined with the 'using' field.";
const ORDERED = "400 Bad request: Can't use score_threshold with an order_by query.";
const AVERAGE = '400 Wrong input: Positive vectors should not be empty with `average` strategy';
const NO_PREFETCH = '400 Wrong input: Validation failed: cannot apply Fusion without prefetches';
const NO_PREFETCH_OF_FORMULA = '400 Wrong input: Validation failed: cannot apply Formula without prefetches';

/** A failure that is reported at the end of the body. */
function atEnd(message: string): string {
  return format(`${message} at line 1 column {end}`);
}

/** Bodies of the query route, and what is said of them. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['{"prefetch":{"query":1}}', NEEDS_QUERY],
  ['{"prefetch":{"query":1},"query":null,"score_threshold":1}', NEEDS_QUERY],
  [`{"prefetch":{"prefetch":{}},${BOTH}}`, NEEDS_QUERY],
  ['{"score_threshold":1}', NEEDS_VECTORS],
  [`{"prefetch":[{"query":1},{"score_threshold":1}],${BOTH}}`, NEEDS_VECTORS],
  [`{"prefetch":{"query":1},${BOTH},"using":"a"}`, USING],
  ['{"prefetch":{"prefetch":{},"query":{"rrf":{}},"using":"a"},"query":1}', USING],
  [`{"prefetch":{"query":{"order_by":"a"},"score_threshold":0},${BOTH}}`, ORDERED],
  [`{"prefetch":{"query":{"recommend":{"negative":[1]}}},${BOTH}}`, AVERAGE],
  [`{${BOTH}}`, NO_PREFETCH],
  [`{${BOTH},"prefetch":[]}`, NO_PREFETCH],
  [`{"prefetch":{"query":{"rrf":{}}},${BOTH}}`, NO_PREFETCH],
  ['{"query":{"formula":"$score"}}', NO_PREFETCH_OF_FORMULA],
  ['{"query":1,"prefetch":[{"query":{"formula":1}}]}', NO_PREFETCH_OF_FORMULA],
  // The rules of all steps come before the planner's.
  [`{"prefetch":[{"query":{"rrf":{}}},{"score_threshold":1}],${BOTH}}`, NEEDS_VECTORS],
  // The root comes first.
  [`{${BOTH},"using":"a","prefetch":{"score_threshold":1}}`, USING],
  // And validation before both.
  [
    `{${BOTH},"using":"a","prefetch":{"limit":0}}`,
    rule('internal.prefetch[0].limit: value 0 invalid, must be 1 or larger'),
  ],
  [
    '{"query":{"rrf":{"weights":[1,2]}},"prefetch":{}}',
    '400 Wrong input: Validation failed: RRF weights length (2) must match number of prefetches (1)',
  ],
  [
    '{"query":{"rrf":{"weights":[]}},"prefetch":[{},{}]}',
    '400 Wrong input: Validation failed: RRF weights length (0) must match number of prefetches (2)',
  ],
  ['{"prefetch":["a"],"query":1}', atEnd('invalid type: string "a", expected struct Prefetch')],
  ['{"prefetch":[{},[1]],"query":1}', atEnd('invalid type: sequence, expected struct Prefetch')],
  ['{"prefetch":[null],"query":1}', atEnd('invalid type: null, expected struct Prefetch')],
  [`{"prefetch":{"limit":-1},${BOTH}}`, atEnd('invalid value: integer `-1`, expected usize')],
  [`{"prefetch":{"using":1},${BOTH}}`, atEnd('invalid type: integer `1`, expected a string')],
  [`{"prefetch":{"query":{}},${BOTH}}`, atEnd('Expected some form of vector, id, or a type of query')],
  [`{"prefetch":{"limit":1,"limit":1},${BOTH}}`, atEnd('duplicate field `limit`')],
  [
    `{"prefetch":[{},{"prefetch":{"params":{"hnsw_ef":0}},"query":1}],${BOTH}}`,
    rule('internal.prefetch[1].prefetch[0].params.hnsw_ef: value 0 invalid, must be 1 or larger'),
  ],
  [
    `{"prefetch":{"lookup_from":{"collection":"c","shard_key":["a"]}},${BOTH}}`,
    '400 Bad request: Shard key "a" not found',
  ],
];

test('what is wrong with a tree of prefetches is said, and what comes first', (t) => {
  for (const [body, expected] of REFUSED)
    t.is(refusal(parseQuery, wire(body)), expected.replace('{end}', String(body.length)), body);
});

test('the rules of all queries of a batch come before what is wrong with the plan of one', (t) => {
  t.is(refusal(parseQueryBatch, wire(`{"searches":[{${BOTH}},{"score_threshold":1}]}`)), NEEDS_VECTORS);
  t.is(refusal(parseQueryBatch, wire(`{"searches":[{"query":1},{${BOTH}}]}`)), NO_PREFETCH);
});

/** A query over so many prefetches, each within the next. */
function nested(depth: number, isList: boolean): string {
  const [open, close] = isList ? ['[', ']'] : ['', ''];
  return `${`{"query":1,"prefetch":${open}`.repeat(depth)}{}${`${close}}`.repeat(depth)}`;
}

test('prefetches may be 64 deep', (t) => {
  for (const isList of [false, true]) {
    const deepest = isList ? 63 : 64;
    t.is(refusal(parseQuery, wire(nested(deepest, isList))), 'accepted');
  }
  const tooDeep = (depth: number): string =>
    `400 Wrong input: Validation failed: prefetches depth ${depth} exceeds max depth 64`;
  t.is(refusal(parseQuery, wire(nested(65, false))), tooDeep(65));
  t.is(refusal(parseQuery, wire(nested(126, false))), tooDeep(126));
});

test('no depth of JSON overflows the stack', (t) => {
  const limit = /^400 Format error in JSON body: recursion limit exceeded at line 1 column \d+$/;
  for (const open of [
    '{"prefetch":',
    '{"prefetch":[',
    '[',
    '{"query":{"nearest":',
    '{"query":{"context":[{"positive":',
  ])
    for (const depth of [130, 1_000, 100_000]) {
      t.regex(refusal(parseQuery, wire(`{"query":1,"prefetch":${open.repeat(depth)}`)), limit, open);
    }
});

function limited(name: string, given: number, most: number): string {
  return `400 Bad request: Limit exceeded ${given} > ${most} for "${name}". Help: Reduce the "${name}" parameter to or below ${most}.`;
}

test('queries, prefetches and examples are bounded in number', (t) => {
  const list = (count: number, element: string): string => Array.from({ length: count }, () => element).join(',');
  const prefetched = (count: number): string => `{${BOTH},"prefetch":[${list(count, '{"query":1}')}]}`;
  t.is(refusal(parseQuery, wire(prefetched(1_000))), 'accepted');
  t.is(refusal(parseQuery, wire(prefetched(1_001))), limited('prefetches', 1_001, 1_000));
  t.is(refusal(parseQuery, wire(prefetched(10_001))), limited('queries and prefetches', 10_001, 10_000));
  const batch = (count: number): string => `{"searches":[${list(count, '{"query":1}')}]}`;
  t.is(refusal(parseQueryBatch, wire(batch(10_000))), 'accepted');
  t.is(refusal(parseQueryBatch, wire(batch(10_001))), limited('queries and prefetches', 10_001, 10_000));
  const tooMany = limited('examples', 100_001, 100_000);
  const examples = list(100_001, '1');
  t.is(refusal(parseQuery, wire(`{"query":{"recommend":{"positive":[${examples}]}}}`)), tooMany);
  t.is(refusal(parseQuery, wire(`{"query":{"recommend":{"positive":[[],${examples}]}}}`)), tooMany);
  t.is(refusal(parseQuery, wire(`{"query":{"rrf":{"weights":[${examples}]}},"prefetch":{}}`)), tooMany);
  const feedback = (count: number): string =>
    `{"query":{"relevance_feedback":{"target":1,"feedback":[${list(count, '{"example":1,"score":1}')}],"strategy":{"naive":{"a":1,"b":1,"c":1}}}}}`;
  t.is(refusal(parseQuery, wire(feedback(1_000))), 'accepted');
  t.is(refusal(parseQuery, wire(feedback(1_001))), limited('feedback', 1_001, 1_000));
});

test('an answer tells no more than 1,000 broken rules', (t) => {
  const searches = Array.from({ length: 2_000 }, () => '{"limit":0}').join(',');
  const told = refusal(parseQueryBatch, wire(`{"searches":[${searches}]}`));
  t.true(told.startsWith('422 Validation error in JSON body: [searches[0].internal.limit: '));
  t.is(told.match(/must be 1 or larger/g)?.length, 1_000);
});
