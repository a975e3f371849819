/** From Qdrant's REST answers to the canonical form of ../README.md. */

/** Any JSON; its numbers are the server's own text (JSON.rawJSON), so that no digit is lost. */
export type Json = null | boolean | string | number | RawNumber | readonly Json[] | { readonly [key: string]: Json };

/** What JSON.rawJSON makes: JSON.stringify writes it as it is. */
export interface RawNumber {
  readonly rawJSON: string;
}

interface JsonWithSource {
  rawJSON(text: string): RawNumber;
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source: string }) => unknown): Json;
}

const json = JSON as unknown as JsonWithSource;

/** A whole number of any size, as JSON.stringify is to write it. */
export function integer(digits: string): RawNumber {
  return json.rawJSON(digits);
}

/** JSON.parse that keeps every digit. */
export function parseExactly(text: string): Json {
  return json.parse(text, (_, value, { source }) => (typeof value === 'number' ? json.rawJSON(source) : value));
}

export type Render = (result: Json) => Json;

type Fields = { readonly [key: string]: Json };

function fields(value: Json | undefined): Fields {
  return (value ?? {}) as Fields;
}

function list(value: Json | undefined): readonly Json[] {
  return (value ?? []) as readonly Json[];
}

/** A point id of JSON as a string: ids are strings in the canonical form. */
function id(value: Json | undefined): Json {
  return typeof value === 'object' && value !== null && 'rawJSON' in value ? value.rawJSON : (value ?? null);
}

/** One point, of a search or of a read: what is absent stays absent, but a payload that was not asked for is `{}`, as in gRPC. */
export const point: Render = (result) => {
  const { id: pointId, version, score, payload, vector, order_value } = fields(result);
  return {
    id: id(pointId),
    ...(score === undefined ? {} : { version: version ?? null, score }),
    payload: payload ?? {},
    // gRPC answers "no vectors of a collection with names" by an empty map as well as REST does.
    ...(vector === undefined || vector === null ? {} : { vector }),
    ...(order_value === undefined || order_value === null ? {} : { order_value }),
  };
};

export const points: Render = (result) =>
  list(Array.isArray(result) ? result : (fields(result)['points'] ?? [])).map(point);
export const batch: Render = (result) => list(result).map(points);
export const ids: Render = (result) => list(points(result)).map((one) => fields(one)['id'] ?? null);
/** Only which points came, whatever their order: for what is drawn at random. */
export const idSet: Render = (result) => (ids(result) as readonly string[]).toSorted();
export const page: Render = (result) => ({
  points: points(result),
  next: id(fields(result)['next_page_offset']),
});
export const scrolledIds: Render = (result) => ids(fields(result)['points'] ?? []);
export const groups: Render = (result) =>
  list(fields(result)['groups']).map((group) => {
    const { id: groupId, hits, lookup } = fields(group);
    return {
      id: groupId ?? null,
      hits: points(hits ?? []),
      ...(lookup === undefined || lookup === null ? {} : { lookup: point(lookup) }),
    };
  });
export const update: Render = (result) => {
  const { operation_id, status } = fields(result);
  return { operation_id: operation_id ?? null, status: status ?? null };
};
export const updates: Render = (result) => list(result).map(update);
export const count: Render = (result) => fields(result)['count'] ?? null;
export const facet: Render = (result) =>
  list(fields(result)['hits']).map((hit) => [fields(hit)['value'] ?? null, fields(hit)['count'] ?? null]);
export const pairs: Render = (result) =>
  list(fields(result)['pairs']).map((pair) => {
    const { a, b, score } = fields(pair);
    return [id(a), id(b), score ?? null];
  });
export const offsets: Render = (result) => ({ ...fields(result), ids: list(fields(result)['ids']).map(id) });
export const names: Render = (result) =>
  list(fields(result)['collections']).map((collection) => fields(collection)['name'] ?? null);
/** [alias, collection], by the alias. */
export const aliases: Render = (result) =>
  list(fields(result)['aliases'])
    .map((alias) => [fields(alias)['alias_name'] as string, fields(alias)['collection_name'] ?? null] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
export const aliasNames: Render = (result) => list(aliases(result)).map((pair) => list(pair)[0] ?? null);
export const pointsCount: Render = (result) => fields(result)['points_count'] ?? null;
export const exists: Render = (result) => fields(result)['exists'] ?? null;
/** A peer and a time are the digits of a name, which differ; a size and a time are there or not. */
export const snapshot: Render = (result) => {
  const { name, size, checksum, creation_time } = fields(result);
  return {
    name: ((name ?? '') as string).replaceAll(/\d+/g, 'N'),
    has_size: Number((size as RawNumber | undefined)?.rawJSON) > 0,
    checksum_length: ((checksum ?? '') as string).length,
    has_creation_time: typeof creation_time === 'string',
  };
};
/** The first alone: a server that keeps others has them after it or before. */
export const snapshots: Render = (result) => list(result).slice(0, 1).map(snapshot);
export const same: Render = (result) => result;
export const service: Render = (result) => ({
  title: fields(result)['title'] ?? null,
  version: fields(result)['version'] ?? null,
});
