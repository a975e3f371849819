import test from 'ava';

import { type Bounds, type Condition, EVERYTHING, type FieldPredicate, type Filter } from '../../src/core/filter.ts';
import { numberId, parseUuidId, type PointId } from '../../src/core/ids.ts';
import { jsonPath, type JsonPath } from '../../src/core/json-path.ts';
import { parseCount } from '../../src/rest/parse/reads.ts';
import { format, refusal, rule, wire } from './parsing.ts';

const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';
const CONDITION_FORMS =
  'Expected some form of condition, which can be a field condition (like {"key": ..., "match": ... }), or some other mentioned in the documentation: https://qdrant.tech/documentation/concepts/filtering/#filtering-conditions';
const NO_MATCH = 'data did not match any variant of untagged enum MatchInterface';
const PATH = 'count_request.filter';
const EMPTY_FIELD = '__all__: Validation error: At least one field condition must be specified [{}]';

function check(filter: string): string {
  return refusal(parseCount, wire(`{"filter":${filter}}`));
}

/** A refusal behind the closing brace of the body. */
function atEnd(filter: string, message: string): string {
  return format(`${message} at line 1 column ${filter.length + '{"filter":}'.length}`);
}

test('a filter that imposes nothing is accepted', (t) => {
  for (const filter of ['null', '{}', '{"must":null,"should":[],"must_not":[],"min_should":null}']) {
    t.is(check(filter), 'accepted', filter);
  }
});

function path(text: string): JsonPath {
  const found = jsonPath(text);
  if (found === undefined) throw new Error(text);
  return found;
}

/** A condition on the field `a`. */
function field(...predicates: readonly FieldPredicate[]): Condition {
  return { kind: 'field', path: path('a'), predicates };
}

function bounds<T>(given: Partial<Bounds<T>>): Bounds<T> {
  return { lt: undefined, gt: undefined, lte: undefined, gte: undefined, ...given };
}

const SQUARE = [
  { lon: 0, lat: 0 },
  { lon: 2, lat: 0 },
  { lon: 2, lat: 2 },
  { lon: 0, lat: 0 },
];

