/** From the messages of @qdrant/js-client-grpc to the canonical form of ../README.md. */
import { toJson } from '@bufbuild/protobuf';
import {
  type BatchResult,
  type CollectionInfo,
  CollectionInfoSchema,
  ConnectError,
  ConnectErrorCode,
  type FacetHit,
  type GroupsResult,
  type ListAliasesResponse,
  type PointId,
  type RetrievedPoint,
  type ScoredPoint,
  type ScrollResponse,
  type SearchMatrixOffsets,
  type SearchMatrixPairs,
  type SnapshotDescription,
  type UpdateResult,
  UpdateStatus,
  type Value,
  type VectorOutput,
  type VectorsOutput,
} from '@qdrant/js-client-grpc';
import { integer, type Json } from '../rest/canonical.ts';

export function id(given: PointId | undefined): Json {
  return given === undefined ? null : String(given.pointIdOptions.value);
}

/** A double keeps its point, so that 2.0 is not taken for 2. */
function double(given: number): Json {
  const text = String(given);
  return integer(/[.e]/.test(text) ? text : `${text}.0`);
}

function value({ kind }: Value): Json {
  switch (kind.case) {
    case 'doubleValue':
      return double(kind.value);
    case 'integerValue':
      return integer(String(kind.value));
    case 'listValue':
      return kind.value.values.map(value);
    case 'structValue':
      return values(kind.value.fields);
    case 'boolValue':
    case 'stringValue':
      return kind.value;
    case 'nullValue':
    case undefined:
      return null;
  }
}

function values(given: Readonly<Record<string, Value>>): Json {
  return Object.fromEntries(Object.entries(given).map(([key, each]) => [key, value(each)]));
}

function vector({ vector: given, ...older }: VectorOutput): Json {
  // SURFACE.md section 2: answers leave the older fields empty.
  const { data, indices, vectorsCount } = older;
  if (data.length > 0 || indices !== undefined || vectorsCount !== undefined)
    throw new Error('an older field is filled');
  switch (given.case) {
    case 'dense':
      return given.value.data;
    case 'sparse':
      return { indices: given.value.indices, values: given.value.values };
    case 'multiDense':
      return given.value.vectors.map((row) => row.data);
    case undefined:
      return null;
  }
}

function vectors({ vectorsOptions: given }: VectorsOutput): Json {
  if (given.case === 'vector') return vector(given.value);
  const named = Object.entries(given.value?.vectors ?? {});
  return Object.fromEntries(named.map(([name, each]) => [name, vector(each)]));
}

export function point(found: ScoredPoint | RetrievedPoint): Json {
  const order = found.orderValue?.variant.value;
  return {
    id: id(found.id),
    payload: values(found.payload),
    ...('score' in found ? { version: integer(String(found.version)), score: found.score } : {}),
    ...(found.vectors === undefined ? {} : { vector: vectors(found.vectors) }),
    ...(order === undefined ? {} : { order_value: integer(String(order)) }),
  };
}

export function points(found: readonly (ScoredPoint | RetrievedPoint)[]): Json {
  return found.map(point);
}

export function ids(found: readonly (ScoredPoint | RetrievedPoint)[]): Json {
  return found.map((one) => id(one.id));
}

export function batch(found: readonly BatchResult[]): Json {
  return found.map((one) => points(one.result));
}

export function page(found: ScrollResponse): Json {
  return { points: points(found.result), next: id(found.nextPageOffset) };
}

export function groups(found: GroupsResult | undefined): Json {
  return (found?.groups ?? []).map(({ id: group, hits, lookup }) => ({
    id: typeof group?.kind.value === 'bigint' ? integer(String(group.kind.value)) : (group?.kind.value ?? null),
    hits: points(hits),
    ...(lookup === undefined ? {} : { lookup: point(lookup) }),
  }));
}

export function update(done: UpdateResult | undefined): Json {
  if (done === undefined) return null;
  return { operation_id: integer(String(done.operationId)), status: UpdateStatus[done.status].toLowerCase() };
}

export function facet(hits: readonly FacetHit[]): Json {
  return hits.map(({ value: found, count }) => {
    const shown = found?.variant.value;
    return [typeof shown === 'bigint' ? integer(String(shown)) : (shown ?? null), integer(String(count))];
  });
}

export function pairs(found: SearchMatrixPairs | undefined): Json {
  return (found?.pairs ?? []).map(({ a, b, score }) => [id(a), id(b), score]);
}

export function offsets(found: SearchMatrixOffsets | undefined): Json {
  return {
    offsets_row: (found?.offsetsRow ?? []).map(Number),
    offsets_col: (found?.offsetsCol ?? []).map(Number),
    scores: found?.scores ?? [],
    ids: (found?.ids ?? []).map(id),
  };
}

/** The fields that are set, by their names in the messages. */
function message(found: CollectionInfo): { readonly [key: string]: Json } {
  return toJson(CollectionInfoSchema, found, { useProtoFieldName: true }) as { readonly [key: string]: Json };
}

export function info(found: CollectionInfo): Json {
  const { status, optimizer_status, config } = message(found);
  const { metadata: _, ...settings } = config as { readonly [key: string]: Json };
  return {
    status: status ?? null,
    optimizer_status: optimizer_status ?? null,
    segments_count: String(found.segmentsCount),
    points_count: String(found.pointsCount),
    indexed_vectors_count: String(found.indexedVectorsCount),
    config: settings,
    metadata: values(found.config?.metadata ?? {}),
  };
}

/** [alias, collection], by the alias. */
export function aliases(found: ListAliasesResponse): readonly (readonly [string, string])[] {
  return found.aliases
    .map(({ aliasName, collectionName }) => [aliasName, collectionName] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

export function schema(found: CollectionInfo): Json {
  return { points_count: String(found.pointsCount), payload_schema: message(found)['payload_schema'] ?? {} };
}

/** The digits of its name, a peer and a time, differ; its size and time are there or not. */
export function snapshot(found: SnapshotDescription | undefined): Json {
  return {
    name: (found?.name ?? '').replaceAll(/\d+/g, 'N'),
    has_size: (found?.size ?? 0n) > 0n,
    checksum_length: (found?.checksum ?? '').length,
    has_creation_time: found?.creationTime !== undefined,
  };
}

/** Of a list, the first alone. */
export function snapshotList(found: readonly SnapshotDescription[]): Json {
  return found.slice(0, 1).map(snapshot);
}

/** The name of a gRPC code, as the protocol writes it. */
export function failure(error: unknown): Json {
  if (!(error instanceof ConnectError)) throw error;
  const code = ConnectErrorCode[error.code].replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  return { error: { code, message: error.rawMessage } };
}
