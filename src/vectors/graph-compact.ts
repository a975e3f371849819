import type { Compute } from '../compute/compute.ts';
import { invariant } from '../base/invariant.ts';
import { VectorizerError } from '../core/errors.ts';
import * as layout from '../kernels/layout.ts';
import type { FieldMemory } from './field-memory.ts';
import { levelOf } from './levels.ts';

/** Rows in one task: some tens of milliseconds. */
const BATCH_ROWS = 512;

export interface GraphCompaction {
  readonly compute: Compute;
  readonly source: FieldMemory;
  /** Empty, in the source's arena. */
  readonly target: FieldMemory;
  /** Links of a row on the upper levels. */
  readonly m: number;
  /** Source rows to keep, strictly ascending. */
  readonly liveRows: Uint32Array;
  /** Source rows below are in the graph. */
  readonly sourceLinked: number;
  readonly signal: AbortSignal;
}

/** Copies rows and graph on all background threads; answers how many of the target's rows are in its graph. */
export async function compactGraph(work: GraphCompaction): Promise<number> {
  const { source, target, liveRows, sourceLinked } = work;
  const { arena } = source;
  const firstTail = liveRows.findIndex((row) => row >= sourceLinked);
  const linked = firstTail < 0 ? liveRows.length : firstTail;
  invariant(
    liveRows.every((row, index) => index === 0 || row > (liveRows[index - 1] ?? row)),
    'compaction: rows are strictly ascending',
  );
  const bytes = (liveRows.length + sourceLinked) * 4;
  const kept = arena.allocate(bytes);
  const numbers = kept + liveRows.length * 4;
  arena.u32.set(liveRows, kept / 4);
  arena.u32.fill(layout.NO_ROW, numbers / 4, numbers / 4 + sourceLinked);
  for (let row = 0; row < linked; row += 1) arena.u32[numbers / 4 + (liveRows[row] ?? 0)] = row;
  try {
    await copyRows(work, kept, numbers, linked);
  } finally {
    arena.free(kept, bytes);
  }
  target.writeWord(layout.FIELD_WIDE, source.readWord(layout.FIELD_WIDE));
  target.writeWord(layout.FIELD_ENTRY, highestRow(target, linked));
  return linked;
}

async function copyRows(work: GraphCompaction, kept: number, numbers: number, linked: number): Promise<void> {
  const { compute, source, target, m, liveRows, sourceLinked, signal } = work;
  const rowCount = liveRows.length;
  const shape = { padded: source.padded, rowCount: Math.max(sourceLinked, 1), beam: 1, links: 2 * m, top: 1 };
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < rowCount) {
      if (signal.aborted) throw new VectorizerError('timeout', 'the compaction of a segment was cancelled');
      const start = next;
      const end = Math.min(start + BATCH_ROWS, rowCount);
      next = end;
      // A page at a time as the copy goes on: all at once would stop the event loop.
      target.reserve(end, (row) => {
        const origin = liveRows[row];
        return origin === undefined ? levelOf(row, m) : source.levelOf(origin);
      });
      const rows = { source: source.field, target: target.field, kept, numbers, start, end, linked, sourceLinked };
      await compute.background({ arena: source.arena, shape, work: { kind: 'compact', ...rows } });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: compute.backgroundThreads }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** A row of the highest level: where walks begin. */
function highestRow(memory: FieldMemory, rowCount: number): number {
  if (rowCount === 0) return layout.NO_ROW;
  const levels = memory.copyLevels(rowCount);
  return levels.indexOf(levels.reduce((a, b) => Math.max(a, b), 0));
}
