import test from 'ava';

import { EVERYTHING } from '../../src/core/filter.ts';
import { numberId, parseUuidId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { GroupLookup, QueryGroups, QueryPoints, SearchMatrix } from '../../src/core/requests.ts';
import { parseExplain } from '../../src/rest/parse/explain.ts';
import { parseQueryGroups, parseRecommendGroups, parseSearchGroups } from '../../src/rest/parse/groups.ts';
import { parseMatrix } from '../../src/rest/parse/matrix.ts';
import { format, refusal, rule, wire } from './parsing.ts';
import { DEFAULTS, nearest, sparse, vector } from './query-words.ts';

const UNSET = { consistency: undefined, timeoutSeconds: undefined };

function path(text: string): JsonPath {
  const parsed = jsonPath(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

interface Given extends Partial<Omit<QueryGroups, 'query'>> {
  readonly query: Partial<QueryPoints>;
}

function groups({ query, ...rest }: Given): QueryGroups {
  return {
    collection: 'c',
    ...UNSET,
    groupBy: path('a'),
    groupSize: 3,
    limit: 10,
    withLookup: undefined,
    ...rest,
    query: { ...DEFAULTS, ...query },
  };
}

const FROM_O: GroupLookup = { collection: 'o', withPayload: { kind: 'all' }, withVector: { kind: 'none' } };
const prefetch = {
  query: undefined,
  prefetch: [],
  using: '',
  lookupFrom: undefined,
  limit: 5,
  scoreThreshold: undefined,
  filter: undefined,
  params: DEFAULTS.params,
};

const QUERY_GROUPS: readonly (readonly [string, Given])[] = [
  ['{"group_by":"a"}', { query: {} }],
  [
    '{"group_by":"a.b[]","group_size":2,"limit":4,"query":[1],"offset":"ignored"}',
    { query: vector(1), groupBy: path('a.b[]'), groupSize: 2, limit: 4 },
  ],
  ['{"group_by":"a","group_size":null,"limit":null,"with_lookup":null}', { query: {} }],
  ['{"group_by":"a","with_lookup":"o"}', { query: {}, withLookup: FROM_O }],
  ['{"group_by":"a","with_lookup":{"collection":"o"}}', { query: {}, withLookup: FROM_O }],
  [
    '{"group_by":"a","with_lookup":{"collection":"o","with_payload":null,"with_vectors":null}}',
    { query: {}, withLookup: { ...FROM_O, withPayload: { kind: 'none' } } },
  ],
  [
    '{"group_by":"a","with_lookup":{"collection":"o","with_payload":["t"],"with_vectors":["v"]}}',
    {
      query: {},
      withLookup: {
        ...FROM_O,
        withPayload: { kind: 'include', paths: ['t'] },
        withVector: { kind: 'names', names: ['v'] },
      },
    },
  ],
  [
    '{"group_by":"a","query":7,"prefetch":{"limit":5},"using":"u","lookup_from":{"collection":"o"},"filter":{},"params":{"exact":true},"score_threshold":2,"with_payload":true,"with_vector":["u"],"shard_key":{"target":"t","fallback":3}}',
    {
      query: {
        query: nearest({ kind: 'id', id: numberId(7n) }),
        prefetch: [prefetch],
        using: 'u',
        lookupFrom: { collection: 'o', vector: undefined },
        filter: EVERYTHING,
        params: { ...DEFAULTS.params, exact: true },
        scoreThreshold: 2,
        withPayload: { kind: 'all' },
        withVector: { kind: 'names', names: ['u'] },
        shardKeys: [3n, 't'],
      },
    },
  ],
];

const SEARCH_GROUPS: readonly (readonly [string, Given])[] = [
  [
    '{"vector":[1],"group_by":"a","group_size":1,"limit":4294967295,"offset":2}',
    { query: vector(1), groupSize: 1, limit: 2 ** 32 - 1 },
  ],
  [
    '{"limit":2,"group_size":1,"group_by":"a","with_lookup":"o","vector":{"name":"s","vector":{"indices":[2],"values":[1]}},"score_threshold":1,"with_vectors":true,"shard_key":"k"}',
    {
      query: { ...sparse([2, 1]), using: 's', scoreThreshold: 1, withVector: { kind: 'all' }, shardKeys: ['k'] },
      groupSize: 1,
      limit: 2,
      withLookup: FROM_O,
    },
  ],
];

const RECOMMEND_GROUPS: readonly (readonly [string, Given])[] = [
  [
    '{"positive":[1],"negative":[[2]],"strategy":"best_score","using":"u","group_by":"a","group_size":1,"limit":2,"filter":{}}',
    {
      query: {
        query: {
          kind: 'recommend',
          strategy: 'best_score',
          positive: [{ kind: 'id', id: numberId(1n) }],
          negative: [{ kind: 'vector', vector: { kind: 'dense', values: Float32Array.of(2) } }],
        },
        using: 'u',
        filter: EVERYTHING,
      },
      groupSize: 1,
      limit: 2,
    },
  ],
];

test('groups are a query and what it is grouped by', (t) => {
  for (const [body, given] of QUERY_GROUPS) t.deepEqual(parseQueryGroups(wire(body)), groups(given), body);
  for (const [body, given] of SEARCH_GROUPS) t.deepEqual(parseSearchGroups(wire(body)), groups(given), body);
  for (const [body, given] of RECOMMEND_GROUPS) t.deepEqual(parseRecommendGroups(wire(body)), groups(given), body);
  const { timeoutSeconds, consistency } = parseQueryGroups(
    wire('{"group_by":"a"}', { query: 'timeout=5&consistency=2' }),
  );
  t.deepEqual([timeoutSeconds, consistency], [5, 2]);
});

const NO_LOOKUP = 'data did not match any variant of untagged enum WithLookupInterface';
const ONE = 'invalid, must be 1 or larger';

const REFUSED_QUERY_GROUPS: readonly (readonly [string, string])[] = [
  ['{"limit":1}', format('missing field `group_by` at line 1 column 11')],
  ['{"group_by":""}', format("Invalid json path: '' at line 1 column 15")],
  ['{"group_by":null}', format('invalid type: null, expected a string at line 1 column 17')],
  ['{"group_by":"a","group_size":0}', rule(`search_group_request.group_request.group_size: value 0 ${ONE}`)],
  ['{"group_by":"a","limit":0}', rule(`search_group_request.group_request.limit: value 0 ${ONE}`)],
  ['{"group_by":"a","limit":-1}', format('invalid value: integer `-1`, expected usize at line 1 column 27')],
  ['{"group_by":"a","using":5}', format('invalid type: integer `5`, expected a string at line 1 column 26')],
  ['{"group_by":"a","with_lookup":5}', format(`${NO_LOOKUP} at line 1 column 32`)],
  ['{"group_by":"a","with_lookup":{}}', format(`${NO_LOOKUP} at line 1 column 33`)],
  ['{"group_by":"a","with_lookup":{"collection":"o","with_payload":5}}', format(`${NO_LOOKUP} at line 1 column 66`)],
  [
    '{"group_by":"a","query":{"a":1}}',
    format('Expected some form of vector, id, or a type of query at line 1 column 32'),
  ],
  [
    '{"group_by":"a","query":{"fusion":"rrf"}}',
    '400 Wrong input: Validation failed: cannot apply Fusion without prefetches',
  ],
  [
    '{"group_by":"a","prefetch":[{"limit":0}],"query":[1]}',
    rule(`search_group_request.prefetch[0].limit: value 0 ${ONE}`),
  ],
  [
    '{"group_by":"a","filter":{"must":[{"key":"x"}]}}',
    rule(
      'search_group_request.filter.must[0].__all__: Validation error: At least one field condition must be specified [{}]',
    ),
  ],
  ['[]', format('invalid type: sequence, expected struct QueryGroupsRequest at line 1 column 0')],
];

const REFUSED_SEARCH_GROUPS: readonly (readonly [string, string])[] = [
  ['5', format('invalid type: integer `5`, expected struct SearchGroupsRequest at line 1 column 1')],
  ['{"vector":[1,2,3,4],"group_by":"a"}', format('missing field `group_size` at line 1 column 35')],
  ['{"vector":[1],"group_by":"a","group_size":1}', format('missing field `limit` at line 1 column 44')],
  ['{"vector":[1],"group_size":1,"limit":1}', format('missing field `group_by` at line 1 column 39')],
  // The rest of the body comes before what it is grouped by.
  ['{"group_size":"x"}', format('missing field `vector` at line 1 column 18')],
  [
    '{"group_by":"a","group_size":null,"limit":1,"vector":[1]}',
    format('invalid type: null, expected u32 at line 1 column 57'),
  ],
  [
    '{"group_by":"a","group_size":1,"limit":4294967296,"vector":[1]}',
    format('invalid value: integer `4294967296`, expected u32 at line 1 column 63'),
  ],
  [
    '{"vector":[1],"group_by":"a","group_size":0,"limit":1}',
    rule(`search_group_request.group_request.group_size: value 0 ${ONE}`),
  ],
];

const REFUSED_RECOMMEND_GROUPS: readonly (readonly [string, string])[] = [
  ['{"group_by":"a b","group_size":1,"limit":1}', format("Invalid json path: 'a b' at line 1 column 43")],
  [
    '{"group_by":"a","group_size":1,"limit":0,"positive":[1]}',
    rule(`recommend_group_request.group_request.limit: value 0 ${ONE}`),
  ],
  [
    '{"group_by":"a","group_size":1,"limit":1}',
    '400 Bad request: At least one positive vector ID required with this strategy',
  ],
  [
    '{"group_by":"a","group_size":1,"limit":1,"positive":["x"]}',
    format('data did not match any variant of untagged enum RecommendExample at line 1 column 58'),
  ],
];

test('what is wrong with groups is said as Qdrant says it', (t) => {
  for (const [body, expected] of REFUSED_QUERY_GROUPS) t.is(refusal(parseQueryGroups, wire(body)), expected, body);
  for (const [body, expected] of REFUSED_SEARCH_GROUPS) t.is(refusal(parseSearchGroups, wire(body)), expected, body);
  for (const [body, expected] of REFUSED_RECOMMEND_GROUPS)
    t.is(refusal(parseRecommendGroups, wire(body)), expected, body);
});

const NO_MATRIX: SearchMatrix = {
  collection: 'c',
  ...UNSET,
  using: '',
  filter: undefined,
  sample: 10,
  limit: 3,
  shardKeys: undefined,
};

const MATRICES: readonly (readonly [string, Partial<SearchMatrix>])[] = [
  ['{}', {}],
  ['{"sample":null,"limit":null,"using":null,"filter":null,"shard_key":null}', {}],
  [
    '{"sample":2,"limit":1,"using":"a","filter":{},"shard_key":[1,"b"],"unknown":1}',
    { sample: 2, limit: 1, using: 'a', filter: EVERYTHING, shardKeys: [1n, 'b'] },
  ],
];

const REFUSED_MATRICES: readonly (readonly [string, string])[] = [
  ['{"sample":1}', rule('search_request.sample: value 1 invalid, must be 2 or larger')],
  ['{"sample":0}', rule('search_request.sample: value 0 invalid, must be 2 or larger')],
  ['{"limit":0}', rule(`search_request.limit: value 0 ${ONE}`)],
  ['{"limit":-1}', format('invalid value: integer `-1`, expected usize at line 1 column 12')],
  ['{"sample":1.5}', format('invalid type: floating point `1.5`, expected usize at line 1 column 14')],
  ['{"using":5}', format('invalid type: integer `5`, expected a string at line 1 column 11')],
  [
    '{"filter":{"x":1}}',
    format('unknown field `x`, expected one of `should`, `min_should`, `must`, `must_not` at line 1 column 18'),
  ],
  [
    '{"shard_key":true,"using":5}',
    format('data did not match any variant of untagged enum ShardKeySelector at line 1 column 17'),
  ],
];

test('a matrix, with its defaults and failures', (t) => {
  for (const [body, given] of MATRICES) t.deepEqual(parseMatrix(wire(body)), { ...NO_MATRIX, ...given }, body);
  for (const [body, expected] of REFUSED_MATRICES) t.is(refusal(parseMatrix, wire(body)), expected, body);
  t.is(parseMatrix(wire('{}', { query: 'timeout=7' })).timeoutSeconds, 7);
});

const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';

test('an explanation is asked for like a query, with ids that may be missing', (t) => {
  const whyNot = [numberId(2n), parseUuidId(UUID)];
  const { query, ...rest } = parseExplain(wire(`{"query":[1],"why_not":[2,"${UUID}"],"limit":4}`));
  t.deepEqual(query, { ...DEFAULTS, ...vector(1), limit: 4 });
  t.deepEqual(rest, { collection: 'c', ...UNSET, whyNot } as never);
  t.deepEqual(parseExplain(wire('{"why_not":null}')).whyNot, []);
  const fusion = '400 Wrong input: Validation failed: cannot apply Fusion without prefetches';
  t.is(refusal(parseExplain, wire('{"query":{"fusion":"rrf"}}')), fusion);
  const id = 'value -1 is not a valid point ID, valid values are either an unsigned integer or a UUID';
  const many = (count: number): string => JSON.stringify({ why_not: Array.from({ length: count }, () => 1) });
  t.is(refusal(parseExplain, wire(many(1_000))), 'accepted');
  t.is(refusal(parseExplain, wire(many(1_001))), rule('internal.why_not: must be at most 1000 ids'));
  t.is(refusal(parseExplain, wire('{"why_not":[-1]}')), format(`${id} at line 1 column 16`));
});
