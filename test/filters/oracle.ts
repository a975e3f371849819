import type { Bounds, Condition, FieldPredicate, Filter, GeoPoint, MatchValues } from '../../src/core/filter.ts';
import { ID_NUMBER, idText, type PointId, sameId } from '../../src/core/ids.ts';
import type { PathStep } from '../../src/core/json-path.ts';

/**
 * What a filter means, said as plainly as possible: over parsed values, with no thought of speed.
 * Source: SEMANTICS.md 2, the answers without an index.
 */

/** A parsed payload value; integers (within i64 and u64) are bigints, all other numbers are numbers. */
export type Json =
  null | boolean | string | bigint | number | readonly Json[] | { readonly [key: string]: Json | undefined };

/** What a filter asks of a point besides its payload. */
export interface OraclePoint {
  readonly id: PointId;
  readonly vectors: readonly string[];
}

/** Parses a payload as serde_json does: of keys that stand twice the last one counts. Empty text: no payload. */
export function parsePayload(text: string): Json {
  if (text === '') return {};
  return JSON.parse(text, exactNumber as (key: string, value: unknown) => unknown) as Json;
}

/** A reviver; the language gives it the digits, of which TypeScript does not know yet. */
function exactNumber(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  return typeof value === 'number' ? parseNumber(context.source ?? '') : value;
}

function parseNumber(source: string): bigint | number {
  if (!/^-?\d+$/.test(source) || source === '-0') return Number(source);
  const value = BigInt(source);
  return value >= -(2n ** 63n) && value < 2n ** 64n ? value : Number(source);
}

/** Whether a point passes; `point` is undefined for the elements of `nested`, which are no points. */
export function passes(filter: Filter, payload: Json, point: OraclePoint | undefined): boolean {
  const holds = (condition: Condition): boolean => conditionHolds(condition, payload, point);
  const { must, should, mustNot, minShould } = filter;
  return (
    must.every(holds) &&
    (should.length === 0 || should.some(holds)) &&
    !mustNot.some(holds) &&
    (minShould === undefined || minShould.conditions.filter(holds).length >= minShould.minCount)
  );
}

function conditionHolds(condition: Condition, payload: Json, point: OraclePoint | undefined): boolean {
  switch (condition.kind) {
    case 'filter':
      return passes(condition.filter, payload, point);
    case 'field':
      return condition.predicates.some((predicate) =>
        predicateHolds(predicate, valuesAt(payload, condition.path.steps)),
      );
    case 'is_empty':
      return valuesAt(payload, condition.path.steps).every(isEmpty);
    case 'is_null':
      return valuesAt(payload, condition.path.steps).some((value) => value === null);
    case 'nested':
      return valuesAt(payload, condition.path.steps).some(
        (element) => isObject(element) && passes(condition.filter, element, undefined),
      );
    case 'has_id':
      return point !== undefined && condition.ids.some((id) => sameId(id, point.id));
    case 'has_vector':
      return point?.vectors.includes(condition.name) ?? false;
    case 'slice':
      return point !== undefined && sliceOf(point.id, condition.total) === condition.index;
  }
}

export function valuesAt(payload: Json, steps: readonly PathStep[]): readonly Json[] {
  let values: readonly Json[] = [payload];
  for (const step of steps) {
    values = values.flatMap((value) => {
      if (step.kind === 'key')
        return isObject(value) && Object.hasOwn(value, step.key) ? [value[step.key] ?? null] : [];
      if (!Array.isArray(value)) return [];
      const list = value as readonly Json[];
      return step.kind === 'each' ? list : list.slice(step.index, step.index + 1);
    });
  }
  return values;
}

function isObject(value: Json): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function elementsOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

