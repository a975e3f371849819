import type { CollectionConfig, CollectionDiff } from './collection-config.ts';
import type { Filter } from './filter.ts';
import type { IdColumn, PointId } from './ids.ts';
import type { JsonPath } from './json-path.ts';
import type { FieldSchema } from './payload-schema.ts';

/**
 * What a user can ask, after parsing: one type an operation, the same for every door.
 * Collections are named as the user named them.
 */

/** Payload keys: a parsed path is the raw text, already checked against Qdrant's grammar (SEMANTICS.md 2.2). */
export type PayloadSelector =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'include'; readonly paths: readonly string[] }
  | { readonly kind: 'exclude'; readonly paths: readonly string[] };

export type VectorSelector =
  { readonly kind: 'none' } | { readonly kind: 'all' } | { readonly kind: 'names'; readonly names: readonly string[] };

/** A vector that does not go into the default dense field; `accept` refuses it or finds its field. */
export interface OtherVector {
  readonly pointIndex: number;
  readonly name: string;
  readonly kind: 'dense' | 'sparse' | 'multi' | 'inference';
}

/**
 * Points by column; no JavaScript number array and no object per point.
 * vectors        all default dense vectors end to end, in the order of the points, as sent (not normalised).
 * vectorStarts   count + 1 offsets into `vectors` in floats; start = end: the point has no default vector.
 * payloads       raw JSON objects end to end, as sent.
 * payloadStarts  count + 1 offsets into `payloads` in bytes; start = end: no payload.
 * The arrays may be views of SharedArrayBuffers or of transferred buffers. All are the receiver's own.
 */
export interface PointColumns {
  readonly ids: IdColumn;
  readonly vectors: Float32Array;
  readonly vectorStarts: Uint32Array;
  readonly payloads: Uint8Array;
  readonly payloadStarts: Uint32Array;
  readonly others: readonly OtherVector[];
}

export interface WriteOptions {
  readonly wait: boolean;
  readonly ordering: 'weak' | 'medium' | 'strong';
  /** Seconds after which a waiting write answers `wait_timeout`; undefined = the default of 60 s. */
  readonly timeoutSeconds: number | undefined;
}

export type Consistency = number | 'majority' | 'quorum' | 'all';

export interface ReadOptions {
  readonly consistency: Consistency | undefined;
  readonly timeoutSeconds: number | undefined;
}

export interface CreateCollection {
  readonly collection: string;
  readonly config: CollectionConfig;
}

export interface UpdateCollection {
  readonly collection: string;
  readonly diff: CollectionDiff;
}

export interface CollectionName {
  readonly collection: string;
}

/** Which points a change is for. */
export type PointsTarget =
  { readonly kind: 'ids'; readonly ids: IdColumn } | { readonly kind: 'filter'; readonly filter: Filter };

/** `insert_only` leaves points alone that exist; `update_only` those that do not. */
export type UpdateMode = 'upsert' | 'insert_only' | 'update_only';

/**
 * One change of points.
 * updateFilter  points that exist are changed only where they match; undefined = no condition.
 * payload       raw JSON of an object.
 * key           the place within the payload that `payload` is merged into; undefined = the payload itself.
 */
export type PointChange =
  | {
      readonly kind: 'upsert';
      readonly points: PointColumns;
      readonly mode: UpdateMode;
      readonly updateFilter: Filter | undefined;
    }
  | { readonly kind: 'delete'; readonly target: PointsTarget }
  | {
      readonly kind: 'set_payload';
      readonly target: PointsTarget;
      readonly payload: Uint8Array;
      readonly key: JsonPath | undefined;
    }
  | { readonly kind: 'overwrite_payload'; readonly target: PointsTarget; readonly payload: Uint8Array }
  | { readonly kind: 'delete_payload'; readonly target: PointsTarget; readonly keys: readonly JsonPath[] }
  | { readonly kind: 'clear_payload'; readonly target: PointsTarget }
  /** Columns without payloads; each point has a vector. The same id may stand there twice: the last one wins. */
  | { readonly kind: 'update_vectors'; readonly points: PointColumns; readonly updateFilter: Filter | undefined }
  /** Both may be given: then the filter's points come first, as an operation of their own. */
  | {
      readonly kind: 'delete_vectors';
      readonly names: readonly string[];
      readonly filter: Filter | undefined;
      readonly ids: IdColumn | undefined;
    };

export interface UpdatePoints extends WriteOptions {
  readonly collection: string;
  readonly change: PointChange;
}

/** Changes in order, each an operation of its own: the first that fails ends the batch, those before it stay. */
export interface UpdateBatch extends WriteOptions {
  readonly collection: string;
  readonly changes: readonly PointChange[];
}

export interface CreateFieldIndex extends WriteOptions {
  readonly collection: string;
  readonly path: JsonPath;
  readonly schema: FieldSchema;
}

export interface DeleteFieldIndex extends WriteOptions {
  readonly collection: string;
  readonly path: JsonPath;
}

/** `POST /points` and `GET /points/{id}`. Answers in the order of the ids, missing ones left out, repeated ones once. */
export interface RetrievePoints extends ReadOptions {
  readonly collection: string;
  readonly ids: readonly PointId[];
  readonly withPayload: PayloadSelector;
  readonly withVector: VectorSelector;
}

export interface GetPoint extends ReadOptions {
  readonly collection: string;
  readonly id: PointId;
}

/** Where an order begins, inclusive; datetimes in microseconds since 1970. */
export type StartFrom =
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'datetime'; readonly value: bigint };

/** Order by the values of an indexed field. */
export interface OrderBy {
  readonly path: JsonPath;
  readonly direction: 'asc' | 'desc';
  readonly startFrom: StartFrom | undefined;
}

export interface ScrollPoints extends ReadOptions {
  readonly collection: string;
  /** First id of the page (inclusive), which need not exist. */
  readonly offset: PointId | undefined;
  readonly limit: number;
  readonly filter: Filter | undefined;
  readonly orderBy: OrderBy | undefined;
  readonly withPayload: PayloadSelector;
  readonly withVector: VectorSelector;
}

export interface CountPoints extends ReadOptions {
  readonly collection: string;
  readonly filter: Filter | undefined;
  readonly exact: boolean;
}

/** Counts the points of each value of a field. */
export interface FacetPoints extends ReadOptions {
  readonly collection: string;
  readonly key: JsonPath;
  readonly limit: number;
  readonly filter: Filter | undefined;
  readonly exact: boolean;
}

export interface SearchParams {
  readonly hnswEf: number | undefined;
  readonly exact: boolean;
  readonly indexedOnly: boolean;
}

/** What a query looks for. `scroll` = no query at all: points by id, all scores 1. */
export type QueryTarget =
  | { readonly kind: 'scroll' }
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  | { readonly kind: 'id'; readonly id: PointId }
  | { readonly kind: 'order_by'; readonly orderBy: OrderBy };

export interface QueryPoints {
  readonly target: QueryTarget;
  /** Name of the vector field; '' = default. */
  readonly using: string;
  readonly limit: number;
  readonly offset: number;
  readonly scoreThreshold: number | undefined;
  readonly filter: Filter | undefined;
  readonly params: SearchParams;
  readonly withPayload: PayloadSelector;
  readonly withVector: VectorSelector;
}

export interface QueryBatch extends ReadOptions {
  readonly collection: string;
  readonly queries: readonly QueryPoints[];
}
