import type { CollectionConfig } from './collection-config.ts';
import type { MatchValue } from './filter.ts';
import type { PointId } from './ids.ts';
import type { FieldIndexInfo } from './payload-schema.ts';

/** What operations answer, before a door renders it. */

export interface UpdateResult {
  readonly operationId: number | undefined;
  readonly status: 'acknowledged' | 'completed' | 'wait_timeout';
}

/**
 * One point of an answer.
 * payload  raw JSON text of an object, to be spliced into the answer as it is; undefined = not asked for.
 * vector   undefined = not asked for; `{ default: undefined }` renders `{}`: the point has no vector.
 */
export interface Record {
  readonly id: PointId;
  readonly payload: Uint8Array | undefined;
  readonly vector: { readonly default: Float32Array | undefined } | undefined;
  /** The value that the point was ordered by: bigint for integers and datetimes (microseconds), number for floats. */
  readonly orderValue?: bigint | number | undefined;
}

export interface ScoredPoint extends Record {
  /** Operation id of the last update of the point. */
  readonly version: number;
  readonly score: number;
}

export interface ScrollPage {
  readonly points: readonly Record[];
  readonly nextPageOffset: PointId | undefined;
}

/** A value of a field and how many points have it. */
export interface FacetHit {
  readonly value: MatchValue;
  readonly count: number;
}

export interface CollectionInfo {
  readonly status: 'green' | 'yellow' | 'grey' | 'red';
  /** undefined = ok. */
  readonly optimizerError: string | undefined;
  readonly indexedVectorsCount: number;
  readonly pointsCount: number;
  readonly segmentsCount: number;
  readonly config: CollectionConfig;
  readonly updateQueueLength: number;
  readonly payloadSchema: readonly FieldIndexInfo[];
}
