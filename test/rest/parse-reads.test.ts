import test from 'ava';

import { EVERYTHING } from '../../src/core/filter.ts';
import { numberId, parseUuidId } from '../../src/core/ids.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import type { OrderBy } from '../../src/core/query.ts';
import type { PayloadSelector, VectorSelector } from '../../src/core/requests.ts';
import { parseChange } from '../../src/rest/parse/changes.ts';
import {
  parseCollectionName,
  parseCount,
  parseFacet,
  parseGetPoint,
  parseRetrieve,
  parseScroll,
} from '../../src/rest/parse/reads.ts';
import { format, noShard, refusal, rule, wire } from './parsing.ts';

const parseDelete = parseChange('delete');
const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';
const UNSET = { consistency: undefined, timeoutSeconds: undefined };
const PAYLOAD_FORMS = 'Expected a boolean, an array of strings, or an object with an include/exclude field';
const ORDER_FORMS = 'Expected a string, or an object with a key, direction and/or start_from';
const NO_SHARD_KEY = 'data did not match any variant of untagged enum ShardKeySelector';
const VECTOR_FORMS = 'Expected a boolean, or an array of strings';

function notAnId(shown: string, column: number): string {
  return format(
    `value ${shown} is not a valid point ID, valid values are either an unsigned integer or a UUID at line 1 column ${column}`,
  );
}

test('a point is read by number or by UUID in each of its forms', (t) => {
  const uuid = parseUuidId(UUID);
  const cases: readonly (readonly [string, unknown])[] = [
    ['0', numberId(0n)],
    ['18446744073709551615', numberId(0xffff_ffff_ffff_ffffn)],
    [UUID, uuid],
    [UUID.toUpperCase(), uuid],
    [UUID.replaceAll('-', ''), uuid],
    [`urn:uuid:${UUID}`, uuid],
  ];
  for (const [text, id] of cases) {
    t.deepEqual(parseGetPoint(wire('', { path: ['c', text] })), { collection: 'c', id, ...UNSET } as never, text);
  }
  for (const text of ['', 'x', '-1', '1.5', '18446744073709551616', `${UUID}0`]) {
    const expected = `400 Wrong input: Can not recognize "${text}" as point id`;
    t.is(refusal(parseGetPoint, wire('', { path: ['c', text] })), expected);
  }
});

test('the query string of a read comes before the id', (t) => {
  const request = wire('', { path: ['c', 'x'], query: 'timeout=0' });
  t.regex(refusal(parseGetPoint, request), /^400 Deserialize error/);
});

test('names of collections follow the old rule, except where one is created', (t) => {
  t.deepEqual(parseCollectionName(wire('', { path: ['we<ird é'] })), { collection: 'we<ird é' });
  t.deepEqual(parseCollectionName(wire('', { path: ['é'.repeat(255)] })), { collection: 'é'.repeat(255) });
  const cases: readonly (readonly [string, string])[] = [
    ['a/b', 'collection name cannot contain "/" char'],
    ['a\0b', 'collection name cannot contain "\0" char'],
    ['x'.repeat(256), `value "${'x'.repeat(256)}" invalid, must be from 1 to 255 characters`],
    ['', 'value "" invalid, must be from 1 to 255 characters'],
  ];
  for (const [name, words] of cases) {
    const expected = `422 Validation error in path parameters: [collection_name: ${words}]`;
    t.is(refusal(parseCollectionName, wire('', { path: [name] })), expected);
  }
});

