import type { Value } from '../../generated/json_with_int.js';
import type * as wire from '../../generated/points.js';
import type { PointId } from '../../generated/qdrant_common.js';

/** Answers of gRPC in the form that REST gives them in. */

export function idToJson(id: PointId | undefined): unknown {
  const options = id?.pointIdOptions;
  return options?.$case === 'num' ? Number(options.value) : options?.value;
}

function valueToJson({ kind }: Value): unknown {
  switch (kind?.$case) {
    case 'integerValue':
      return Number(kind.value);
    case 'structValue':
      return payloadToJson(kind.value.fields);
    case 'listValue':
      return kind.value.values.map(valueToJson);
    case 'doubleValue':
    case 'stringValue':
    case 'boolValue':
      return kind.value;
    case 'nullValue':
    case undefined:
      return null;
  }
}

export function payloadToJson(payload: ReadonlyMap<string, Value>): Record<string, unknown> {
  return Object.fromEntries([...payload].map(([key, value]) => [key, valueToJson(value)]));
}

function vectorToJson({ vector }: wire.VectorOutput): unknown {
  switch (vector?.$case) {
    case 'dense':
      return Array.from(vector.value.data);
    case 'sparse':
      return { indices: vector.value.indices, values: Array.from(vector.value.values) };
    case 'multiDense':
      return vector.value.vectors.map(({ data }) => Array.from(data));
    case undefined:
      return undefined;
  }
}

function vectorsToJson(vectors: wire.VectorsOutput | undefined): unknown {
  const options = vectors?.vectorsOptions;
  if (options === undefined) return undefined;
  if (options.$case === 'vector') return vectorToJson(options.value);
  return Object.fromEntries([...options.value.vectors].map(([name, vector]) => [name, vectorToJson(vector)]));
}

/** What REST leaves out is undefined here; of a payload, which gRPC cannot leave out, an empty object. */
function recordToJson(
  point: Pick<wire.ScoredPoint, 'id' | 'payload' | 'vectors' | 'orderValue'>,
): Record<string, unknown> {
  const order = point.orderValue?.variant;
  return {
    id: idToJson(point.id),
    payload: payloadToJson(point.payload),
    vector: vectorsToJson(point.vectors),
    order_value: order === undefined ? undefined : Number(order.value),
  };
}

export function scoredToJson(point: wire.ScoredPoint): Record<string, unknown> {
  return { ...recordToJson(point), version: Number(point.version), score: point.score };
}

export function groupToJson({ id, hits, lookup }: wire.PointGroup): Record<string, unknown> {
  const kind = id?.kind;
  return {
    id: typeof kind?.value === 'bigint' ? Number(kind.value) : kind?.value,
    hits: hits.map(scoredToJson),
    lookup: lookup === undefined ? undefined : recordToJson(lookup),
  };
}

export function facetHitToJson({ value, count }: wire.FacetHit): Record<string, unknown> {
  const variant = value?.variant;
  return { value: typeof variant?.value === 'bigint' ? Number(variant.value) : variant?.value, count: Number(count) };
}
