import type { Distance } from '../core/collection-config.ts';
import { largerIsBetter, shownScore } from '../core/distances.ts';
import { compareIds, type PointId } from '../core/ids.ts';

/** What the scores of a list mean. */
export interface Ranking {
  /** What the user sees of a raw score, of which larger is better. */
  readonly shown: (raw: number) => number;
  /** Whether larger shown scores stand before smaller ones. */
  readonly largerFirst: boolean;
  /** Whether a shown score passes a threshold. */
  readonly passes: (score: number, threshold: number) => boolean;
}

/** Nearest points: thresholds are exclusive (SEMANTICS.md 3.1). */
export function nearestRanking(distance: Distance): Ranking {
  const largerFirst = largerIsBetter(distance);
  return { shown: (raw) => shownScore(distance, raw), largerFirst, passes: passesExclusively(largerFirst) };
}

/** Points by several examples: scores are shown as they are; thresholds go by the vectors' metric all the same. */
export function examplesRanking(distance: Distance): Ranking {
  return { shown: (raw) => raw, largerFirst: true, passes: passesExclusively(largerIsBetter(distance)) };
}

/** Scores that fusion or a formula has made. */
export const MADE_RANKING: Ranking = {
  shown: (raw) => raw,
  largerFirst: true,
  passes: (score, threshold) => score >= threshold,
};

function passesExclusively(larger: boolean): Ranking['passes'] {
  return larger ? (score, threshold) => score > threshold : (score, threshold) => score < threshold;
}

/**
 * The lists of several shards as one, best first. Equal scores: larger ids first where larger scores are better, smaller
 * ids first otherwise, as Qdrant merges shards.
 */
export function mergeRanked<Point extends Ranked>(
  lists: readonly (readonly Point[])[],
  ranking: Ranking,
): readonly Point[] {
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return only;
  const sign = ranking.largerFirst ? 1 : -1;
  return lists.flat().toSorted((a, b) => sign * (b.score - a.score || compareIds(b.id, a.id)));
}

/** The first points of a list, at most `limit`, up to the first that does not pass the threshold. */
export function cut<Point extends Pick<Ranked, 'score'>>(
  points: readonly Point[],
  { passes }: Ranking,
  limit: number,
  threshold: number | undefined,
): readonly Point[] {
  const failing = threshold === undefined ? -1 : points.findIndex(({ score }) => !passes(score, threshold));
  return points.slice(0, failing < 0 ? limit : Math.min(failing, limit));
}

/** A point of a list. */
export interface Ranked {
  readonly id: PointId;
  readonly score: number;
}