test('with_payload and with_vector take all their forms', (t) => {
  const cases: readonly (readonly [string, PayloadSelector, VectorSelector])[] = [
    ['', { kind: 'none' }, { kind: 'none' }],
    [',"with_payload":null,"with_vector":null', { kind: 'none' }, { kind: 'none' }],
    [',"with_payload":true,"with_vector":true', { kind: 'all' }, { kind: 'all' }],
    [',"with_payload":false,"with_vectors":false', { kind: 'none' }, { kind: 'none' }],
    [
      ',"with_payload":["a","b.c[]"],"with_vectors":[""]',
      { kind: 'include', paths: ['a', 'b.c[]'] },
      { kind: 'names', names: [''] },
    ],
    [',"with_payload":[],"with_vector":[]', { kind: 'include', paths: [] }, { kind: 'names', names: [] }],
    [',"with_payload":{"include":["\\u0061"]}', { kind: 'include', paths: ['a'] }, { kind: 'none' }],
    [',"with_payload":{"exclude":["a"]},"unknown":[{}]', { kind: 'exclude', paths: ['a'] }, { kind: 'none' }],
  ];
  for (const [fields, withPayload, withVector] of cases) {
    const expected = { collection: 'c', ...UNSET, ids: [numberId(1n), parseUuidId(UUID)], withPayload, withVector };
    t.deepEqual(parseRetrieve(wire(`{"ids":[1,"${UUID}"]${fields}}`)), expected as never, fields);
  }
});

/** Bodies of POST /points and their refusals. */
const RETRIEVE: readonly (readonly [string, string])[] = [
  ['{"ids":[1],"with_payload":{}}', format(`${PAYLOAD_FORMS} at line 1 column 29`)],
  ['{"ids":[1],"with_payload":{"bogus":["a"]}}', format(`${PAYLOAD_FORMS} at line 1 column 42`)],
  ['{"ids":[1],"with_payload":{"include":["a"],"exclude":["b"]}}', format(`${PAYLOAD_FORMS} at line 1 column 60`)],
  ['{"ids":[1],"with_payload":{"include":"a"}}', format(`${PAYLOAD_FORMS} at line 1 column 42`)],
  ['{"ids":[1],"with_payload":[1]}', format(`${PAYLOAD_FORMS} at line 1 column 30`)],
  ['{"ids":[1],"with_payload":["a",1]}', format(`${PAYLOAD_FORMS} at line 1 column 34`)],
  ['{"ids":[1],"with_payload":["a b["]}', format(`${PAYLOAD_FORMS} at line 1 column 35`)],
  ['{"ids":[1],"with_vector":["a",1]}', format(`${VECTOR_FORMS} at line 1 column 33`)],
  ['{"ids":[1],"with_vector":[1]}', format(`${VECTOR_FORMS} at line 1 column 29`)],
  ['{"ids":[1],"with_vectors":"a"}', format(`${VECTOR_FORMS} at line 1 column 30`)],
  ['{}', format('missing field `ids` at line 1 column 2')],
  ['[1]', format('invalid type: sequence, expected struct PointRequest at line 1 column 0')],
  ['{"ids":5}', format('invalid type: integer `5`, expected a sequence at line 1 column 9')],
  ['{"ids":null}', format('invalid type: null, expected a sequence at line 1 column 12')],
  ['{"ids":[1.5]}', notAnId('1.5', 13)],
  ['{"ids":[2,1e3]}', notAnId('1000', 15)],
  ['{"ids":[-1]}', notAnId('-1', 12)],
  ['{"ids":[18446744073709551616]}', notAnId('18446744073709552000', 30)],
  ['{"ids":[1,null]}', notAnId('Unit', 16)],
  ['{"ids":[1,true]}', notAnId('true', 16)],
  ['{"ids":[1,false]}', notAnId('false', 17)],
  ['{"ids":["x\\"y"]}', notAnId('x"y', 16)],
  ['{"ids":[[1,-2,1.5],"a"]}', notAnId('Seq([U64(1), I64(-2), F64(1.5)])', 24)],
  [
    '{"ids":[{"a":"b","c":[true,false,null,1,-1,0.5,["x"]]}]}',
    notAnId(
      'Map({String("a"): String("b"), String("c"): Seq([Bool(true), Bool(false), Unit, U64(1), I64(-1), F64(0.5), Seq([String("x")])])})',
      56,
    ),
  ],
  [
    '{"ids":[["a\\n\\r\\t\\u0000\\u0001\\u007f\\"\\\\"]]}',
    notAnId('Seq([String("a\\n\\r\\t\\0\\u{1}\\u{7f}\\"\\\\")])', 43),
  ],
  ['{"ids":[1],"shard_key":"a"}', noShard('"a"', 'read')],
  ['{"shard_key":18446744073709551615,"ids":[1]}', noShard('18446744073709551615', 'read')],
  ['{"shard_key":18446744073709551616 ,"ids":[1]}', format(`${NO_SHARD_KEY} at line 1 column 34`)],
  ['{"ids":[1],"shard_key":[1,-1] }', format(`${NO_SHARD_KEY} at line 1 column 31`)],
  ['{"ids":[1],"shard_key":{"target":"a"}}', format(`${NO_SHARD_KEY} at line 1 column 38`)],
  ['{"ids":[1],"shard_key":null}', 'accepted'],
  ['{"ids":[1]} x', format('trailing characters at line 1 column 13')],
  ['{"ids":"x"} x', format('invalid type: string "x", expected a sequence at line 1 column 11')],
  ['{"ids":[1]', format('EOF while parsing an object at line 1 column 10')],
  ['{"ids":[1],\n "b" }', format('expected `:` at line 2 column 6')],
];

