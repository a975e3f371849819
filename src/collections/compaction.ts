import { setImmediate as nextTurn } from 'node:timers/promises';
import { present } from '../base/invariant.ts';
import type { Segment } from '../segments/segment.ts';
import type { Shard } from './shard.ts';

/** Rows brought over before the event loop turns: 256 warm reads take half a millisecond. */
const PIECE_ROWS = 256;
/** Originals that are brought over before they are written to a file. */
const FLUSH_BYTES = 16 * 2 ** 20;
/** Every search visits every segment: above this number they are made one. */
const SEGMENTS_MAX = 4;
/** Codes of one segment live in one arena of 4 GiB; segments that together come near to it are not made one. */
const MERGED_BYTES_MAX = 3 * 2 ** 30;

/** Live rows of a segment that go into the new one. */
interface Part {
  readonly source: Segment;
  readonly rows: Uint32Array;
}

/** Whether a shard has so many segments that they should become one. */
export function hasManySegments(shard: Shard): boolean {
  return shard.segments.length > SEGMENTS_MAX && fitsOneSegment(shard.segments);
}

/**
 * Gives the space of removed rows back: the segments that are due (all of them where there are too many) are copied
 * without those rows into one new segment, which takes their place. New rows meanwhile go to a segment of their own;
 * rows removed meanwhile are removed from the copy in the moment of the exchange. Cancelling leaves everything as it was.
 */
export async function compactSegments(
  shard: Shard,
  isDue: (segment: Segment) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const due = hasManySegments(shard) ? [...shard.segments] : shard.segments.filter(isDue);
  if (due.length === 0) return;
  const last = shard.segments.at(-1);
  if (last !== undefined && due.includes(last)) await shard.between(() => shard.startSegment());
  const groups = fitsOneSegment(due) ? [due] : due.map((segment) => [segment]);
  for (const group of groups) {
    if (!signal.aborted) await compactGroup(shard, group, signal);
  }
}

async function compactGroup(shard: Shard, sources: readonly Segment[], signal: AbortSignal): Promise<void> {
  // The largest graph that is built with today's parameters comes along; rows of the others are put into it anew.
  const carrier = sources
    .filter((segment) => !shard.isStale(segment))
    .toSorted((a, b) => b.indexedCount - a.indexedCount)[0];
  const ordered = carrier === undefined ? sources : [carrier, ...sources.filter((segment) => segment !== carrier)];
  const parts = ordered.map((source): Part => ({ source, rows: source.liveRows() }));
  await shard.buildSegment(async (target, flush) => {
    if (carrier?.dense !== undefined && parts[0] !== undefined) {
      const field = present(target.dense, 'compaction: segments of a shard have the same fields');
      await carrier.dense.compactInto(field, parts[0].rows, signal);
    }
    for (const { source, rows } of parts) {
      for (let first = 0; first < rows.length; first += PIECE_ROWS) {
        signal.throwIfAborted();
        const piece = rows.subarray(first, first + PIECE_ROWS);
        target.adopt(source, piece, source === carrier ? 'encoded' : 'encode');
        if (target.originals.pendingBytes > FLUSH_BYTES) await flush();
        await nextTurn();
      }
    }
    await flush();
    if (sources.some((segment) => segment.indexedCount > 0)) await target.dense?.buildIndex({ signal });
    await shard.replaceSegments(sources, target, () => carryChanges(parts, target));
  });
}

/** Brings to the copy what happened to the originals since their live rows were listed: removals, later versions. */
function carryChanges(parts: readonly Part[], target: Segment): void {
  let copy = 0;
  for (const { source, rows } of parts) {
    for (const row of rows) {
      if (source.removed.has(row)) target.delete(target.rows.idAt(copy));
      else target.rows.setVersion(copy, source.rows.versionAt(row));
      copy++;
    }
  }
}

function fitsOneSegment(segments: readonly Segment[]): boolean {
  const bytes = segments.reduce(
    (sum, { statistics }) => sum + statistics.liveCount * (statistics.dimension * 3 + 200),
    0,
  );
  return bytes <= MERGED_BYTES_MAX;
}
