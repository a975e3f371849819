import { bitsOf } from '../base/bitset.ts';
import { notFound, type VectorizerError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import { idAt, idText, type PointId } from '../core/ids.ts';
import type { PointsTarget } from '../core/requests.ts';
import type { Segment } from '../segments/segment.ts';
import type { FieldIndexes } from './field-indexes.ts';
import type { Payloads } from './payloads.ts';
import type { PointSlots } from './point-slots.ts';
import type { ShardVectorFields } from './shard-vector-fields.ts';

/** Where a point stands. */
export interface Place {
  readonly segment: Segment;
  readonly row: number;
}

/** What an update changes: a shard's points and what is known of them. */
export interface ShardState {
  /** The last one takes new rows. */
  readonly segments: readonly Segment[];
  readonly payloads: Payloads;
  readonly slots: PointSlots;
  readonly fields: FieldIndexes;
  readonly vectorFields: ShardVectorFields;
  find(id: PointId): Place | undefined;
  /** The point of a live slot. */
  idAt(slot: number): PointId;
  /** Puts a new segment for new rows behind the others. */
  startSegment(): Segment;
  /** The slots whose points match now, as a bitmap. */
  matching(filter: Filter): Promise<Uint32Array>;
  /** Tells that the point of a slot has changed in any way: cached results of filters are brought up to date with it. */
  changed(slot: number): void;
}

/** What became of an update. */
export interface Applied {
  /** Points that were written. */
  readonly pointCount: number;
  /** What Qdrant answers although it has carried out a part. */
  readonly refusal?: VectorizerError | undefined;
  /** Work behind the update that a waiting client waits for: an index that is being built. */
  readonly settled?: Promise<void>;
}

/** What an update needs beside the state and itself. */
export interface Applying {
  /** Becomes the version of every point that is written. */
  readonly sequence: number;
  /** Awaited between slices, so that a large record never holds the event loop. */
  readonly giveWay: () => Promise<void>;
}

/** Rows or points handled in one piece: 64 rows of 768 floats take well under a millisecond. */
export const SLICE_ROWS = 64;

/** Qdrant looks for missing points in chunks of so many: those before and in a chunk with a missing one are changed. */
export const CHUNK_POINTS = 32;

/**
 * The points that a target names, in chunks. Ids are given as they are, whether there are such points or not; a filter
 * is evaluated at once, so that changes on the way do not move it.
 */
export async function* targetIds(
  state: ShardState,
  target: PointsTarget,
): AsyncGenerator<readonly PointId[], void, undefined> {
  if (target.kind === 'ids') {
    const { ids } = target;
    for (let first = 0; first < ids.count; first += CHUNK_POINTS) {
      const count = Math.min(CHUNK_POINTS, ids.count - first);
      yield Array.from({ length: count }, (_, index) => idAt(ids, first + index));
    }
    return;
  }
  const words = await state.matching(target.filter);
  let chunk: PointId[] = [];
  for (const slot of bitsOf(words)) {
    chunk.push(state.idAt(slot));
    if (chunk.length < CHUNK_POINTS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** What Qdrant answers to a change of a point that does not exist. */
export function missingPoint(id: PointId): VectorizerError {
  return notFound(`No point with id ${idText(id)} found`);
}
