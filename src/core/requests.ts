import type { CollectionConfig, CollectionDiff, VectorFieldConfig } from './collection-config.ts';
import type { Filter } from './filter.ts';
import type { IdColumn, PointId } from './ids.ts';
import type { JsonPath } from './json-path.ts';
import type { FieldSchema } from './payload-schema.ts';
import type { OrderBy, QueryStep } from './query.ts';
import type { InferredVector, VectorColumn } from './vectors.ts';

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

/**
 * Points by column; no JavaScript number array and no object per point.
 * vectors        a column for each name and kind of vector that the points have, as sent (not normalised).
 * inferred       vectors that a model has to make; they come into columns before a change is accepted.
 * payloads       raw JSON objects end to end, as sent.
 * payloadStarts  count + 1 offsets into `payloads` in bytes; start = end: no payload.
 * The arrays may be views of SharedArrayBuffers or of transferred buffers. All are the receiver's own.
 */
export interface PointColumns {
  readonly ids: IdColumn;
  readonly vectors: readonly VectorColumn[];
  readonly inferred: readonly InferredVector[];
  readonly payloads: Uint8Array;
  readonly payloadStarts: Uint32Array;
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

/** One change of aliases. Creating one that is there lets it stand for another collection. */
export type AliasAction =
  | { readonly kind: 'create'; readonly collection: string; readonly alias: string }
  | { readonly kind: 'delete'; readonly alias: string }
  | { readonly kind: 'rename'; readonly alias: string; readonly newAlias: string };

/** Changes in order, each an operation of its own: the first that fails ends the list, those before it stay. */
export interface ChangeAliases {
  readonly actions: readonly AliasAction[];
}

/** `GET /collections/{c}/optimizations`. What is not asked for is left out. */
export interface GetOptimizations {
  readonly collection: string;
  readonly queued: boolean;
  readonly completed: boolean;
  readonly idleSegments: boolean;
  /** At most so many that are completed; 16 where it is not given. */
  readonly completedLimit: number;
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

/** Adds a vector field to a collection that lives; its points have no such vector yet. */
export interface CreateVectorField extends WriteOptions {
  readonly collection: string;
  readonly field: VectorFieldConfig;
}

/** Takes a vector field and its data away; a name that is unknown is no fault. */
export interface DeleteVectorField extends WriteOptions {
  readonly collection: string;
  readonly name: string;
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

/** Which shards are asked, where a collection has shards by key; undefined = all. */
export type ShardKeys = readonly (string | bigint)[] | undefined;

/** The query itself: what its last step finds, and what of it is shown. */
export interface QueryPoints extends QueryStep {
  readonly offset: number;
  readonly withPayload: PayloadSelector;
  readonly withVector: VectorSelector;
  readonly shardKeys: ShardKeys;
}

export interface QueryBatch extends ReadOptions {
  readonly collection: string;
  readonly queries: readonly QueryPoints[];
}

/** Looks up a point of another collection for each group, by the group's value as its id. */
export interface GroupLookup {
  readonly collection: string;
  readonly withPayload: PayloadSelector;
  readonly withVector: VectorSelector;
}

/** The best points of each value of a payload field. `query.limit` and `query.offset` mean nothing here. */
export interface QueryGroups extends ReadOptions {
  readonly collection: string;
  readonly query: QueryPoints;
  readonly groupBy: JsonPath;
  /** Points of a group, at most. */
  readonly groupSize: number;
  /** Groups, at most. */
  readonly limit: number;
  readonly withLookup: GroupLookup | undefined;
}

/** Nearest neighbours of each of a random sample of points, within that sample. */
export interface SearchMatrix extends ReadOptions {
  readonly collection: string;
  readonly using: string;
  readonly filter: Filter | undefined;
  readonly sample: number;
  /** Neighbours of a point. */
  readonly limit: number;
  readonly shardKeys: ShardKeys;
}

/** `POST /points/query/explain`: how a query is carried out, and why points are not in its answer. */
export interface ExplainQuery extends ReadOptions {
  readonly collection: string;
  readonly query: QueryPoints;
  readonly whyNot: readonly PointId[];
}