/** Conditions of all kinds, and what they are in the core. */
const SOUND: readonly (readonly [string, Condition])[] = [
  ['{"key":"a","match":{"value":1}}', field({ kind: 'value', value: 1n })],
  [
    '{"key":"a.b[].c[3]","match":{"value":"x\\u00e9"}}',
    { kind: 'field', path: path('a.b[].c[3]'), predicates: [{ kind: 'value', value: 'xé' }] },
  ],
  ['{"key":"a","match":{"value":true}}', field({ kind: 'value', value: true })],
  ['{"key":"a","match":{"value":false}}', field({ kind: 'value', value: false })],
  ['{"key":"a","match":{"value":9223372036854775807}}', field({ kind: 'value', value: 2n ** 63n - 1n })],
  ['{"key":"a","match":{"value":-9223372036854775808}}', field({ kind: 'value', value: -(2n ** 63n) })],
  ['{"key":"a","match":{"any":[1, -2]}}', field({ kind: 'any', values: { type: 'integers', values: [1n, -2n] } })],
  ['{"key":"a","match":{"any":["a","b"]}}', field({ kind: 'any', values: { type: 'strings', values: ['a', 'b'] } })],
  ['{"key":"a","match":{"any":[]}}', field({ kind: 'any', values: { type: 'strings', values: [] } })],
  ['{"key":"a","match":{"except":["a"]}}', field({ kind: 'except', values: { type: 'strings', values: ['a'] } })],
  ['{"key":"a","match":{"text":"a b"}}', field({ kind: 'text', text: 'a b' })],
  ['{"key":"a","match":{"phrase":"a"}}', field({ kind: 'phrase', text: 'a' })],
  ['{"key":"a","match":{"text_any":"a"}}', field({ kind: 'text_any', text: 'a' })],
  ['{"key":"a","match":{"prefix":"a"}}', field({ kind: 'prefix', text: 'a' })],
  // The first form that is sound counts.
  ['{"key":"a","match":{"any":[1],"text":"x","value":1.5}}', field({ kind: 'text', text: 'x' })],
  [
    '{"key":"a","range":{"gte":1,"lt":2.5,"gt":null,"unknown":"x"}}',
    field({ kind: 'range', bounds: bounds({ gte: 1, lt: 2.5 }) }),
  ],
  ['{"key":"a","range":{}}', field({ kind: 'range', bounds: bounds({}) })],
  [
    '{"key":"a","range":{"gte":"2014-01-01T00:00:00Z","lt":"2014-01-01","lte":"2014-01-01 10:30:00.5+01:00"}}',
    field({
      kind: 'datetime_range',
      bounds: bounds({ gte: 1_388_534_400_000_000n, lt: 1_388_534_400_000_000n, lte: 1_388_568_600_500_000n }),
    }),
  ],
  [
    '{"key":"a","values_count":{"gt":1,"lt":null,"x":"y","gte":0,"lte":9}}',
    field({ kind: 'values_count', bounds: bounds({ gt: 1, gte: 0, lte: 9 }) }),
  ],
  [
    '{"key":"a","geo_radius":{"center":{"lon":-180,"lat":90},"radius":3}}',
    field({ kind: 'geo_radius', center: { lon: -180, lat: 90 }, radiusMetres: 3 }),
  ],
  [
    '{"key":"a","geo_bounding_box":{"top_left":{"lon":0,"lat":1},"bottom_right":{"lon":1,"lat":0}}}',
    field({ kind: 'geo_box', topLeft: { lon: 0, lat: 1 }, bottomRight: { lon: 1, lat: 0 } }),
  ],
  [
    `{"key":"a","geo_polygon":{"exterior":{"points":${JSON.stringify(SQUARE)}},"interiors":null}}`,
    field({ kind: 'geo_polygon', exterior: SQUARE, interiors: [] }),
  ],
  [
    `{"key":"a","geo_polygon":{"interiors":[{"points":${JSON.stringify(SQUARE)}}],"exterior":{"points":${JSON.stringify(SQUARE)}}}}`,
    field({ kind: 'geo_polygon', exterior: SQUARE, interiors: [SQUARE] }),
  ],
  ['{"key":"a","is_empty":true}', field({ kind: 'is_empty', value: true })],
  ['{"key":"a","is_null":false}', field({ kind: 'is_null', value: false })],
  // Several predicates are OR-ed, but for those that count alone.
  [
    '{"key":"a","range":{"lt":1},"match":{"value":1}}',
    field({ kind: 'value', value: 1n }, { kind: 'range', bounds: bounds({ lt: 1 }) }),
  ],
  [
    '{"key":"a","is_null":true,"is_empty":true,"values_count":{"gt":1},"match":{"value":1}}',
    field({ kind: 'values_count', bounds: bounds({ gt: 1 }) }),
  ],
  ['{"key":"a","is_null":true,"is_empty":false,"match":{"value":1}}', field({ kind: 'is_empty', value: false })],
  ['{"key":"a","is_null":true,"match":{"value":1}}', field({ kind: 'is_null', value: true })],
  ['{"is_empty":{"key":"a"}}', { kind: 'is_empty', path: path('a') }],
  ['{"is_null":{"key":"a"}}', { kind: 'is_null', path: path('a') }],
  [`{"has_id":[1,"${UUID}"]}`, { kind: 'has_id', ids: [numberId(1n), parseUuidId(UUID) as PointId] }],
  ['{"has_id":[]}', { kind: 'has_id', ids: [] }],
  ['{"has_id":[18446744073709551615, 3]}', { kind: 'has_id', ids: [numberId(2n ** 64n - 1n), numberId(3n)] }],
  ['{"has_vector":"a"}', { kind: 'has_vector', name: 'a' }],
  ['{"slice":{"total":4,"index":1}}', { kind: 'slice', total: 4, index: 1 }],
  ['{"nested":{"key":"a","filter":{}}}', { kind: 'nested', path: path('a[]'), filter: EVERYTHING }],
  ['{"nested":{"key":"a.b[]","filter":{}}}', { kind: 'nested', path: path('a.b[]'), filter: EVERYTHING }],
  ['{"must":[]}', { kind: 'filter', filter: EVERYTHING }],
  ['{}', { kind: 'filter', filter: EVERYTHING }],
  ['{"is_empty":5,"has_id":[1]}', { kind: 'has_id', ids: [numberId(1n)] }],
];

