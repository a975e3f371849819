import type { Distance } from '../../core/collection-config.ts';
import { rawScore } from '../../core/distances.ts';
import type { SegmentOptions } from '../../segments/segment.ts';
import { diverseRows, hasVector } from '../../segments/vector-block.ts';
import type { FoundPoint } from './found-point.ts';

/** What is chosen by. */
export interface MmrChoice {
  readonly using: string;
  readonly distance: Distance;
  /** 0 (relevance alone) … 1. */
  readonly diversity: number;
  /** Points to choose. */
  readonly limit: number;
}

/**
 * Chooses points that are near the query and far from each other (SEMANTICS.md 3.2: maximal marginal relevance), in the
 * order of their choice, with the scores that they have.
 * found  the nearest points, best first, with shown scores; their segments stay open meanwhile.
 * Throws timeout when aborted.
 */
export async function diversify(
  { compute, signal }: { readonly compute: SegmentOptions['compute']; readonly signal: AbortSignal },
  { using, distance, diversity, limit }: MmrChoice,
  found: readonly FoundPoint[],
): Promise<readonly FoundPoint[]> {
  // The vectors of a point may have been taken away since it was found.
  const points = found.filter((point) => hasVector(point, using));
  if (points.length < 2) return points.slice(0, limit);
  const relevance = Float32Array.from(points, ({ score }) => rawScore(distance, score));
  const chosen = await diverseRows(
    compute,
    { rows: points, name: using, signal },
    { relevance, lambda: 1 - diversity, limit },
  );
  return Array.from(chosen, (index) => points[index] as FoundPoint);
}
