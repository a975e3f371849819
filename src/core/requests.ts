import type { CollectionConfig, CollectionDiff } from './collection-config.ts';
import type { IdColumn, PointId } from './ids.ts';

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

export interface UpsertPoints extends WriteOptions {
  readonly collection: string;
  readonly points: PointColumns;
}

export interface DeletePoints extends WriteOptions {
  readonly collection: string;
  readonly ids: IdColumn;
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
  readonly withPayload: PayloadSelector;
  readonly withVector: VectorSelector;
}

export interface CountPoints extends ReadOptions {
  readonly collection: string;
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
  | { readonly kind: 'id'; readonly id: PointId };

export interface QueryPoints {
  readonly target: QueryTarget;
  /** Name of the vector field; '' = default. */
  readonly using: string;
  readonly limit: number;
  readonly offset: number;
  readonly scoreThreshold: number | undefined;
  readonly params: SearchParams;
  readonly withPayload: PayloadSelector;
  readonly withVector: VectorSelector;
}

export interface QueryBatch extends ReadOptions {
  readonly collection: string;
  readonly queries: readonly QueryPoints[];
}
