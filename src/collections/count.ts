import { type Filter, imposes } from '../core/filter.ts';
import type { Shard } from './shard.ts';

/**
 * How many points match. Not exact: what the indexes expect, without looking at a payload; where they know, the answer is
 * exact all the same.
 */
export async function countPoints(
  shards: readonly Shard[],
  filter: Filter | undefined,
  exact: boolean,
  signal: AbortSignal,
): Promise<number> {
  const counts = shards.map(async (shard) => {
    if (!imposes(filter)) return shard.pointCount;
    if (!exact) return Math.min(Math.round(shard.points.estimate(filter)), shard.pointCount);
    return (await shard.points.match(filter, signal)).count;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