test('what is wrong with a retrieval is said as Qdrant says it', (t) => {
  for (const [body, expected] of RETRIEVE) t.is(refusal(parseRetrieve, wire(body)), expected, body);
});

test('a page of a scroll: every field, and the defaults', (t) => {
  const defaults = {
    collection: 'c',
    ...UNSET,
    offset: undefined,
    limit: 10,
    filter: undefined,
    orderBy: undefined,
    withPayload: { kind: 'all' },
    withVector: { kind: 'none' },
  };
  t.deepEqual(parseScroll(wire('{}')), defaults as never);
  const nulls = {
    offset: null,
    limit: null,
    with_payload: null,
    with_vector: null,
    filter: null,
    order_by: null,
    shard_key: null,
  };
  t.deepEqual(parseScroll(wire(nulls)), defaults as never);
  const given = { offset: 5, limit: 3, with_payload: ['a'], with_vector: true, filter: { must: [], should: null } };
  t.deepEqual(parseScroll(wire(given, { query: 'consistency=2&timeout=9' })), {
    collection: 'c',
    consistency: 2,
    timeoutSeconds: 9,
    offset: numberId(5n),
    limit: 3,
    filter: EVERYTHING,
    orderBy: undefined,
    withPayload: { kind: 'include', paths: ['a'] },
    withVector: { kind: 'all' },
  });
  t.deepEqual(parseScroll(wire({ offset: UUID })).offset, parseUuidId(UUID));
});

test('a scroll in the order of a field', (t) => {
  const orders: readonly (readonly [string, Partial<OrderBy>])[] = [
    ['"a"', {}],
    ['{"key":"a"}', {}],
    ['{"key":"a","direction":null,"start_from":null}', {}],
    [
      '{"key":"a","direction":"desc","start_from":-3}',
      { direction: 'desc', startFrom: { kind: 'integer', value: -3n } },
    ],
    ['{"key":"a","start_from":9007199254740993}', { startFrom: { kind: 'integer', value: 9_007_199_254_740_993n } }],
    ['{"key":"a","start_from":9223372036854775808}', { startFrom: { kind: 'float', value: 2 ** 63 } }],
    ['{"key":"a","start_from":5.0}', { startFrom: { kind: 'float', value: 5 } }],
    ['{"key":"a","start_from":"1970-01-01"}', { startFrom: { kind: 'datetime', value: 0n } }],
  ];
  for (const [text, given] of orders) {
    const expected = { path: jsonPath('a'), direction: 'asc', startFrom: undefined, ...given };
    t.deepEqual(parseScroll(wire(`{"order_by":${text}}`)).orderBy, expected as OrderBy, text);
  }
});

