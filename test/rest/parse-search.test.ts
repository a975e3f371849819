import test from 'ava';

import { EVERYTHING } from '../../src/core/filter.ts';
import type { QueryPoints } from '../../src/core/requests.ts';
import { parseQuery } from '../../src/rest/parse/query.ts';
import { parseSearch, parseSearchBatch } from '../../src/rest/parse/search.ts';
import { format, refusal, rule, wire } from './parsing.ts';
import { DEFAULTS, sparse, vector } from './query-words.ts';

/** Bodies of the search route that are accepted. */
const SEARCHES: readonly (readonly [string, Partial<QueryPoints>])[] = [
  ['{"vector":[1,2],"limit":3}', { ...vector(1, 2), limit: 3 }],
  ['{"vector":[],"limit":3}', { ...vector(), limit: 3 }],
  ['{"vector":[1],"limit":1,"shard_key":"a"}', { ...vector(1), limit: 1, shardKeys: ['a'] }],
  ['{"vector":{"name":"a","vector":[1]},"limit":3}', { ...vector(1), limit: 3, using: 'a' }],
  ['{"vector":{"name":"","vector":[]},"limit":3}', { ...vector(), limit: 3 }],
  [
    '{"vector":{"name":"a","vector":{"indices":[2,1],"values":[1,2]}},"limit":3}',
    { ...sparse([1, 2], [2, 1]), limit: 3, using: 'a' },
  ],
  [
    '{"vector":[1],"top":3,"offset":1,"with_payload":["a"],"with_vector":true,"score_threshold":1,"params":{"exact":true},"filter":{},"shard_key":null}',
    {
      ...vector(1),
      limit: 3,
      offset: 1,
      withPayload: { kind: 'include', paths: ['a'] },
      withVector: { kind: 'all' },
      scoreThreshold: 1,
      filter: EVERYTHING,
      params: { ...DEFAULTS.params, exact: true },
    },
  ],
];

test('the legacy search is a query', (t) => {
  for (const [body, given] of SEARCHES) {
    t.deepEqual(parseSearch(wire(body)).queries, [{ ...DEFAULTS, ...given }], body);
  }
});

test('no vector holds numbers of an earlier body', (t) => {
  parseQuery(wire({ query: [6, 6, 6] }));
  t.deepEqual(parseSearch(wire('{"vector":[],"limit":1}')).queries[0]?.query, {
    kind: 'nearest',
    example: { kind: 'vector', vector: { kind: 'dense', values: new Float32Array(0) } },
    mmr: undefined,
  });
});

test('a batch of legacy searches', (t) => {
  const searches = parseSearchBatch(wire('{"other":{"a":[1]},"searches":[{"vector":[1],"limit":1}]}'));
  t.deepEqual(searches.queries, [{ ...DEFAULTS, ...vector(1), limit: 1 }]);
  const expected = rule('searches[0].search_request.limit: value 0 invalid, must be 1 or larger');
  t.is(refusal(parseSearchBatch, wire('{"searches":[{"vector":[1],"limit":0}]}')), expected);
});

function noNamed(column: number): string {
  return format(`data did not match any variant of untagged enum NamedVectorStruct at line 1 column ${column}`);
}

const REFUSED_SEARCHES: readonly (readonly [string, string])[] = [
  [
    '{"vector":{"name":"a","vector":{"indices":[1,1],"values":[1,2]}},"limit":3}',
    rule('search_request.vector.indices: Validation error: must be unique [{}]'),
  ],
  ['{"vector":{"name":"a","vector":[[1]]},"limit":3}', noNamed(48)],
  ['{"vector":{"name":5,"vector":[1]},"limit":3}', noNamed(44)],
  ['{"vector":{"name":"a"},"limit":3}', noNamed(33)],
  ['{"vector":{"vector":[1]},"limit":3}', noNamed(35)],
  ['{"vector":null,"limit":3}', noNamed(25)],
  ['{"vector":["a"],"limit":3}', noNamed(26)],
  ['{"vector":[1],"limit":null}', format('invalid type: null, expected usize at line 1 column 27')],
  ['{"vector":[1],"limit":0}', rule('search_request.limit: value 0 invalid, must be 1 or larger')],
  ['{"vector":[1],"limit":1,"top":1}', format('duplicate field `limit` at line 1 column 32')],
  ['{"vector":[1],"vector":[1],"limit":1}', format('duplicate field `vector` at line 1 column 37')],
  [
    '{"vector":{"name":"a","vector":[1e39]},"limit":1}',
    '400 Wrong input: search_request.vector.vector[0] is out of range: expected a number that fits into 32-bit floating point',
  ],
];

test('what is wrong with a legacy search is said', (t) => {
  for (const [body, expected] of REFUSED_SEARCHES) t.is(refusal(parseSearch, wire(body)), expected, body);
});