function decoded(filter: string): Filter | undefined {
  return parseCount(wire(`{"filter":${filter}}`)).filter;
}

test('a condition is read in every clause', (t) => {
  for (const [text, condition] of SOUND) {
    t.deepEqual(decoded(`{"must":[${text}]}`), { ...EVERYTHING, must: [condition] }, text);
    t.deepEqual(decoded(`{"should":${text}}`), { ...EVERYTHING, should: [condition] }, text);
    t.deepEqual(decoded(`{"must_not":[${text},${text}]}`), { ...EVERYTHING, mustNot: [condition, condition] }, text);
    const minShould = { conditions: [condition], minCount: 2 };
    t.deepEqual(decoded(`{"min_should":{"conditions":[${text}],"min_count":2}}`), { ...EVERYTHING, minShould }, text);
    const inner = { ...EVERYTHING, must: [condition] };
    t.deepEqual(decoded(`{"must":[{"nested":{"key":"x","filter":{"must":[${text}]}}}]}`)?.must, [
      { kind: 'nested', path: path('x[]'), filter: inner },
    ]);
    t.deepEqual(decoded(`{"must":[{"must":[${text}]}]}`)?.must, [{ kind: 'filter', filter: inner }], text);
  }
});

test('min_count may be 0', (t) => {
  const filter = decoded('{"min_should":{"conditions":[],"min_count":0}}');
  t.deepEqual(filter, { ...EVERYTHING, minShould: { conditions: [], minCount: 0 } });
});

test('a filter may be as deep as JSON may be', (t) => {
  const nest = (depth: number): string => '{"must":'.repeat(depth) + '{}' + '}'.repeat(depth);
  t.is(check(nest(125)), 'accepted');
  t.regex(check(nest(126)), /^400 Format error in JSON body: recursion limit exceeded at line 1 column \d+$/);
});

test('the same path in many filters is one object, however many paths come', (t) => {
  const pathOf = (filter: Filter | undefined): unknown =>
    filter?.must.map((condition) => 'path' in condition && condition.path)[0];
  const text = '{"must":{"key":"same","match":{"value":1}}}';
  t.is(pathOf(decoded(text)), pathOf(decoded(text)));
  for (let index = 0; index < 3000; index++) decoded(text.replace('same', `k${index}`));
  t.deepEqual(pathOf(decoded(text)), path('same'));
});

