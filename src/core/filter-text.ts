import { dataDamaged } from './errors.ts';
import type { Bounds, Condition, FieldPredicate, Filter, GeoPoint, MatchValue, MatchValues } from './filter.ts';
import { idText, type PointId, parseNumberId, parseUuidId } from './ids.ts';
import { type JsonPath, jsonPath } from './json-path.ts';

/**
 * Filters as text, for the log and as key of caches: JSON, in which a condition or predicate is a list that begins with
 * its kind, and 64-bit integers, ids and paths are strings. The same filter always gives the same text.
 *
 *     [must, should, mustNot, minShould?]     ["field","a.b",["value","red"],["range",[null,5,null,null]]]
 */
export function encodeFilter(filter: Filter): string {
  const known = texts.get(filter);
  if (known !== undefined) return known;
  const text = JSON.stringify(writeFilter(filter));
  texts.set(filter, text);
  return text;
}

/** A request asks for the text of its filter several times. */
const texts = new WeakMap<Filter, string>();

/** The filter that was encoded. Throws data_damaged where `text` is none. */
export function decodeFilter(text: string): Filter {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // To translate: the text came from a file of ours.
    throw dataDamaged('filter', 'not JSON', error);
  }
  return readFilter(json);
}

type Json = string | number | boolean | null | readonly Json[];

function writeFilter({ must, should, mustNot, minShould }: Filter): Json {
  const clauses: Json[] = [must.map(writeCondition), should.map(writeCondition), mustNot.map(writeCondition)];
  if (minShould !== undefined) clauses.push([minShould.minCount, minShould.conditions.map(writeCondition)]);
  return clauses;
}

function readFilter(json: unknown): Filter {
  const [must, should, mustNot, minShould, ...rest] = list(json);
  check(rest.length === 0, 'a filter of more than four clauses');
  const filter = { must: conditions(must), should: conditions(should), mustNot: conditions(mustNot) };
  if (minShould === undefined) return { ...filter, minShould: undefined };
  const [minCount, least] = tuple(minShould, 2);
  return { ...filter, minShould: { minCount: number(minCount), conditions: conditions(least) } };
}

function writeCondition(condition: Condition): Json {
  const { kind } = condition;
  switch (kind) {
    case 'filter':
      return [kind, writeFilter(condition.filter)];
    case 'field':
      return [kind, condition.path.text, ...condition.predicates.map(writePredicate)];
    case 'is_empty':
    case 'is_null':
      return [kind, condition.path.text];
    case 'has_id':
      return [kind, ...condition.ids.map(idText)];
    case 'has_vector':
      return [kind, condition.name];
    case 'nested':
      return [kind, condition.path.text, writeFilter(condition.filter)];
    case 'slice':
      return [kind, condition.total, condition.index];
  }
}

function conditions(json: unknown): readonly Condition[] {
  return list(json).map(readCondition);
}

function readCondition(json: unknown): Condition {
  const [kind, ...parts] = list(json);
  switch (kind) {
    case 'filter':
      return { kind, filter: readFilter(tuple(parts, 1)[0]) };
    case 'field': {
      const [field, ...predicates] = parts;
      check(predicates.length > 0, 'a field without a predicate');
      return { kind, path: path(field), predicates: predicates.map(readPredicate) };
    }
    case 'is_empty':
    case 'is_null':
      return { kind, path: path(tuple(parts, 1)[0]) };
    case 'has_id':
      return { kind, ids: parts.map(pointId) };
    case 'has_vector':
      return { kind, name: string(tuple(parts, 1)[0]) };
    case 'nested': {
      const [field, filter] = tuple(parts, 2);
      return { kind, path: path(field), filter: readFilter(filter) };
    }
    case 'slice': {
      const [total, index] = tuple(parts, 2);
      return { kind, total: number(total), index: number(index) };
    }
    default:
      throw damage('an unknown condition');
  }
}

function writePredicate(predicate: FieldPredicate): Json {
  const { kind } = predicate;
  switch (kind) {
    case 'value':
      return [kind, writeValue(predicate.value)];
    case 'any':
    case 'except':
      return [kind, predicate.values.type, ...predicate.values.values.map(String)];
    case 'text':
    case 'text_any':
    case 'phrase':
    case 'prefix':
      return [kind, predicate.text];
    case 'range':
    case 'values_count':
      return [kind, writeBounds(predicate.bounds, writeNumber)];
    case 'datetime_range':
      return [kind, writeBounds(predicate.bounds, String)];
    case 'geo_box':
      return [kind, writePoint(predicate.topLeft), writePoint(predicate.bottomRight)];
    case 'geo_radius':
      return [kind, writePoint(predicate.center), writeNumber(predicate.radiusMetres)];
    case 'geo_polygon':
      return [kind, ...[predicate.exterior, ...predicate.interiors].map((ring) => ring.map(writePoint))];
    case 'is_empty':
    case 'is_null':
      return [kind, predicate.value];
  }
}

