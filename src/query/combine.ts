import { compareIds, type PointId } from '../core/ids.ts';
import type { Ranking } from './ranking.ts';

/** A point that a search has found, with its raw score (larger is better). */
export interface Hit {
  readonly id: PointId;
  readonly raw: number;
}

/**
 * Merges the hits of all segments into one list: best first, at most `limit`, cut from the first score that does not pass
 * the threshold. Equal scores: larger ids first where larger scores are better, smaller ids first otherwise.
 * make  what goes into the list; `score` is what the user sees.
 */
export function combine<H extends Hit, Point>(
  hits: readonly H[],
  { ranking, limit, threshold }: { ranking: Ranking; limit: number; threshold: number | undefined },
  make: (hit: H, score: number) => Point,
): Point[] {
  const sorted = hits.toSorted(ranking.largerFirst ? largerIdFirst : smallerIdFirst);
  const result: Point[] = [];
  for (const hit of sorted) {
    if (result.length === limit) break;
    const score = ranking.shown(hit.raw);
    if (threshold !== undefined && !ranking.passes(score, threshold)) break;
    result.push(make(hit, score));
  }
  return result;
}

function largerIdFirst(a: Hit, b: Hit): number {
  return b.raw - a.raw || compareIds(b.id, a.id);
}

function smallerIdFirst(a: Hit, b: Hit): number {
  return b.raw - a.raw || compareIds(a.id, b.id);
}
