import type { HnswConfigDiff } from './collection-config.ts';
import { badInput } from './errors.ts';

/**
 * What a collection may ask for at most. Qdrant takes any number and dies of it; one request must not cost the process
 * its memory.
 */
export const CONFIG_LIMITS = {
  /** A shard has a log, segments and a task queue of its own. */
  shardNumber: 1000,
  /** 2 m + 1 words a point: at 1,000 links a graph is larger than most vectors. */
  hnswM: 1000,
  /** The beam of an insertion, in points. */
  hnswEfConstruct: 100_000,
  /** Each has codes and an index of its own in every segment: some 50 KB before the first vector. */
  vectorFields: 1000,
  /** Vector fields, counted once a shard. */
  vectorFieldsOfShards: 10_000,
} as const;

/** Dimensions of a vector: Qdrant's own limit. */
export const VECTOR_SIZE_MAX = 65_536;

/** Throws bad_input for more shards than a collection may have. */
export function checkShardNumber(shardNumber: number): void {
  requireAtMost('shard_number', shardNumber, CONFIG_LIMITS.shardNumber);
}

/** Throws bad_input for HNSW parameters beyond the limits. `path` names them: `hnsw_config`. */
export function checkHnswLimits(path: string, hnsw: HnswConfigDiff | undefined): void {
  requireAtMost(`${path}.m`, hnsw?.m, CONFIG_LIMITS.hnswM);
  requireAtMost(`${path}.payload_m`, hnsw?.payloadM, CONFIG_LIMITS.hnswM);
  requireAtMost(`${path}.ef_construct`, hnsw?.efConstruct, CONFIG_LIMITS.hnswEfConstruct);
}

/** Throws bad_input for more vector fields (dense and sparse) than a collection of so many shards may have. */
export function checkVectorFieldCount(fieldCount: number, shardNumber: number): void {
  requireAtMost('vectors: number of vectors', fieldCount, CONFIG_LIMITS.vectorFields);
  requireAtMost(
    'vectors: number of vectors times shard_number',
    fieldCount * shardNumber,
    CONFIG_LIMITS.vectorFieldsOfShards,
  );
}

function requireAtMost(path: string, value: number | undefined, most: number): void {
  if (value !== undefined && value > most) {
    throw badInput(`${path}: value ${value} invalid, must be ${most} or smaller in this version of Vectorizer`);
  }
}
