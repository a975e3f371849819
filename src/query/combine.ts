import { compareIds, type PointId } from '../core/ids.ts';
import type { Distance } from '../core/collection-config.ts';
import { largerIsBetter, shownScore } from '../core/distances.ts';

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
 * Merges the hits of all segments and shards into the final list: best first, at most `offset + limit` counted, the
 * first `offset` skipped, and everything cut from the first score that does not pass the threshold.
 *
 * Equal scores: larger ids first where larger scores are better, smaller ids first otherwise, as Qdrant merges shards.
 * threshold  shown scores must be strictly better (SEMANTICS.md 3.1).
 */
export function combine<Place>(
  hits: readonly Hit<Place>[],
  request: {
    readonly distance: Distance;
    readonly limit: number;
    readonly offset: number;
    readonly threshold: number | undefined;
  },
): ScoredHit<Place>[] {
  const { distance, limit, offset, threshold } = request;
  const larger = largerIsBetter(distance);
  const order = larger ? largerIdFirst : smallerIdFirst;
  const sorted = hits.toSorted(order);
  const result: ScoredHit<Place>[] = [];
  let counted = 0;
  for (const hit of sorted) {
    if (counted === offset + limit) break;
    const score = shownScore(distance, hit.raw);
    if (threshold !== undefined && !(larger ? score > threshold : score < threshold)) break;
    if (counted >= offset) result.push({ place: hit.place, row: hit.row, id: hit.id, raw: hit.raw, score });
    counted++;
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
