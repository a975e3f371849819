import { idKey } from '../core/ids.ts';
import type { Fusion } from '../core/query.ts';
import type { Ranked } from './ranking.ts';

/** A point as one of the lists has it, the first that does, and what it scores by all of them. */
export interface Fused<P> {
  readonly point: P;
  readonly score: number;
}

/**
 * Makes one list of several: each point once, best first, equal scores in the order in which the lists name them (Qdrant
 * leaves that open). Scores are f32, as Qdrant sums them.
 *
 * lists  each best first; a point stands at most once in a list.
 *
 * Source  SEMANTICS.md 3.2: reciprocal rank fusion; distribution-based score fusion.
 */
export function fuse<P extends Ranked>(lists: readonly (readonly P[])[], fusion: Fusion): Fused<P>[] {
  const fused = new Map<number | string, { readonly point: P; score: number }>();
  lists.forEach((list, index) => {
    const part = fusion.kind === 'rrf' ? rankScore(fusion.k, fusion.weights?.[index] ?? 1) : distributionScore(list);
    for (let rank = 0; rank < list.length; rank += 1) {
      const point = list[rank] as P;
      const key = idKey(point.id);
      const known = fused.get(key);
      const score = Math.fround(part(point.score, rank));
      if (known === undefined) fused.set(key, { point, score });
      else known.score = Math.fround(known.score + score);
    }
  });
  return [...fused.values()].sort((a, b) => b.score - a.score);
}

/** What a point's place in a list is worth. */
type Part = (score: number, rank: number) => number;

/** rank from 0. A list of no weight, or less, adds nothing to the scores of its points. */
function rankScore(k: number, weight: number): Part {
  return weight > 0 ? (_, rank) => 1 / ((rank + 1) / weight + k - 1) : () => 0;
}

/** The score on a scale that goes from three standard deviations below the mean (0) to three above (1); beyond it too. */
function distributionScore(list: readonly Ranked[]): Part {
  let mean = 0;
  let squares = 0;
  // Welford's way: exactly 0 where all scores are equal.
  list.forEach(({ score }, index) => {
    const gap = score - mean;
    mean += gap / (index + 1);
    squares += gap * (score - mean);
  });
  const deviation = list.length < 2 ? 0 : Math.sqrt(squares / (list.length - 1));
  const lowest = Math.fround(mean - 3 * deviation);
  const highest = Math.fround(mean + 3 * deviation);
  return lowest === highest ? () => 0.5 : (score) => (score - lowest) / (highest - lowest);
}
