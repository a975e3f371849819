import { setImmediate as nextTurn } from 'node:timers/promises';
import { present } from '../base/invariant.ts';
import type { Segment } from '../segments/segment.ts';
import type { Shard } from './shard.ts';

/** Rows brought over before the event loop turns: 256 warm reads take half a millisecond. */
const PIECE_ROWS = 256;
/** Originals that are brought over before they are written to a file. */
const FLUSH_BYTES = 16 * 2 ** 20;

/**
 * Gives the space of removed rows back: every segment that `isDue` is copied without them, graph and all, and the copy
 * takes its place. New rows meanwhile go to a segment of their own; rows removed meanwhile are removed from the copy in
 * the moment of the exchange. Cancelling leaves everything as it was.
 */
export async function compactSegments(
  shard: Shard,
  isDue: (segment: Segment) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const old = shard.segments.filter(isDue);
  for (const segment of old) {
    if (signal.aborted) return;
    if (segment === shard.segments.at(-1)) await shard.startSegment();
    await compactSegment(shard, segment, signal);
  }
}

async function compactSegment(shard: Shard, source: Segment, signal: AbortSignal): Promise<void> {
  const live = source.liveRows();
  await shard.buildSegment(async (target, flush) => {
    // With other parameters than the old graph's there is nothing to bring over: rows come with their codes, and a new
    // graph is built before the exchange.
    const isStale = shard.isStale(source);
    if (source.dense !== undefined && !isStale) {
      await source.dense.compactInto(present(target.dense, 'compaction: same fields'), live, signal);
    }
    for (let first = 0; first < live.length; first += PIECE_ROWS) {
      signal.throwIfAborted();
      target.adopt(source, live.subarray(first, first + PIECE_ROWS), isStale ? 'encode' : 'encoded');
      if (target.originals.pendingBytes > FLUSH_BYTES) await flush();
      await nextTurn();
    }
    await flush();
    if (isStale) await target.dense?.buildIndex({ signal });
    await shard.replaceSegments([source], target, () => {
      live.forEach((row, index) => {
        if (source.removed.has(row)) target.delete(target.rows.idAt(index));
      });
    });
  });
}
