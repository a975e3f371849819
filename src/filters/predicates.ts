import { afterValue, findMember, firstMember, nextMember, storedKey, storedText } from '../base/json/stored-json.ts';
import { parseDatetime } from '../core/datetime.ts';
import type { Bounds, FieldPredicate, MatchValue, MatchValues } from '../core/filter.ts';
import { type GeoPredicate, geoTest } from './geo.ts';
import { readNumber } from './payload-scalars.ts';
import { equalsText, includesText, needleOf, NeedleSet, startsWithText } from './payload-text.ts';

/** Whether the value that begins at a byte of a payload satisfies something. */
export type ValueTest = (bytes: Buffer, at: number) => boolean;

/** A predicate as it is tested on payloads. */
export interface PredicateTest {
  /** For one of the values at the path. */
  readonly value: ValueTest;
  /** For a payload that has no value there. */
  readonly missing: boolean;
}

const FALSE = 102;
const NULL = 110;
const TRUE = 116;
const QUOTE = 34;
const ARRAY = 91;
const OBJECT = 123;

/**
 * A predicate as payloads without an index satisfy it. Predicates of elements hold for an array where they hold for one
 * of its elements, one level down. Source: SEMANTICS.md 2.2, 2.3.
 */
export function predicateTest(predicate: FieldPredicate): PredicateTest {
  switch (predicate.kind) {
    case 'values_count': {
      const isWithin = numberTest(predicate.bounds);
      return { value: (bytes, at) => isWithin(countOf(bytes, at)), missing: false };
    }
    case 'is_empty': {
      const wanted = predicate.value;
      return { value: (bytes, at) => isEmpty(bytes, at) === wanted, missing: wanted };
    }
    case 'is_null': {
      const wanted = predicate.value;
      return { value: (bytes, at) => hasNull(bytes, at) === wanted, missing: !wanted };
    }
    case 'value':
    case 'any':
    case 'except':
    case 'text':
    case 'phrase':
    case 'text_any':
    case 'prefix':
    case 'range':
    case 'datetime_range':
    case 'geo_box':
    case 'geo_radius':
    case 'geo_polygon':
      return { value: anyElement(elementTest(predicate)), missing: false };
  }
}

/** Null, or an array without elements. */
export function isEmpty(bytes: Buffer, at: number): boolean {
  return bytes[at] === NULL || (bytes[at] === ARRAY && firstMember(bytes, at) < 0);
}

export function isNull(bytes: Buffer, at: number): boolean {
  return bytes[at] === NULL;
}

const hasNull: ValueTest = anyElement(isNull);

/** Null: none; an array: its length; anything else: one. */
function countOf(bytes: Buffer, at: number): number {
  if (bytes[at] !== ARRAY) return bytes[at] === NULL ? 0 : 1;
  let count = 0;
  for (let element = firstMember(bytes, at); element >= 0; count++) {
    element = nextMember(bytes, afterValue(bytes, element));
  }
  return count;
}

function anyElement(test: ValueTest): ValueTest {
  return (bytes, at) => {
    if (bytes[at] !== ARRAY) return test(bytes, at);
    for (let element = firstMember(bytes, at); element >= 0;) {
      if (test(bytes, element)) return true;
      element = nextMember(bytes, afterValue(bytes, element));
    }
    return false;
  };
}

type ElementPredicate = Exclude<FieldPredicate, { readonly kind: 'values_count' | 'is_empty' | 'is_null' }>;