/** A condition, and what is wrong with it. */
const BROKEN: readonly (readonly [string, string])[] = [
  ['5', CONDITION_FORMS],
  ['null', CONDITION_FORMS],
  ['"a"', CONDITION_FORMS],
  ['{"bogus":1}', CONDITION_FORMS],
  ['{"is_null":5}', CONDITION_FORMS],
  ['{"is_null":{"key":5}}', CONDITION_FORMS],
  ['{"is_null":{"key":"a b["}}', CONDITION_FORMS],
  ['{"is_empty":{}}', CONDITION_FORMS],
  ['{"has_id":["x"]}', CONDITION_FORMS],
  ['{"has_vector":5}', CONDITION_FORMS],
  ['{"nested":{"key":"a"}}', CONDITION_FORMS],
  ['{"nested":{"filter":{}}}', CONDITION_FORMS],
  ['{"slice":{"total":4}}', CONDITION_FORMS],
  ['{"slice":{"total":4294967296,"index":0}}', CONDITION_FORMS],
  ['{"key":5,"match":{"value":1}}', "Filter condition 'key' must be a string"],
  ['{"key":"a..b","match":{"value":1}}', "Invalid json path: 'a..b'"],
  ['{"key":"a","match":5}', NO_MATCH],
  ['{"key":"a","match":{"value":1.5}}', NO_MATCH],
  ['{"key":"a","match":{"value":null}}', NO_MATCH],
  ['{"key":"a","match":{"any":[1.5]}}', NO_MATCH],
  ['{"key":"a","match":{"any":["a",1]}}', NO_MATCH],
  ['{"key":"a","match":{"any":5}}', NO_MATCH],
  ['{"key":"a","match":{"text_any":5}}', NO_MATCH],
  ['{"key":"a","match":{"unknown":5}}', NO_MATCH],
  ['{"key":"a","match":{"value":9223372036854775808}}', NO_MATCH],
  ['{"key":"a","match":{"any":[1,9223372036854775808]}}', NO_MATCH],
  ['{"key":"a","range":5}', 'Invalid type integer `5`. Expected struct Range'],
  ['{"key":"a","range":[1,2]}', 'Invalid length 2. Expected struct Range with 4 elements'],
  ['{"key":"a","range":["x"]}', 'Invalid length 1. Expected struct Range with 4 elements'],
  ['{"key":"a","range":{"gte":true}}', 'Invalid type boolean `true`. Expected f64'],
  ['{"key":"a","range":{"gte":"2014-01-01","lt":5}}', 'Invalid type integer `5`. Expected a string'],
  [
    '{"key":"a","range":{"gte":"2014-13-01T00:00:00Z"}}',
    "'2014-13-01T00:00:00Z' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z",
  ],
  ['{"key":"a","values_count":5}', 'Invalid type integer `5`. Expected struct ValuesCount'],
  ['{"key":"a","values_count":{"gt":-1}}', 'Invalid value integer `-1`. Expected usize'],
  ['{"key":"a","values_count":{"gt":1.5}}', 'Invalid type floating point `1.5`. Expected usize'],
  ['{"key":"a","geo_radius":5}', 'Invalid type integer `5`. Expected struct GeoRadius'],
  ['{"key":"a","geo_radius":{"center":{"lon":1,"lat":1},"radius":null}}', 'Invalid type unit value. Expected f64'],
  ['{"key":"a","geo_radius":{"center":{"lon":1,"lat":2}}}', 'Missing field radius'],
  ['{"key":"a","geo_radius":{"center":5,"radius":1}}', 'Invalid type integer `5`. Expected struct GeoPointShadow'],
  ['{"key":"a","geo_radius":{"center":{"lat":1},"radius":1}}', 'Missing field lon'],
  [
    '{"key":"a","geo_radius":{"center":{"lon":0,"lat":90.5},"radius":1}}',
    'Wrong format of GeoPoint payload: expected `lat` = 90.5 within [-90;90] and `lon` = 0 within [-180;180]',
  ],
  [
    '{"key":"a","geo_radius":{"center":{"lon":-1e21,"lat":0.0001},"radius":1}}',
    'Wrong format of GeoPoint payload: expected `lat` = 0.0001 within [-90;90] and `lon` = -1000000000000000000000 within [-180;180]',
  ],
  ['{"key":"a","geo_bounding_box":{"top_left":{"lon":0,"lat":1}}}', 'Missing field bottom_right'],
  ['{"key":"a","geo_polygon":{}}', 'Missing field exterior'],
  ['{"key":"a","geo_polygon":{"exterior":5}}', 'Invalid type integer `5`. Expected struct GeoLineString'],
  ['{"key":"a","geo_polygon":{"exterior":{"points":5}}}', 'Invalid type integer `5`. Expected a sequence'],
  ['{"key":"a","geo_polygon":{"exterior":{"points":[5]}}}', 'Invalid type integer `5`. Expected struct GeoPointShadow'],
  ['{"key":"a","geo_polygon":{"exterior":{}}}', 'Missing field points'],
  [
    `{"key":"a","geo_polygon":{"exterior":{"points":${JSON.stringify(SQUARE.slice(1))}}}}`,
    'Validation failed: polygon invalid, the size must be at least 4, got 3',
  ],
  [
    `{"key":"a","geo_polygon":{"exterior":{"points":${JSON.stringify([...SQUARE, { lon: 1, lat: 0 }])}}}}`,
    'Validation failed: polygon invalid, the first and the last points should be the same to form a closed line',
  ],
  [
    `{"key":"a","geo_polygon":{"exterior":{"points":${JSON.stringify(SQUARE)}},"interiors":[{"points":[]}]}}`,
    'Validation failed: polygon invalid, the size must be at least 4, got 0',
  ],
  ['{"key":"a","is_null":5}', 'Invalid type integer `5`. Expected a boolean'],
  ['{"key":"a","is_null":[]}', 'Invalid type sequence. Expected a boolean'],
  // Fields are read in the order of their names.
  ['{"key":"a b","range":5}', "Invalid json path: 'a b'"],
  ['{"key":"a b","is_null":5}', 'Invalid type integer `5`. Expected a boolean'],
];

