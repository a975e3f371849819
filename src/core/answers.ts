import type { CollectionConfig } from './collection-config.ts';
import type { MatchValue } from './filter.ts';
import type { PointId } from './ids.ts';
import type { FieldIndexInfo } from './payload-schema.ts';
import type { NamedVector } from './vectors.ts';

/** What operations answer, before a door renders it. */

export interface UpdateResult {
  readonly operationId: number | undefined;
  readonly status: 'acknowledged' | 'completed' | 'wait_timeout';
}

/**
 * One point of an answer.
 * payload  raw JSON text of an object, to be spliced into the answer as it is; undefined = not asked for.
 * vectors  those asked for that the point has, in no order that matters; undefined = not asked for. One that is named ''
 *          alone is shown as it is, anything else as an object by name (none: `{}`).
 */
export interface Record {
  readonly id: PointId;
  readonly payload: Uint8Array | undefined;
  readonly vectors: readonly NamedVector[] | undefined;
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

/** Points that have a value in a field, the best first. */
export interface PointGroup {
  readonly id: string | bigint;
  readonly hits: readonly ScoredPoint[];
  /** The point whose id the value is; undefined where none was asked for, or there is none. */
  readonly lookup: Record | undefined;
}

/**
 * Nearest neighbours within a sample of points, by column: rows[i] and columns[i] are places in `ids`, scores[i] what their
 * vectors score. Sorted by row, then best first.
 */
export interface DistanceMatrix {
  readonly ids: readonly PointId[];
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly scores: Float32Array;
}

/** A value of a field and how many points have it. */
export interface FacetHit {
  readonly value: MatchValue;
  readonly count: number;
}

/** Another name of a collection. */
export interface Alias {
  readonly alias: string;
  readonly collection: string;
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

/** What the optimizer does, did and will do (OpenAPI 1.19: OptimizationsResponse). undefined = not asked for. */
export interface OptimizationsReport {
  readonly summary: {
    readonly queuedOptimizations: number;
    readonly queuedSegments: number;
    readonly queuedPoints: number;
    readonly idleSegments: number;
  };
  readonly running: readonly Optimization[];
  readonly queued: readonly PendingOptimization[] | undefined;
  /** The latest first. */
  readonly completed: readonly Optimization[] | undefined;
  readonly idleSegments: readonly SegmentInfo[] | undefined;
}

export interface Optimization {
  readonly uuid: string;
  /** `indexing`, `merge`, `vacuum`, `config mismatch` or `checkpoint`. */
  readonly optimizer: string;
  readonly status: 'optimizing' | 'done' | { readonly cancelled: string } | { readonly error: string };
  /** As they were at the beginning. */
  readonly segments: readonly SegmentInfo[];
  readonly progress: Progress;
}

export interface PendingOptimization {
  readonly optimizer: string;
  readonly segments: readonly SegmentInfo[];
}

export interface SegmentInfo {
  readonly uuid: string;
  /** Points that are not deleted. */
  readonly pointsCount: number;
}

/** Times in milliseconds since 1970; undefined = not yet, not known, or not counted. */
export interface Progress {
  readonly name: string;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
  /** Units of work. */
  readonly done: number | undefined;
  readonly total: number | undefined;
  readonly children: readonly Progress[];
}

/**
 * What of a collection takes how much memory, and of the disk what takes its place. Bytes.
 * vectors  by name; `originals` in memory beside the codes, `originalsOnDisk` in files.
 */
export interface MemoryReport {
  readonly vectors: readonly VectorMemory[];
  readonly payloads: {
    /** What no checkpoint has written yet. */
    readonly overlay: number;
    /** Kept between walks over all payloads. */
    readonly chunks: number;
    /** Matches of filters, kept for the next time. */
    readonly matches: number;
  };
  /** By the field that is indexed. */
  readonly payloadIndexes: readonly { readonly field: string; readonly bytes: number }[];
  /** Ids, versions and places of points. */
  readonly ids: number;
  /** Of the whole process. */
  readonly process: ProcessMemory;
}

export interface VectorMemory {
  readonly name: string;
  readonly codes: number;
  readonly index: number;
  readonly originals: number;
  /** Vectors that wait for the next checkpoint. */
  readonly pending: number;
  readonly originalsOnDisk: number;
}

export interface ProcessMemory {
  readonly budget: number;
  /** What is counted against the budget, of all collections. */
  readonly used: number;
  readonly resident: number;
  /** Values that were read last, of all collections. */
  readonly valueCache: number;
  /** What has been given up so that the budget is kept. */
  readonly pressure: MemoryPressure;
}

/** In the order in which they are taken: each one includes those before it. */
export type MemoryPressure = 'none' | 'caches' | 'originals' | 'checkpoints' | 'refusing';
