import test from 'ava';

import { parseCount } from '../../src/rest/parse/reads.ts';
import { format, refusal, rule, unserved, wire } from './parsing.ts';

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

/** Conditions of all kinds, well formed: the next issue serves them. */
const SOUND: readonly string[] = [
  '{"key":"a","match":{"value":1}}',
  '{"key":"a.b[].c[3]","match":{"value":"x"}}',
  '{"key":"a","match":{"value":true}}',
  '{"key":"a","match":{"value":false}}',
  '{"key":"a","match":{"any":[1,2]}}',
  '{"key":"a","match":{"any":["a","b"]}}',
  '{"key":"a","match":{"any":[]}}',
  '{"key":"a","match":{"except":["a"]}}',
  '{"key":"a","match":{"text":"a"}}',
  '{"key":"a","match":{"phrase":"a"}}',
  '{"key":"a","match":{"text_any":"a"}}',
  '{"key":"a","match":{"prefix":"a"}}',
  '{"key":"a","range":{"gte":1,"lt":2.5,"gt":null,"unknown":"x"}}',
  '{"key":"a","range":{"gte":"2014-01-01T00:00:00Z","lt":"2014-01-01","lte":"2014-01-01 10:30:00.5+01:00"}}',
  '{"key":"a","values_count":{"gt":1,"lt":null,"x":"y"}}',
  '{"key":"a","geo_radius":{"center":{"lon":-180,"lat":90},"radius":3}}',
  '{"key":"a","geo_bounding_box":{"top_left":{"lon":0,"lat":1},"bottom_right":{"lon":1,"lat":0}}}',
  '{"key":"a","geo_polygon":{"exterior":{"points":[]}}}',
  '{"key":"a","is_empty":true}',
  '{"key":"a","is_null":false}',
  '{"is_empty":{"key":"a"}}',
  '{"is_null":{"key":"a"}}',
  '{"has_id":[1,"eddd5f3b-0341-4acf-a413-9d612b965a08"]}',
  '{"has_vector":"a"}',
  '{"slice":{"total":4,"index":1}}',
  '{"must":[]}',
];

test('a sound condition is refused by the name of its clause', (t) => {
  for (const condition of SOUND) {
    t.is(check(`{"must":[${condition}]}`), unserved(`A filter (${PATH}.must)`), condition);
    t.is(check(`{"should":${condition}}`), unserved(`A filter (${PATH}.should)`), condition);
    t.is(check(`{"must_not":[${condition},${condition}]}`), unserved(`A filter (${PATH}.must_not)`), condition);
    const minShould = `{"min_should":{"conditions":[${condition}],"min_count":1}}`;
    t.is(check(minShould), unserved(`A filter (${PATH}.min_should)`), condition);
    const nested = `{"must":[{"nested":{"key":"a","filter":{"must":[${condition}]}}}]}`;
    t.is(check(nested), unserved(`A filter (${PATH}.must[0].nested.filter.must)`), condition);
  }
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
  ['{"key":"a","range":5}', 'invalid type: integer `5`, expected struct Range'],
  ['{"key":"a","range":{"gte":true}}', 'invalid type: boolean `true`, expected f64'],
  [
    '{"key":"a","range":{"gte":"2014-13-01T00:00:00Z"}}',
    "'2014-13-01T00:00:00Z' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z",
  ],
  ['{"key":"a","values_count":5}', 'invalid type: integer `5`, expected struct ValuesCount'],
  ['{"key":"a","values_count":{"gt":-1}}', 'invalid value: integer `-1`, expected usize'],
  ['{"key":"a","geo_radius":5}', 'invalid type: integer `5`, expected struct GeoRadius'],
  ['{"key":"a","geo_radius":{"center":{"lon":1,"lat":2}}}', 'Missing field radius'],
  ['{"key":"a","geo_radius":{"center":5,"radius":1}}', 'invalid type: integer `5`, expected struct GeoPointShadow'],
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
  ['{"key":"a","is_null":5}', 'invalid type: integer `5`, expected a boolean'],
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

const CLAUSES: readonly (readonly [string, string])[] = [
  ['5', 'invalid type: integer `5`, expected struct Filter'],
  ['[]', 'invalid type: sequence, expected struct Filter'],
  ['{"must":5}', CONDITION_FORMS],
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