const SCROLL: readonly (readonly [string, string])[] = [
  ['{"offset":[1]}', notAnId('Seq([U64(1)])', 14)],
  ['{"offset":{}}', notAnId('Map({})', 13)],
  ['{"offset":1.5}', notAnId('1.5', 14)],
  ['{"offset":true}', notAnId('true', 15)],
  ['{"limit":0}', rule('scroll_request.limit: value 0 invalid, must be 1 or larger')],
  ['{"limit":-1}', format('invalid value: integer `-1`, expected usize at line 1 column 12')],
  ['{"limit":1.5}', format('invalid type: floating point `1.5`, expected usize at line 1 column 13')],
  ['{"limit":1e2}', format('invalid type: floating point `100.0`, expected usize at line 1 column 13')],
  ['{"limit":1e-7}', format('invalid type: floating point `1e-7`, expected usize at line 1 column 14')],
  ['{"limit":0.00012}', format('invalid type: floating point `0.00012`, expected usize at line 1 column 17')],
  ['{"limit":1.25e30}', format('invalid type: floating point `1.25e30`, expected usize at line 1 column 17')],
  ['{"limit":-0}', format('invalid type: floating point `-0.0`, expected usize at line 1 column 12')],
  ['{"limit":18446744073709551615}', 'accepted'],
  [
    '{"limit":18446744073709551616}',
    format('invalid type: floating point `1.8446744073709552e19`, expected usize at line 1 column 30'),
  ],
  [
    '{"limit":-9223372036854775808}',
    format('invalid value: integer `-9223372036854775808`, expected usize at line 1 column 30'),
  ],
  ['{"limit":true}', format('invalid type: boolean `true`, expected usize at line 1 column 14')],
  ['{"limit":false}', format('invalid type: boolean `false`, expected usize at line 1 column 15')],
  ['{"limit":{}}', format('invalid type: map, expected usize at line 1 column 12')],
  ['{"limit":[1]}', format('invalid type: sequence, expected usize at line 1 column 13')],
  ['{"order_by":5}', format(`${ORDER_FORMS} at line 1 column 14`)],
  ['{"order_by":"a b"}', format(`${ORDER_FORMS} at line 1 column 18`)],
  ['{"order_by":{"direction":"asc"}}', format(`${ORDER_FORMS} at line 1 column 32`)],
  ['{"order_by":{"key":"a","direction":"up"}}', format(`${ORDER_FORMS} at line 1 column 41`)],
  ['{"order_by":{"key":"a","start_from":"x"}}', format(`${ORDER_FORMS} at line 1 column 41`)],
  ['{"order_by":{"key":"a","start_from":true}}', format(`${ORDER_FORMS} at line 1 column 42`)],
  ['{"order_by":"a","limit":0}', rule('scroll_request.limit: value 0 invalid, must be 1 or larger')],
  ['{"shard_key":["a"]}', noShard('"a"', 'read')],
];

test('what is wrong with a scroll is said as Qdrant says it', (t) => {
  for (const [body, expected] of SCROLL) t.is(refusal(parseScroll, wire(body)), expected, body);
});

const COUNT: readonly (readonly [string, string])[] = [
  ['{"exact":null}', format('invalid type: null, expected a boolean at line 1 column 14')],
  ['"x"', format('invalid type: string "x", expected struct CountRequest at line 1 column 3')],
  ['null', format('invalid type: null, expected struct CountRequest at line 1 column 4')],
  ['5', format('invalid type: integer `5`, expected struct CountRequest at line 1 column 1')],
  ['{"shard_key":1}', noShard('1', 'read')],
];

test('a count is exact unless it says otherwise', (t) => {
  t.deepEqual(parseCount(wire('{}')), { collection: 'c', ...UNSET, filter: undefined, exact: true });
  t.deepEqual(parseCount(wire('{"exact":false,"filter":null}')), {
    collection: 'c',
    ...UNSET,
    filter: undefined,
    exact: false,
  });
  for (const [body, expected] of COUNT) t.is(refusal(parseCount, wire(body)), expected, body);
});

