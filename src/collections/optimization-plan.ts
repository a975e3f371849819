import type { CollectionConfig } from '../core/collection-config.ts';
import type { Segment, SegmentField } from '../segments/segment.ts';
import { hasManySegments } from './compaction.ts';
import type { Shard } from './shard.ts';

/** Why a shard is worked on, in Qdrant's words; `checkpoint` is ours. */
export type OptimizerName = 'indexing' | 'merge' | 'vacuum' | 'config mismatch' | 'checkpoint';

/** Something that is to be done with segments of a shard. */
export interface DueWork {
  readonly optimizer: OptimizerName;
  readonly segments: readonly Segment[];
}

/** 8 MiB of codes, 11,000 rows of 768 dimensions, take a search about half a millisecond (docs/performance.md). */
const TAIL_BYTES_MAX = 8 * 2 ** 20;

/** The user has postponed graphs and compaction; checkpoints go on. */
export function isStopped(config: CollectionConfig): boolean {
  return config.optimizers.maxOptimizationThreads === 0;
}

/** What is to be done with a shard, in order, whether the user has postponed it or not. Cheap. */
export function dueWork(shard: Shard, config: CollectionConfig): readonly DueWork[] {
  const compaction = dueCompaction(shard, config);
  const indexing = shard.segments
    .filter((segment) => compaction?.segments.includes(segment) !== true && fieldsToIndex(segment, config).length > 0)
    .map((segment): DueWork => ({ optimizer: 'indexing', segments: [segment] }));
  return compaction === undefined ? indexing : [compaction, ...indexing];
}

/** The segments that are to be made anew, as one if they fit. */
export function dueCompaction(shard: Shard, config: CollectionConfig): DueWork | undefined {
  if (hasManySegments(shard)) return { optimizer: 'merge', segments: shard.segments };
  const segments = shard.segments.filter((segment) => needsCompaction(shard, segment, config));
  if (segments.length === 0) return undefined;
  return {
    optimizer: segments.some((segment) => isStale(shard, segment, config)) ? 'config mismatch' : 'vacuum',
    segments,
  };
}

/** Enough is removed, by Qdrant's rule for its vacuum; or fields are not indexed as the collection has it now. */
export function needsCompaction(shard: Shard, segment: Segment, config: CollectionConfig): boolean {
  if (isStale(shard, segment, config)) return true;
  const { deletedThreshold, vacuumMinVectorNumber } = config.optimizers;
  const { removedCount, rowCount } = segment;
  return removedCount >= vacuumMinVectorNumber && removedCount > rowCount * deletedThreshold;
}

/** What has no index and is too small for one stays as it is: it is made anew when it grows. */
function isStale(shard: Shard, segment: Segment, { optimizers }: CollectionConfig): boolean {
  return shard.isStale(segment, optimizers.indexingThreshold === 0 ? Infinity : optimizers.indexingThreshold * 1024);
}

/** The fields of a segment whose index is behind. */
export function fieldsToIndex(segment: Segment, config: CollectionConfig): readonly SegmentField[] {
  return segment.fields.filter((field) => needsIndexing(field, config));
}

/**
 * How far a shard's graphs are behind, in units of what a search scans beside them without much delay. Above 1 writers
 * should slow down: else a fast upload leaves each search ever more to scan, and the scans leave the graph no time.
 */
export function graphLag(shard: Shard, config: CollectionConfig): number {
  if (isStopped(config)) return 0;
  const bytes = shard.segments
    .flatMap((segment) => fieldsToIndex(segment, config))
    // A code takes a byte of what is four in f32.
    .reduce((sum, { statistics }) => sum + statistics.unindexedBytes / 4, 0);
  return bytes / TAIL_BYTES_MAX;
}

/** A field gets an index when its vectors pass the threshold; from then on every vector goes into it. */
function needsIndexing({ spec, statistics }: SegmentField, config: CollectionConfig): boolean {
  const { rowCount, indexedCount, bytes } = statistics;
  const { indexingThreshold } = config.optimizers;
  if (indexedCount >= rowCount || indexingThreshold === 0) return false;
  // Sparse vectors are indexed as they come; with m = 0 there is no graph.
  if (spec.kind === 'sparse' || spec.m === 0) return false;
  return indexedCount > 0 || bytes >= indexingThreshold * 1024;
}
