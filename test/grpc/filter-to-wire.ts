import type { Timestamp } from '../../generated/google/protobuf/timestamp.js';
import type * as wire from '../../generated/qdrant_common.js';

/** JSON of Qdrant's REST bodies as messages of its gRPC, as client libraries translate them. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** An object whose fields are read as what the caller knows that they are. */
export function fields(json: Json | undefined): JsonObject {
  return json as JsonObject;
}

export function listOf(json: Json | undefined): readonly Json[] {
  return (json ?? []) as readonly Json[];
}

export function big(json: Json | undefined): bigint | undefined {
  return json === undefined ? undefined : BigInt(json as number);
}

/** What `read` makes of a value that is there. */
export function given<T>(json: Json | undefined, read: (json: Json) => T): T | undefined {
  return json === undefined || json === null ? undefined : read(json);
}

export function idToWire(json: Json): wire.PointId {
  return {
    pointIdOptions:
      typeof json === 'number' ? { $case: 'num', value: BigInt(json) } : { $case: 'uuid', value: json as string },
  };
}

export function filterToWire(json: Json): wire.Filter {
  const { must, should, must_not: mustNot, min_should: minShould } = fields(json);
  return {
    must: listOf(must).map(conditionToWire),
    should: listOf(should).map(conditionToWire),
    mustNot: listOf(mustNot).map(conditionToWire),
    minShould: given(minShould, (json) => ({
      conditions: listOf(fields(json)['conditions']).map(conditionToWire),
      minCount: big(fields(json)['min_count']) ?? 0n,
    })),
  };
}

export function conditionToWire(json: Json): wire.Condition {
  return { conditionOneOf: conditionCase(fields(json)) };
}

function conditionCase(condition: JsonObject): wire.Condition['conditionOneOf'] {
  const { key, is_empty: isEmpty, is_null: isNull, has_id: hasId, has_vector: hasVector, nested, slice } = condition;
  if (key !== undefined) return { $case: 'field', value: fieldToWire(condition) };
  if (isEmpty !== undefined) return { $case: 'isEmpty', value: { key: fields(isEmpty)['key'] as string } };
  if (isNull !== undefined) return { $case: 'isNull', value: { key: fields(isNull)['key'] as string } };
  if (hasId !== undefined) return { $case: 'hasId', value: { hasId: listOf(hasId).map(idToWire) } };
  if (hasVector !== undefined) return { $case: 'hasVector', value: { hasVector: hasVector as string } };
  if (slice !== undefined) return { $case: 'slice', value: slice as unknown as wire.SliceCondition };
  if (nested !== undefined) {
    const { key, filter } = fields(nested);
    return { $case: 'nested', value: { key: key as string, filter: given(filter, filterToWire) } };
  }
  return { $case: 'filter', value: filterToWire(condition) };
}

function fieldToWire(condition: JsonObject): wire.FieldCondition {
  const { range } = condition;
  const isDated = range !== undefined && Object.values(fields(range)).some((bound) => typeof bound === 'string');
  return {
    key: condition['key'] as string,
    match: given(condition['match'], matchToWire),
    range: isDated ? undefined : (range as wire.Range | undefined),
    datetimeRange: isDated ? boundsToWire(fields(range), timestampOf) : undefined,
    geoBoundingBox: given(condition['geo_bounding_box'], (json) => ({
      topLeft: fields(json)['top_left'] as unknown as wire.GeoPoint,
      bottomRight: fields(json)['bottom_right'] as unknown as wire.GeoPoint,
    })),
    geoRadius: condition['geo_radius'] as wire.GeoRadius | undefined,
    geoPolygon: given(condition['geo_polygon'], (json) => ({
      exterior: fields(json)['exterior'] as unknown as wire.GeoLineString,
      interiors: listOf(fields(json)['interiors']) as unknown as wire.GeoLineString[],
    })),
    valuesCount: given(condition['values_count'], (json) =>
      boundsToWire(fields(json), (bound) => BigInt(bound as number)),
    ),
    isEmpty: condition['is_empty'] as boolean | undefined,
    isNull: condition['is_null'] as boolean | undefined,
  };
}

function matchToWire(json: Json): wire.Match {
  return { matchValue: matchCase(fields(json)) };
}

function matchCase({
  value,
  text,
  text_any: textAny,
  phrase,
  prefix,
  any,
  except,
}: JsonObject): wire.Match['matchValue'] {
  if (typeof value === 'string') return { $case: 'keyword', value };
  if (typeof value === 'number') return { $case: 'integer', value: BigInt(value) };
  if (typeof value === 'boolean') return { $case: 'boolean', value };
  if (typeof text === 'string') return { $case: 'text', value: text };
  if (typeof textAny === 'string') return { $case: 'textAny', value: textAny };
  if (typeof phrase === 'string') return { $case: 'phrase', value: phrase };
  if (typeof prefix === 'string') return { $case: 'prefix', value: prefix };
  const list = listOf(any ?? except);
  if (list.length > 0 && list.every((value) => typeof value === 'number')) {
    return { $case: any === undefined ? 'exceptIntegers' : 'integers', value: { integers: list.map(BigInt) } };
  }
  return { $case: any === undefined ? 'exceptKeywords' : 'keywords', value: { strings: list as string[] } };
}

function boundsToWire<T>(
  bounds: JsonObject,
  read: (bound: Json) => T,
): Partial<Record<'lt' | 'gt' | 'lte' | 'gte', T>> {
  return Object.fromEntries(
    Object.entries(bounds).flatMap(([name, bound]) => (bound === undefined ? [] : [[name, read(bound ?? null)]])),
  );
}

/** text: an ISO date of milliseconds. */
export function timestampOf(text: Json): Timestamp {
  const ms = Date.parse(text as string);
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}