const FACET: readonly (readonly [string, string])[] = [
  ['{}', format('missing field `key` at line 1 column 2')],
  ['{"key":5}', format('invalid type: integer `5`, expected a string at line 1 column 9')],
  ['{"key":"a b"}', format("Invalid json path: 'a b' at line 1 column 13")],
  ['{"key":"a","limit":0}', rule('facet_request.limit: value 0 invalid, must be 1 or larger')],
  ['{"key":"a","limit":-1}', format('invalid value: integer `-1`, expected usize at line 1 column 22')],
  ['{"key":"a","exact":1}', format('invalid type: integer `1`, expected a boolean at line 1 column 21')],
  ['{"key":"a","filter":1}', format('invalid type: integer `1`, expected struct Filter at line 1 column 22')],
  ['{"key":"a","shard_key":"x"}', noShard('"x"', 'read')],
  ['[]', format('invalid type: sequence, expected struct FacetRequest at line 1 column 0')],
];

test('a facet, with its defaults and failures', (t) => {
  const key = jsonPath('a.b[]');
  const defaults = { collection: 'c', ...UNSET, key, limit: 10, filter: undefined, exact: false };
  t.deepEqual(parseFacet(wire('{"key":"a.b[]"}')), defaults as never);
  t.deepEqual(parseFacet(wire('{"key":"a.b[]","limit":null,"exact":null,"filter":null}')), defaults as never);
  const given = parseFacet(wire('{"key":"a.b[]","limit":3,"exact":true,"filter":{}}', { query: 'timeout=2' }));
  t.deepEqual(given, { ...defaults, limit: 3, exact: true, filter: EVERYTHING, timeoutSeconds: 2 } as never);
  for (const [body, expected] of FACET) t.is(refusal(parseFacet, wire(body)), expected, body);
});

test('wait, ordering and timeout of an update', (t) => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['', { wait: false, ordering: 'weak', timeoutSeconds: undefined }],
    ['unknown=1', { wait: false, ordering: 'weak', timeoutSeconds: undefined }],
    ['wait=true&ordering=strong&timeout=0', { wait: true, ordering: 'strong', timeoutSeconds: 0 }],
    ['wait=false&ordering=medium&timeout=%2B7', { wait: false, ordering: 'medium', timeoutSeconds: 7 }],
    ['ordering=weak&timeout=18446744073709551615', { wait: false, ordering: 'weak', timeoutSeconds: 2 ** 64 }],
  ];
  for (const [query, expected] of cases)
    t.like(parseDelete(wire({ points: [1] }, { query })), expected as object, query);
  const refused: readonly (readonly [string, string])[] = [
    ['wait=yes', 'provided string was not `true` or `false`'],
    ['wait=', 'provided string was not `true` or `false`'],
    ['wait=true&wait=true', 'duplicate field `wait`'],
    ['ordering=x', 'unknown variant `x`, expected one of `weak`, `medium`, `strong`'],
    ['timeout=', 'cannot parse integer from empty string'],
    ['timeout=-1', 'invalid digit found in string'],
    ['timeout=1.5', 'invalid digit found in string'],
    ['timeout=18446744073709551616', 'number too large to fit in target type'],
  ];
  for (const [query, words] of refused) {
    const expected = `400 Deserialize error in query parameters: ${words}`;
    t.is(refusal(parseDelete, wire({ points: [1] }, { query })), expected, query);
  }
});

test('consistency and timeout of a read', (t) => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['consistency=majority', { consistency: 'majority', timeoutSeconds: undefined }],
    ['consistency=quorum&timeout=1', { consistency: 'quorum', timeoutSeconds: 1 }],
    ['consistency=all', { consistency: 'all' }],
    ['consistency=', { consistency: undefined }],
    ['consistency=3', { consistency: 3 }],
  ];
  for (const [query, expected] of cases) t.like(parseCount(wire('{}', { query })), expected as object, query);
  for (const value of ['0', '-1', '1.5', 'bogus']) {
    const words = `failed to deserialize read consistency query parameter value '${value}'`;
    const expected = `400 Deserialize error in query parameters: ${words}`;
    t.is(refusal(parseCount, wire('{}', { query: `consistency=${value}` })), expected);
  }
  const zero = 'invalid value: integer `0`, expected a nonzero u64';
  t.is(refusal(parseCount, wire('{}', { query: 'timeout=0' })), `400 Deserialize error in query parameters: ${zero}`);
});