function readPredicate(json: unknown): FieldPredicate {
  const [kind, ...parts] = list(json);
  switch (kind) {
    case 'value':
      return { kind, value: readValue(tuple(parts, 1)[0]) };
    case 'any':
    case 'except':
      return { kind, values: readValues(parts) };
    case 'text':
    case 'text_any':
    case 'phrase':
    case 'prefix':
      return { kind, text: string(tuple(parts, 1)[0]) };
    case 'range':
    case 'values_count':
      return { kind, bounds: readBounds(tuple(parts, 1)[0], number) };
    case 'datetime_range':
      return { kind, bounds: readBounds(tuple(parts, 1)[0], integer) };
    case 'geo_box': {
      const [topLeft, bottomRight] = tuple(parts, 2);
      return { kind, topLeft: readPoint(topLeft), bottomRight: readPoint(bottomRight) };
    }
    case 'geo_radius': {
      const [center, radius] = tuple(parts, 2);
      return { kind, center: readPoint(center), radiusMetres: number(radius) };
    }
    case 'geo_polygon': {
      const [exterior, ...interiors] = parts.map((ring) => list(ring).map(readPoint));
      if (exterior === undefined) throw damage('a polygon without a ring');
      return { kind, exterior, interiors };
    }
    case 'is_empty':
    case 'is_null':
      return { kind, value: boolean(tuple(parts, 1)[0]) };
    default:
      throw damage('an unknown predicate');
  }
}

/** An integer is a list of its digits, since a string stands for itself. */
function writeValue(value: MatchValue): Json {
  return typeof value === 'bigint' ? [String(value)] : value;
}

function readValue(json: unknown): MatchValue {
  if (Array.isArray(json)) return integer(tuple(json, 1)[0]);
  return typeof json === 'boolean' ? json : string(json);
}

function readValues([type, ...values]: readonly unknown[]): MatchValues {
  check(type === 'strings' || type === 'integers', 'values of an unknown type');
  return type === 'strings' ? { type, values: values.map(string) } : { type: 'integers', values: values.map(integer) };
}

function writeBounds<T>({ lt, gt, lte, gte }: Bounds<T>, write: (bound: T) => Json): Json {
  return [lt, gt, lte, gte].map((bound) => (bound === undefined ? null : write(bound)));
}

function readBounds<T>(json: unknown, read: (bound: unknown) => T): Bounds<T> {
  const [lt, gt, lte, gte] = tuple(json, 4).map((bound) => (bound === null ? undefined : read(bound)));
  return { lt, gt, lte, gte };
}

function writePoint({ lon, lat }: GeoPoint): Json {
  return [writeNumber(lon), writeNumber(lat)];
}

function readPoint(json: unknown): GeoPoint {
  const [lon, lat] = tuple(json, 2);
  return { lon: number(lon), lat: number(lat) };
}

/** Numbers that JSON cannot write or writes without their sign are strings. */
function writeNumber(value: number): Json {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

const ODD_NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['-0', -0],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['NaN', Number.NaN],
]);

function number(json: unknown): number {
  if (typeof json === 'number') return json;
  const odd = ODD_NUMBERS.get(json);
  if (odd === undefined) throw damage('a number that is none');
  return odd;
}

function integer(json: unknown): bigint {
  const text = string(json);
  check(/^-?[0-9]{1,20}$/.test(text), 'an integer that is none');
  return BigInt(text);
}

function pointId(json: unknown): PointId {
  const text = string(json);
  const id = parseNumberId(text) ?? parseUuidId(text);
  if (id === undefined) throw damage('an id that is none');
  return id;
}

function path(json: unknown): JsonPath {
  const parsed = jsonPath(string(json));
  if (parsed === undefined) throw damage('a path that is none');
  return parsed;
}

function string(json: unknown): string {
  if (typeof json !== 'string') throw damage('text that is none');
  return json;
}

function boolean(json: unknown): boolean {
  if (typeof json !== 'boolean') throw damage('a boolean that is none');
  return json;
}

function list(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw damage('a list that is none');
  return json;
}

function tuple(json: unknown, length: number): readonly unknown[] {
  const items = list(json);
  check(items.length === length, 'a list of another length');
  return items;
}

function check(holds: boolean, finding: string): asserts holds {
  if (!holds) throw damage(finding);
}

function damage(finding: string): Error {
  return dataDamaged('filter', finding);
}