function elementTest(predicate: ElementPredicate): ValueTest {
  switch (predicate.kind) {
    case 'value':
      return scalarTest(predicate.value);
    case 'any':
      return listTest(predicate.values);
    case 'except': {
      const isListed = listTest(predicate.values);
      return (bytes, at) => bytes[at] !== NULL && !isListed(bytes, at);
    }
    case 'text':
    case 'phrase':
      return partTest([predicate.text]);
    case 'text_any':
      return partTest(predicate.text.split(/\p{White_Space}+/u).filter((word) => word !== ''));
    case 'prefix': {
      const needle = needleOf(predicate.text);
      return (bytes, at) => bytes[at] === QUOTE && startsWithText(bytes, at, needle);
    }
    case 'range': {
      const isWithin = numberTest(predicate.bounds);
      return (bytes, at) => isNumber(bytes, at) && isWithin(readNumber(bytes, at, afterValue(bytes, at)));
    }
    case 'datetime_range':
      return datetimeTest(predicate.bounds);
    case 'geo_box':
    case 'geo_radius':
    case 'geo_polygon':
      return pointTest(predicate);
  }
}

function isNumber(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] ?? 0;
  return byte === 45 || (byte >= 48 && byte <= 57);
}

function scalarTest(value: MatchValue): ValueTest {
  if (typeof value === 'boolean') {
    const letter = value ? TRUE : FALSE;
    return (bytes, at) => bytes[at] === letter;
  }
  const needle = needleOf(String(value));
  if (typeof value === 'string') return (bytes, at) => bytes[at] === QUOTE && equalsText(bytes, at, needle);
  return (bytes, at) => equalsDigits(bytes, at, needle.bytes);
}

/** JSON writes an integer in one way alone, so that its bytes are compared: `5.0`, `5e0` and `-0` are floats. */
function equalsDigits(bytes: Buffer, at: number, digits: Uint8Array): boolean {
  for (let index = 0; index < digits.length; index++) if (bytes[at + index] !== digits[index]) return false;
  const after = bytes[at + digits.length] ?? 0;
  return !((after >= 48 && after <= 57) || after === 46 || after === 69 || after === 101);
}

/** 4: above it one look-up in a table beats as many comparisons. */
const SINGLE_TESTS_MAX = 4;

function listTest({ type, values }: MatchValues): ValueTest {
  if (values.length <= SINGLE_TESTS_MAX) {
    const tests = values.map(scalarTest);
    return (bytes, at) => {
      for (const test of tests) if (test(bytes, at)) return true;
      return false;
    };
  }
  const set = new NeedleSet(values.map(String));
  return type === 'strings'
    ? (bytes, at) => bytes[at] === QUOTE && set.hasText(bytes, at)
    : (bytes, at) => isNumber(bytes, at) && set.hasBytes(bytes, at, afterValue(bytes, at));
}

function partTest(parts: readonly string[]): ValueTest {
  const needles = parts.map(needleOf);
  return (bytes, at) => bytes[at] === QUOTE && includesText(bytes, at, needles);
}

/** A bound of NaN lets nothing through. */
function numberTest({ lt, gt, lte, gte }: Bounds<number>): (value: number) => boolean {
  return (value) =>
    (lt === undefined || value < lt) &&
    (gt === undefined || value > gt) &&
    (lte === undefined || value <= lte) &&
    (gte === undefined || value >= gte);
}

function datetimeTest({ lt, gt, lte, gte }: Bounds<bigint>): ValueTest {
  return (bytes, at) => {
    if (bytes[at] !== QUOTE) return false;
    const moment = parseDatetime(storedText(bytes, at, afterValue(bytes, at)));
    return (
      moment !== undefined &&
      (lt === undefined || moment < lt) &&
      (gt === undefined || moment > gt) &&
      (lte === undefined || moment <= lte) &&
      (gte === undefined || moment >= gte)
    );
  };
}

const LON = storedKey('lon');
const LAT = storedKey('lat');

function pointTest(predicate: GeoPredicate): ValueTest {
  const isWithin = geoTest(predicate);
  return (bytes, at) => {
    if (bytes[at] !== OBJECT) return false;
    const lon = findMember(bytes, at, LON);
    const lat = findMember(bytes, at, LAT);
    if (lon < 0 || lat < 0 || !isNumber(bytes, lon) || !isNumber(bytes, lat)) return false;
    return isWithin(readNumber(bytes, lon, afterValue(bytes, lon)), readNumber(bytes, lat, afterValue(bytes, lat)));
  };
}
