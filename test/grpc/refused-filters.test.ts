import test from 'ava';
import { CountPoints } from '../../generated/points.js';
import * as wire from '../../generated/qdrant_common.js';
import { filterOf } from '../../src/grpc/parse/filter.ts';
import { Violations } from '../../src/grpc/parse/violations.ts';
import { made, sent } from './made.ts';
import { refusal, rule } from './refusal.ts';

/** What reading a filter says of one; undefined = nothing. */
function refused(filter: Partial<wire.Filter>): string | undefined {
  return refusal(() => {
    const violations = new Violations();
    filterOf(sent(CountPoints, { filter: made(wire.Filter, filter) }).filter, 'filter', violations);
    violations.finish();
  });
}

function must(conditionOneOf: wire.Condition['conditionOneOf']): Partial<wire.Filter> {
  return { must: [{ conditionOneOf }] };
}

function field(predicates: Partial<wire.FieldCondition>): Partial<wire.Filter> {
  return must({ $case: 'field', value: made(wire.FieldCondition, { key: 'a', ...predicates }) });
}

function ring(...points: readonly (readonly [number, number])[]): wire.GeoLineString {
  return { points: points.map(([lon, lat]) => ({ lon, lat })) };
}

const SQUARE = ring([0, 0], [0, 1], [1, 1], [0, 0]);

function polygon(exterior: wire.GeoLineString | undefined, ...interiors: wire.GeoLineString[]): Partial<wire.Filter> {
  return field({ geoPolygon: { exterior, interiors } });
}

const PLACE = 'filter.must[0].condition_one_of';
const NO_PREDICATE = 'match: Validation error: At least one field condition must be specified [{}]';
const OPEN = 'value invalid, the first and the last points should be same to form a closed line';
const DEEP: Partial<wire.Filter> = must({
  $case: 'nested',
  value: { key: 'n', filter: made(wire.Filter, must({ $case: 'filter', value: made(wire.Filter, field({})) })) },
});

