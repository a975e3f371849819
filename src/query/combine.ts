import { compareIds, type PointId } from '../core/ids.ts';
import type { Ranking } from './ranking.ts';

/** A hit of one segment: where it stands, which point it is, and its raw score (larger is better). */
export interface Hit<Place> {
  readonly place: Place;
  readonly row: number;
  readonly id: PointId;
  readonly raw: number;
}

/** A hit that goes into the answer. `score` is what the user sees. */
export interface ScoredHit<Place> extends Hit<Place> {
  readonly score: number;
}

/**
 * Merges the hits of all segments into one list: best first, at most `limit`, cut from the first score that does not pass
 * the threshold. Equal scores: larger ids first where larger scores are better, smaller ids first otherwise.
 */
export function combine<Place>(
  hits: readonly Hit<Place>[],
  { ranking, limit, threshold }: { ranking: Ranking; limit: number; threshold: number | undefined },
): ScoredHit<Place>[] {
  const sorted = hits.toSorted(ranking.largerFirst ? largerIdFirst : smallerIdFirst);
  const result: ScoredHit<Place>[] = [];
  for (const hit of sorted) {
    if (result.length === limit) break;
    const score = ranking.shown(hit.raw);
    if (threshold !== undefined && !ranking.passes(score, threshold)) break;
    result.push({ place: hit.place, row: hit.row, id: hit.id, raw: hit.raw, score });
  }
  return result;
}

function largerIdFirst(a: Ranked, b: Ranked): number {
  return b.raw - a.raw || compareIds(b.id, a.id);
}

function smallerIdFirst(a: Ranked, b: Ranked): number {
  return b.raw - a.raw || compareIds(a.id, b.id);
}

type Ranked = Pick<Hit<unknown>, 'id' | 'raw'>;