function isEmpty(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

type ElementPredicate = Exclude<FieldPredicate, { readonly kind: 'values_count' | 'is_empty' | 'is_null' }>;

function predicateHolds(predicate: FieldPredicate, values: readonly Json[]): boolean {
  switch (predicate.kind) {
    case 'values_count': {
      const counts = values.map((value) => (value === null ? 0 : elementsOf(value).length));
      return counts.some((count) => isWithin(count, predicate.bounds));
    }
    case 'is_empty':
      if (values.length === 0) return predicate.value;
      return values.some((value) => isEmpty(value) === predicate.value);
    case 'is_null':
      if (values.length === 0) return !predicate.value;
      return values.some((value) => elementsOf(value).includes(null) === predicate.value);
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
      return values.flatMap(elementsOf).some((element) => elementHolds(predicate, element));
  }
}

function elementHolds(predicate: ElementPredicate, element: Json): boolean {
  switch (predicate.kind) {
    case 'value':
      return element === predicate.value;
    case 'any':
      return isListed(predicate.values, element);
    case 'except':
      return element !== null && !isListed(predicate.values, element);
    case 'text':
    case 'phrase':
      return typeof element === 'string' && element.includes(predicate.text);
    case 'text_any':
      return (
        typeof element === 'string' && predicate.text.split(/\s+/).some((word) => word !== '' && element.includes(word))
      );
    case 'prefix':
      return typeof element === 'string' && element.startsWith(predicate.text);
    case 'range':
      return (
        (typeof element === 'number' || typeof element === 'bigint') && isWithin(Number(element), predicate.bounds)
      );
    case 'datetime_range': {
      const moment = typeof element === 'string' ? microseconds(element) : undefined;
      return moment !== undefined && isWithin(moment, predicate.bounds);
    }
    case 'geo_box':
    case 'geo_radius':
    case 'geo_polygon': {
      if (!isObject(element)) return false;
      const { lon, lat } = element;
      const isPoint =
        (typeof lon === 'number' || typeof lon === 'bigint') && (typeof lat === 'number' || typeof lat === 'bigint');
      return isPoint && geoHolds(predicate, { lon: Number(lon), lat: Number(lat) });
    }
  }
}

function isListed({ values }: MatchValues, element: Json): boolean {
  return (values as readonly Json[]).includes(element);
}

function isWithin<T extends number | bigint>(value: T, { lt, gt, lte, gte }: Bounds<T>): boolean {
  return (
    (lt === undefined || value < lt) &&
    (gt === undefined || value > gt) &&
    (lte === undefined || value <= lte) &&
    (gte === undefined || value >= gte)
  );
}

const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?)?$/;

/** Microseconds since 1970 of the usual forms of dates. */
function microseconds(text: string): bigint | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const part = (index: number): number => Number(found[index] ?? 0);
  const day = new Date(0);
  day.setUTCFullYear(part(1), part(2) - 1, part(3));
  if (day.getUTCDate() !== part(3) || day.getUTCMonth() !== part(2) - 1) return undefined;
  if (part(4) > 23 || part(5) > 59 || part(6) > 60 || part(9) > 23 || part(10) > 59) return undefined;
  const zone = (part(9) * 60 + part(10)) * (found[8] === '-' ? -1 : 1);
  const seconds = day.getTime() / 1000 + part(4) * 3600 + (part(5) - zone) * 60 + part(6);
  return BigInt(seconds) * 1_000_000n + BigInt((found[7] ?? '').slice(0, 6).padEnd(6, '0'));
}

function geoHolds(
  predicate: Extract<FieldPredicate, { readonly kind: 'geo_box' | 'geo_radius' | 'geo_polygon' }>,
  { lon, lat }: GeoPoint,
): boolean {
  switch (predicate.kind) {
    case 'geo_box': {
      const { topLeft, bottomRight } = predicate;
      if (lat <= bottomRight.lat || lat >= topLeft.lat) return false;
      if (topLeft.lon > bottomRight.lon) return lon > topLeft.lon || lon < bottomRight.lon;
      return lon > topLeft.lon && lon < bottomRight.lon;
    }
    case 'geo_radius':
      return metresBetween(predicate.center, { lon, lat }) < predicate.radiusMetres;
    case 'geo_polygon':
      return (
        isStrictlyInside(predicate.exterior, lon, lat) &&
        !predicate.interiors.some((ring) => isOnEdge(ring, lon, lat) || isStrictlyInside(ring, lon, lat))
      );
  }
}