const CASES: readonly (readonly [string, Partial<wire.Filter>, string | undefined])[] = [
  ['nothing', {}, undefined],
  ['a condition that holds nothing', must(undefined), 'Malformed Condition type'],
  ['a field without a predicate', field({}), rule(`${PLACE}.${NO_PREDICATE}`)],
  ['one in the depth', DEEP, rule(`${PLACE}.filter.must[0].condition_one_of.must[0].condition_one_of.${NO_PREDICATE}`)],
  [
    'one in each clause',
    { should: field({}).must ?? [], mustNot: field({}).must ?? [] },
    rule(`filter.should[0].condition_one_of.${NO_PREDICATE}; filter.must_not[0].condition_one_of.${NO_PREDICATE}`),
  ],
  ['a match of nothing', field({ match: { matchValue: undefined } }), 'Malformed Match condition'],
  ['a key that is no path', field({ key: 'a..b', isNull: true }), "Invalid json path: 'a..b'"],
  ['no key', must({ $case: 'isEmpty', value: { key: '' } }), "Invalid json path: ''"],
  ['a bad key of is_null', must({ $case: 'isNull', value: { key: '[]' } }), "Invalid json path: '[]'"],
  [
    'nested without a filter',
    must({ $case: 'nested', value: { key: 'a', filter: undefined } }),
    'Nested condition must have a filter',
  ],
  [
    'an id that is none',
    must({ $case: 'hasId', value: { hasId: [{ pointIdOptions: undefined }] } }),
    'No ID options provided',
  ],
  [
    'an id that is no UUID',
    must({ $case: 'hasId', value: { hasId: [{ pointIdOptions: { $case: 'uuid', value: '12' } }] } }),
    'Unable to parse UUID: 12',
  ],
  [
    'a slice of nothing',
    must({ $case: 'slice', value: { total: 0, index: 0 } }),
    rule(`${PLACE}.total: value 0 invalid, must be 1 or larger`),
  ],
  [
    'a slice beyond',
    must({ $case: 'slice', value: { total: 2, index: 2 } }),
    rule(`${PLACE}.index: Validation error: index must be less than total [{}]`),
  ],
  [
    'min_should of none',
    { minShould: { conditions: [], minCount: 0n } },
    rule('filter.min_should.min_count: value 0 invalid, must be 1 or larger'),
  ],
  [
    'a box without a corner',
    field({ geoBoundingBox: { topLeft: { lon: 0, lat: 0 }, bottomRight: undefined } }),
    'Malformed GeoBoundingBox type',
  ],
  ['a circle without a centre', field({ geoRadius: { center: undefined, radius: 1 } }), 'Malformed GeoRadius type'],
  [
    'a place beyond the earth',
    field({ geoRadius: { center: { lon: 181, lat: 0.5 }, radius: 1 } }),
    'Wrong format of GeoPoint payload: expected `lat` = 0.5 within [-90;90] and `lon` = 181 within [-180;180]',
  ],
  [
    'a place that is none',
    field({ geoRadius: { center: { lon: 0, lat: Number.NaN }, radius: 1 } }),
    'Wrong format of GeoPoint payload: expected `lat` = NaN within [-90;90] and `lon` = 0 within [-180;180]',
  ],
  [
    'a polygon without a ring',
    polygon(undefined),
    rule(`${PLACE}.geo_polygon.exterior: value invalid, must not be empty`),
  ],
  [
    'a polygon of three points',
    polygon(ring([0, 0], [1, 1], [0, 0])),
    rule(`${PLACE}.geo_polygon.exterior: value invalid, the size must be at least 4, got 3`),
  ],
  [
    'a polygon that is open',
    polygon(ring([0, 0], [0, 1], [1, 1], [1, 0])),
    rule(`${PLACE}.geo_polygon.exterior: ${OPEN}`),
  ],
  [
    'a hole that is open',
    polygon(SQUARE, SQUARE, ring([0, 0], [0, 1], [1, 1], [0, 0.5])),
    rule(`${PLACE}.geo_polygon.interiors: ${OPEN}`),
  ],
  [
    'a date before the year 1',
    field({ datetimeRange: { gt: { seconds: -62_135_596_801n, nanos: 0 } } }),
    rule(`${PLACE}.datetime_range.gt: value -62135596801 invalid, must be from -62135596800 to 253402300799`),
  ],
  [
    'more than a second of nanoseconds',
    field({ datetimeRange: { gt: { seconds: 0n, nanos: 1_000_000_000 } } }),
    rule(`${PLACE}.datetime_range.gt: value 1000000000 invalid, must be from 0 to 999999999`),
  ],
];

for (const [name, filter, expected] of CASES) {
  test(`a filter is refused for ${name}`, (t) => {
    t.is(refused(filter), expected);
  });
}

test('a date is cut to microseconds, before 1970 too', (t) => {
  const bounds = { gt: { seconds: -1n, nanos: 999_999_999 }, lte: { seconds: 253_402_300_799n, nanos: 1999 } };
  const filter = filterOf(made(wire.Filter, field({ datetimeRange: bounds })), 'filter', new Violations());
  const [condition] = filter?.must ?? [];
  const [predicate] = condition?.kind === 'field' ? condition.predicates : [];
  t.deepEqual(predicate, {
    kind: 'datetime_range',
    bounds: { lt: undefined, gt: -1n, gte: undefined, lte: 253_402_300_799_000_001n },
  });
});

test('a range of numbers hides one of dates; counts beyond 2^53 are as good as 2^53', (t) => {
  const both = field({
    range: { gt: Number.NEGATIVE_INFINITY },
    datetimeRange: { gt: { seconds: 1n, nanos: 0 } },
  });
  const [first] = filterOf(made(wire.Filter, both), 'filter', new Violations())?.must ?? [];
  t.deepEqual(first?.kind === 'field' ? first.predicates : undefined, [
    { kind: 'range', bounds: { lt: undefined, gt: Number.NEGATIVE_INFINITY, gte: undefined, lte: undefined } },
  ]);
  const counted = field({ valuesCount: { lt: 2n ** 64n - 1n } });
  const [second] = filterOf(made(wire.Filter, counted), 'filter', new Violations())?.must ?? [];
  t.deepEqual(second?.kind === 'field' ? second.predicates : undefined, [
    { kind: 'values_count', bounds: { lt: 2 ** 53 - 1, gt: undefined, gte: undefined, lte: undefined } },
  ]);
});
