import * as wire from '../../generated/points.js';
import { big, fields, filterToWire, given, idToWire, type Json, type JsonObject, listOf } from './filter-to-wire.ts';
import { made } from './made.ts';
import {
  floats,
  lookupToWire,
  paramsToWire,
  payloadToWire,
  queryPointsToWire,
  shownToWire,
  strategyToWire,
  vectorsToWire,
} from './query-to-wire.ts';

/** Bodies of Qdrant's older searches, and of groups, as messages. */

type Shared = Pick<
  wire.SearchPoints,
  'filter' | 'params' | 'withPayload' | 'withVectors' | 'scoreThreshold' | 'offset'
>;

function sharedToWire(body: JsonObject): Shared {
  return {
    filter: given(body['filter'], filterToWire),
    params: given(body['params'], paramsToWire),
    scoreThreshold: body['score_threshold'] as number | undefined,
    ...shownToWire(body),
  };
}

type Nearest = Pick<wire.SearchPoints, 'vector' | 'vectorName' | 'sparseIndices'>;

function nearestToWire(json: Json): Nearest {
  if (Array.isArray(json)) return { vector: floats(json as Json), vectorName: undefined, sparseIndices: undefined };
  const { name, vector } = fields(json);
  if (Array.isArray(vector)) {
    return { vector: floats(vector as Json), vectorName: name as string, sparseIndices: undefined };
  }
  const { indices, values } = fields(vector);
  return { vector: floats(values), vectorName: name as string, sparseIndices: { data: indices as number[] } };
}

/** The body of `POST /points/search`. */
export function searchToWire(json: Json): wire.SearchPoints {
  const body = fields(json);
  return made(wire.SearchPoints, {
    collectionName: 'c',
    ...nearestToWire(body['vector'] ?? []),
    ...sharedToWire(body),
    limit: big(body['limit']) ?? 0n,
  });
}

type Place = Pick<wire.RecommendPoints, 'using' | 'lookupFrom'>;

function placeToWire(body: JsonObject): Place {
  return { using: body['using'] as string | undefined, lookupFrom: given(body['lookup_from'], lookupToWire) };
}

function olderVector(json: Json): wire.Vector {
  if (Array.isArray(json)) return made(wire.Vector, { data: floats(json as Json) });
  const { indices, values } = fields(json);
  return made(wire.Vector, {
    vector: { $case: 'sparse', value: { indices: indices as number[], values: floats(values) } },
  });
}

function isId(json: Json): boolean {
  return typeof json === 'number' || typeof json === 'string';
}

type Examples = Pick<
  wire.RecommendPoints,
  'positive' | 'positiveVectors' | 'negative' | 'negativeVectors' | 'strategy'
>;

/** Ids stand before vectors. */
function examplesToWire({ positive, negative, strategy }: JsonObject): Examples {
  const ids = (list: Json | undefined) => listOf(list).filter(isId).map(idToWire);
  const vectors = (list: Json | undefined) =>
    listOf(list)
      .filter((json) => !isId(json))
      .map(olderVector);
  return {
    positive: ids(positive),
    positiveVectors: vectors(positive),
    negative: ids(negative),
    negativeVectors: vectors(negative),
    strategy: strategyToWire(strategy),
  };
}

/** The body of `POST /points/recommend`. */
export function recommendToWire(json: Json): wire.RecommendPoints {
  const body = fields(json);
  return made(wire.RecommendPoints, {
    collectionName: 'c',
    ...examplesToWire(body),
    ...sharedToWire(body),
    ...placeToWire(body),
    limit: big(body['limit']) ?? 0n,
  });
}

function exampleToWire(json: Json): wire.VectorExample {
  return {
    example: isId(json) ? { $case: 'id', value: idToWire(json) } : { $case: 'vector', value: olderVector(json) },
  };
}

/** The body of `POST /points/discover`. */
export function discoverToWire(json: Json): wire.DiscoverPoints {
  const body = fields(json);
  return made(wire.DiscoverPoints, {
    collectionName: 'c',
    target: given(body['target'], (json) => ({ target: { $case: 'single', value: exampleToWire(json) } })),
    context: listOf(body['context']).map((pair) => ({
      positive: given(fields(pair)['positive'], exampleToWire),
      negative: given(fields(pair)['negative'], exampleToWire),
    })),
    ...sharedToWire(body),
    ...placeToWire(body),
    limit: big(body['limit']) ?? 0n,
  });
}

function withLookupToWire(json: Json): wire.WithLookup {
  if (typeof json === 'string') return made(wire.WithLookup, { collection: json });
  const { collection, with_payload: payload, with_vectors: vectors } = fields(json);
  return {
    collection: collection as string,
    withPayload: given(payload, payloadToWire),
    withVectors: given(vectors, vectorsToWire),
  };
}

type Groups = Pick<wire.SearchPointGroups, 'groupBy' | 'withLookup'>;

function groupsToWire(body: JsonObject): Groups {
  return { groupBy: body['group_by'] as string, withLookup: given(body['with_lookup'], withLookupToWire) };
}

/** The body of `POST /points/query/groups`. */
export function queryGroupsToWire(json: Json): wire.QueryPointGroups {
  const body = fields(json);
  return made(wire.QueryPointGroups, {
    ...queryPointsToWire(json),
    ...groupsToWire(body),
    groupSize: big(body['group_size']),
    limit: big(body['limit']),
  });
}

/** The body of `POST /points/search/groups`. */
export function searchGroupsToWire(json: Json): wire.SearchPointGroups {
  const body = fields(json);
  return made(wire.SearchPointGroups, {
    ...searchToWire(json),
    ...groupsToWire(body),
    groupSize: body['group_size'] as number,
    limit: body['limit'] as number,
  });
}

/** The body of `POST /points/recommend/groups`. */
export function recommendGroupsToWire(json: Json): wire.RecommendPointGroups {
  const body = fields(json);
  return made(wire.RecommendPointGroups, {
    ...recommendToWire(json),
    ...groupsToWire(body),
    groupSize: body['group_size'] as number,
    limit: body['limit'] as number,
  });
}
