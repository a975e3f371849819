import type { Timestamp } from '../../../generated/google/protobuf/timestamp.js';
import type * as wire from '../../../generated/qdrant_common.js';
import type { Bounds, FieldPredicate } from '../../core/filter.ts';
import { invalidArgument } from '../grpc-error.ts';
import { countOf } from './counts.ts';
import { geoBoxOf, geoPolygonOf, geoRadiusOf } from './geo.ts';
import type { Violations } from './violations.ts';

/** The years 1 … 9999, as google.protobuf.Timestamp has it. */
const SECONDS_MIN = -62_135_596_800n;
const SECONDS_MAX = 253_402_300_799n;
const NANOS_MAX = 999_999_999;

/**
 * What a field condition tests, as it stands on the wire. A range of numbers hides one of dates.
 * path  of the condition, for broken rules.
 */
export function predicatesOf(field: wire.FieldCondition, path: string, violations: Violations): FieldPredicate[] {
  const { match, range, geoBoundingBox, geoRadius, valuesCount, geoPolygon, datetimeRange, isEmpty, isNull } = field;
  const predicates: FieldPredicate[] = [];
  if (geoBoundingBox !== undefined) predicates.push(geoBoxOf(geoBoundingBox));
  if (geoPolygon !== undefined) predicates.push(geoPolygonOf(geoPolygon, `${path}.geo_polygon`, violations));
  if (geoRadius !== undefined) predicates.push(geoRadiusOf(geoRadius));
  if (isEmpty !== undefined) predicates.push({ kind: 'is_empty', value: isEmpty });
  if (isNull !== undefined) predicates.push({ kind: 'is_null', value: isNull });
  if (match !== undefined) predicates.push(matchOf(match));
  if (range !== undefined) predicates.push({ kind: 'range', bounds: numberBoundsOf(range) });
  else if (datetimeRange !== undefined) {
    const instantOf = (given: Timestamp, name: string): bigint =>
      microsecondsOf(given, `${path}.datetime_range.${name}`, violations);
    predicates.push({ kind: 'datetime_range', bounds: boundsOf(datetimeRange, instantOf) });
  }
  if (valuesCount !== undefined) predicates.push({ kind: 'values_count', bounds: boundsOf(valuesCount, countOf) });
  return predicates;
}

function matchOf({ matchValue }: wire.Match): FieldPredicate {
  if (matchValue === undefined) throw invalidArgument('Malformed Match condition');
  switch (matchValue.$case) {
    case 'keyword':
    case 'integer':
    case 'boolean':
      return { kind: 'value', value: matchValue.value };
    case 'text':
    case 'phrase':
    case 'prefix':
      return { kind: matchValue.$case, text: matchValue.value };
    case 'textAny':
      return { kind: 'text_any', text: matchValue.value };
    case 'keywords':
      return { kind: 'any', values: { type: 'strings', values: matchValue.value.strings } };
    case 'integers':
      return { kind: 'any', values: { type: 'integers', values: matchValue.value.integers } };
    case 'exceptKeywords':
      return { kind: 'except', values: { type: 'strings', values: matchValue.value.strings } };
    case 'exceptIntegers':
      return { kind: 'except', values: { type: 'integers', values: matchValue.value.integers } };
  }
}

interface WireBounds<Given> {
  readonly lt?: Given | undefined;
  readonly gt?: Given | undefined;
  readonly gte?: Given | undefined;
  readonly lte?: Given | undefined;
}

function boundsOf<Given, T>(bounds: WireBounds<Given>, of: (bound: Given, name: string) => T): Bounds<T> {
  const bound = (name: keyof WireBounds<Given>): T | undefined => {
    const given = bounds[name];
    return given === undefined ? undefined : of(given, name);
  };
  return { gt: bound('gt'), gte: bound('gte'), lt: bound('lt'), lte: bound('lte') };
}

/** No number is within a bound that is none itself, which REST cannot have: so that nothing below has to know of it. */
function numberBoundsOf({ lt, gt, gte, lte }: wire.Range): Bounds<number> {
  if ([lt, gt, gte, lte].some(Number.isNaN)) return NOWHERE;
  return { gt, gte, lt, lte };
}

const NOWHERE: Bounds<number> = { gt: undefined, gte: undefined, lt: -Infinity, lte: undefined };

/** Microseconds since 1970, what is finer cut off. */
export function microsecondsOf({ seconds, nanos }: Timestamp, path: string, violations: Violations): bigint {
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
    violations.add(path, `value ${seconds} invalid, must be from ${SECONDS_MIN} to ${SECONDS_MAX}`);
  } else if (nanos < 0 || nanos > NANOS_MAX) {
    violations.add(path, `value ${nanos} invalid, must be from 0 to ${NANOS_MAX}`);
  }
  return seconds * 1_000_000n + BigInt(Math.trunc(nanos / 1000));
}