test('what is wrong with a condition is said, as deep as Qdrant says it', (t) => {
  for (const [condition, message] of BROKEN) {
    const filter = `{"must":[${condition}]}`;
    t.is(check(filter), atEnd(filter, message), condition);
    const minShould = `{"min_should":{"conditions":[${condition}],"min_count":1}}`;
    t.is(check(minShould), atEnd(minShould, message), condition);
    const nested = `{"must":[{"nested":{"key":"a","filter":{"must":[${condition}]}}}]}`;
    t.is(check(nested), atEnd(nested, CONDITION_FORMS), condition);
  }
});

test('a condition on a field must test something', (t) => {
  t.is(check('{"must":[{"key":"a"}]}'), rule(`${PATH}.must[0].${EMPTY_FIELD}`));
  t.is(check('{"should":{"key":"a","match":null}}'), rule(`${PATH}.should[0].${EMPTY_FIELD}`));
  t.is(check('{"must":[{"must":[{"has_id":[]},{"key":"a"}]}]}'), rule(`${PATH}.must[0].must[1].${EMPTY_FIELD}`));
  const nested = '{"must":[{"nested":{"key":"a","filter":{"must":[{"key":"b"}]}}}]}';
  t.is(check(nested), rule(`${PATH}.must[0].nested.filter.must[0].${EMPTY_FIELD}`));
});

test('a slice is one of as many as there are', (t) => {
  t.is(
    check('{"must":[{"slice":{"total":2,"index":2}}]}'),
    rule(`${PATH}.must[0].slice.index: Validation error: index must be less than total [{}]`),
  );
  t.is(
    check('{"must":[{"slice":{"total":0,"index":0}}]}'),
    rule(`${PATH}.must[0].slice.total: value 0 invalid, must be 1 or larger`),
  );
});

const CLAUSES: readonly (readonly [string, string])[] = [
  ['5', 'invalid type: integer `5`, expected struct Filter'],
  ['[]', 'invalid type: sequence, expected struct Filter'],
  ['{"must":5}', CONDITION_FORMS],
  ['{"must":[],"must":[]}', 'duplicate field `must`'],
  [
    '{"must":[{"has_id":[]}],"bogus":[]}',
    'unknown field `bogus`, expected one of `should`, `min_should`, `must`, `must_not`',
  ],
  ['{"min_should":5}', 'invalid type: integer `5`, expected struct MinShould'],
  ['{"min_should":{"conditions":[]}}', 'missing field `min_count`'],
  ['{"min_should":{"min_count":1}}', 'missing field `conditions`'],
  ['{"min_should":{"conditions":5,"min_count":1}}', 'invalid type: integer `5`, expected a sequence'],
  ['{"min_should":{"conditions":[],"min_count":"x"}}', 'invalid type: string "x", expected usize'],
];

test('what is wrong with the clauses is said', (t) => {
  for (const [filter, message] of CLAUSES) t.is(check(filter), atEnd(filter, message), filter);
});