/** Haversine formula. */
export function metresBetween(a: GeoPoint, b: GeoPoint): number {
  const radians = (degrees: number): number => degrees * (Math.PI / 180);
  const haversine = (angle: number): number => Math.sin(angle / 2) ** 2;
  const part =
    haversine(radians(b.lat - a.lat)) +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * haversine(radians(b.lon - a.lon));
  return 2 * 6371008.8 * Math.asin(Math.sqrt(part));
}

function edgesOf(ring: readonly GeoPoint[]): readonly (readonly [GeoPoint, GeoPoint])[] {
  return ring.slice(1).map((end, index) => [ring[index] as GeoPoint, end]);
}

/** Exact for coordinates that are small multiples of a power of two. */
function isOnEdge(ring: readonly GeoPoint[], lon: number, lat: number): boolean {
  return edgesOf(ring).some(
    ([a, b]) =>
      (b.lon - a.lon) * (lat - a.lat) === (b.lat - a.lat) * (lon - a.lon) &&
      lon >= Math.min(a.lon, b.lon) &&
      lon <= Math.max(a.lon, b.lon) &&
      lat >= Math.min(a.lat, b.lat) &&
      lat <= Math.max(a.lat, b.lat),
  );
}

/** For rings that do not cross themselves: an odd number of edges lies to the east of the point. */
function isStrictlyInside(ring: readonly GeoPoint[], lon: number, lat: number): boolean {
  if (isOnEdge(ring, lon, lat)) return false;
  const crossed = edgesOf(ring).filter(
    ([a, b]) => a.lat > lat !== b.lat > lat && lon < ((b.lon - a.lon) * (lat - a.lat)) / (b.lat - a.lat) + a.lon,
  );
  return crossed.length % 2 === 1;
}

/** The slice of an id, by the textbook. */
export function sliceOf(id: PointId, total: number): number {
  const text = idText(id);
  const bytes = Buffer.alloc(id.kind === ID_NUMBER ? 8 : 16);
  if (id.kind === ID_NUMBER) bytes.writeBigUInt64LE(BigInt(text));
  else bytes.write(text.replaceAll('-', ''), 'hex');
  return Number(sipHash24(0n, 0n, bytes) % BigInt(total));
}

/** SipHash-2-4 as its paper has it: Aumasson & Bernstein 2012. */
export function sipHash24(k0: bigint, k1: bigint, message: Uint8Array): bigint {
  const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
  const rotated = (value: bigint, bits: bigint): bigint => u64((value << bits) | (value >> (64n - bits)));
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = (): void => {
    v0 = u64(v0 + v1);
    v1 = rotated(v1, 13n) ^ v0;
    v0 = rotated(v0, 32n);
    v2 = u64(v2 + v3);
    v3 = rotated(v3, 16n) ^ v2;
    v0 = u64(v0 + v3);
    v3 = rotated(v3, 21n) ^ v0;
    v2 = u64(v2 + v1);
    v1 = rotated(v1, 17n) ^ v2;
    v2 = rotated(v2, 32n);
  };
  const padded = Buffer.alloc((Math.floor(message.length / 8) + 1) * 8);
  padded.set(message);
  padded[padded.length - 1] = message.length & 255;
  for (let at = 0; at < padded.length; at += 8) {
    const block = padded.readBigUInt64LE(at);
    v3 ^= block;
    round();
    round();
    v0 ^= block;
  }
  v2 ^= 255n;
  for (let count = 0; count < 4; count++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}
